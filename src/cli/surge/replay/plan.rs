//! Which part of the day is replayed, how fast the clock goes, and how many customers come.
//!
//! A customer comes by the day's clock, whatever was answered before: open loop. The rate at a clock
//! time is the curve's × `times` ÷ `share`. Compressing does not touch it: the clock goes `compress`
//! times as fast, so a second of the run has the rate of its clock time, and one in `compress` of the
//! day's customers come.

use anyhow::ensure;

use super::curve::Curve;

/// Seconds of the day for which the peak is looked up; the curve has no narrower turn.
const STEP_S: f64 = 5.0;

/// What is replayed.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Plan {
    curve: Curve,
    /// How many times the day's customers come.
    pub(super) times: f64,
    /// This process is one of so many.
    pub(super) share: u32,
    /// Seconds of the day in one of the run.
    pub(super) compress: f64,
    /// From this second of the day …
    pub(super) from: f64,
    /// … until this one.
    pub(super) until: f64,
}

impl Plan {
    /// # Errors
    /// When the window is not within the day.
    pub(in crate::cli) fn new(
        curve: Curve,
        times: f64,
        share: u32,
        compress: f64,
        window: (Option<f64>, Option<f64>),
    ) -> anyhow::Result<Self> {
        let end = curve.end();
        let (from, until) = (window.0.unwrap_or(0.0), window.1.unwrap_or(end));
        ensure!(
            0.0 <= from && from < until && until <= end,
            "the day goes from 0:00 to {}: --from has to be before --until, and both within",
            clock(end)
        );
        Ok(Self { curve, times, share, compress, from, until })
    }

    /// How long the run takes, in seconds.
    pub(in crate::cli) fn seconds(&self) -> f64 {
        (self.until - self.from) / self.compress
    }

    /// The day's clock at a second of the run.
    pub(super) fn clock_at(&self, second: f64) -> f64 {
        (self.from + second * self.compress).min(self.until)
    }

    /// Customers a second for all processes together, at a second of the run.
    pub(super) fn rate_of_all(&self, second: f64) -> f64 {
        self.curve.rate(self.clock_at(second)) * self.times
    }

    /// Customers a second for this process.
    pub(super) fn rate(&self, second: f64) -> f64 {
        self.rate_of_all(second) / f64::from(self.share)
    }

    /// Customers expected until a second of the run.
    pub(in crate::cli) fn expected(&self, second: f64) -> f64 {
        let orders = self.curve.total(self.clock_at(second)) - self.curve.total(self.from);
        orders * self.times / f64::from(self.share) / self.compress
    }

    /// The second of the run in which so many customers are expected to have come; `None` when that
    /// is after its end.
    pub(in crate::cli) fn second_of(&self, customers: f64) -> Option<f64> {
        let (mut low, mut high) = (0.0, self.seconds());
        if customers >= self.expected(high) {
            return None;
        }
        // Each step halves the error: to less than a microsecond from half a day.
        for _ in 0..36 {
            let middle = f64::midpoint(low, high);
            if self.expected(middle) < customers {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(high)
    }

    /// The second of the run in which most come.
    pub(super) fn peak(&self) -> f64 {
        let steps = ((self.until - self.from) / STEP_S).ceil() as u32;
        let seconds = (0..=steps).map(|step| f64::from(step) * STEP_S / self.compress);
        let seconds = seconds.map(|second| second.min(self.seconds()));
        seconds.max_by(|one, other| self.rate(*one).total_cmp(&self.rate(*other))).unwrap_or(0.0)
    }
}

/// A second of the day as hours, minutes and seconds since the start; whole minutes without seconds.
pub(super) fn clock(second: f64) -> String {
    let second = second.round() as u64;
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    match seconds {
        0 => format!("{hours}:{minutes:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::points::Point;
    use super::*;

    /// 3,600 orders in each of two hours: one a second.
    fn even(times: f64, share: u32, compress: f64, from: f64) -> Plan {
        let points = [(0.0, 0.0), (1.0, 3600.0), (2.0, 7200.0)].map(|(hours, orders)| Point {
            hours,
            orders,
            source: "a test".to_owned(),
        });
        let curve = Curve::through(&points).unwrap();
        Plan::new(curve, times, share, compress, (Some(from), None)).unwrap()
    }

    #[test]
    fn compressing_leaves_the_rate_as_it_is_and_takes_fewer_customers() {
        for (compress, seconds, customers) in [(1.0, 7200.0, 18_000.0), (60.0, 120.0, 300.0)] {
            let plan = even(10.0, 4, compress, 0.0);
            assert_eq!(plan.seconds(), seconds);
            assert!((plan.rate(seconds / 2.0) - 2.5).abs() < 1e-9);
            assert!((plan.rate_of_all(seconds / 2.0) - 10.0).abs() < 1e-9);
            assert!((plan.expected(seconds) - customers).abs() < 1e-6);
        }
    }

    #[test]
    fn the_second_of_a_customer_is_when_he_is_expected() {
        let plan = even(10.0, 4, 60.0, 3600.0);
        assert_eq!(plan.seconds(), 60.0);
        for customers in [0.5, 1.0, 77.25, 149.9] {
            let second = plan.second_of(customers).unwrap();
            assert!((plan.expected(second) - customers).abs() < 1e-3);
        }
        assert_eq!(plan.second_of(150.1), None);
        assert_eq!(plan.clock_at(30.0), 5400.0);
    }

    #[test]
    fn a_window_outside_of_the_day_is_refused() {
        let curve = even(1.0, 1, 1.0, 0.0).curve;
        for window in [(Some(5.0), Some(5.0)), (None, Some(7201.0)), (Some(-1.0), None)] {
            assert!(Plan::new(curve.clone(), 1.0, 1, 1.0, window).is_err(), "{window:?}");
        }
    }

    #[test]
    fn a_clock_is_read_as_hours_and_minutes() {
        assert_eq!([0.0, 16_200.0, 16_205.2].map(clock), ["0:00", "4:30", "4:30:05"]);
    }
}
