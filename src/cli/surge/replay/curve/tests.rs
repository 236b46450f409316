//! The curve goes through its points and never down.

use proptest::prelude::*;

use super::*;

fn point(hours: f64, orders: f64) -> Point {
    Point { hours, orders, source: "a test".to_owned() }
}

/// The day of 6 February 2026.
fn day() -> Curve {
    let points = [(0.0, 0.0), (3.0, 1e6), (4.0, 2e6), (5.0, 5e6), (9.0, 1e7)];
    Curve::through(&points.map(|(hours, orders)| point(hours, orders))).unwrap()
}

#[test]
fn the_busiest_hour_is_the_fifth_and_its_worst_second_above_its_mean() {
    let curve = day();
    let hour = curve.total(5.0 * 3600.0) - curve.total(4.0 * 3600.0);
    assert_eq!(hour / 3600.0, 3e6 / 3600.0);
    let worst = (0..32_400).map(|second| curve.rate(f64::from(second))).fold(0.0, f64::max);
    assert!((920.0..940.0).contains(&worst), "{worst}");
    let noon = (16_000..17_500).map(|second| curve.rate(f64::from(second)));
    assert_eq!(noon.fold(0.0, f64::max), worst);
}

#[test]
fn a_steep_start_does_not_make_it_turn() {
    // Three-point differences alone would dip below 1 here.
    let points = [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 1e6)];
    let curve = Curve::through(&points.map(|(hours, orders)| point(hours, orders))).unwrap();
    for second in 3600..7200 {
        assert!(curve.total(f64::from(second)) >= 1.0, "{second}");
        assert!(curve.total(f64::from(second)) <= 2.0, "{second}");
    }
}

#[test]
fn a_flat_piece_stays_flat() {
    let points = [(0.0, 0.0), (1.0, 9.0), (2.0, 9.0), (3.0, 20.0)];
    let curve = Curve::through(&points.map(|(hours, orders)| point(hours, orders))).unwrap();
    assert_eq!((curve.total(5000.0), curve.rate(5000.0)), (9.0, 0.0));
}

#[test]
fn what_is_no_day_is_refused() {
    for points in [
        vec![point(0.0, 0.0)],
        vec![point(0.0, 0.0), point(0.0, 1.0)],
        vec![point(0.0, 5.0), point(1.0, 4.0)],
    ] {
        assert!(Curve::through(&points).is_err(), "{points:?}");
    }
}

prop_compose! {
    fn days()(steps in prop::collection::vec((0.01..10.0_f64, 0.0..1e7_f64), 2..12)) -> Vec<Point> {
        let mut points = vec![point(0.0, 0.0)];
        for (hours, orders) in steps {
            let last = points.last().unwrap().clone();
            points.push(point(last.hours + hours, last.orders + orders));
        }
        points
    }
}

proptest! {
    #[test]
    fn it_goes_through_its_points(points in days()) {
        let curve = Curve::through(&points).unwrap();
        for point in points {
            let there = curve.total(point.hours * 3600.0);
            prop_assert!((there - point.orders).abs() <= point.orders * 1e-9 + 1e-6);
        }
    }

    #[test]
    fn it_never_goes_down(points in days()) {
        let curve = Curve::through(&points).unwrap();
        let mut before = 0.0;
        for step in 0..=2000 {
            let at = curve.end() * f64::from(step) / 2000.0;
            let total = curve.total(at);
            prop_assert!(total >= before - 1e-6, "{total} after {before}");
            before = total;
        }
    }

    #[test]
    fn the_rate_is_how_fast_it_rises(points in days(), at in 0.0..1.0_f64) {
        let curve = Curve::through(&points).unwrap();
        // Not across a point, where the second derivative jumps.
        let (at, step) = (curve.end() * at, 0.01);
        let crosses = |point: &Point| (point.hours * 3600.0 - at).abs() <= step;
        prop_assume!(!points.iter().any(crosses));
        let rise = (curve.total(at + step) - curve.total(at - step)) / (2.0 * step);
        prop_assert!((rise - curve.rate(at)).abs() <= 1e-3 * rise.abs().max(1.0), "{rise}");
    }
}
