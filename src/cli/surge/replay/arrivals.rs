//! Customers, one after the other, each with the second of the run in which he is due.

use super::customer::{Customer, Mix};
use super::plan::Plan;

/// The customers of a run: as a Poisson process whose rate is the plan's. The gaps are those of a
/// process with rate 1; the plan says when so many are expected.
pub(super) struct Arrivals<'a> {
    plan: &'a Plan,
    mix: Mix,
    seed: u64,
    n: u64,
    units: f64,
}

/// A customer who is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Arrival {
    /// His number, from 0; his coupon has the same.
    pub(super) n: u64,
    /// Seconds since the start of the run.
    pub(super) at: f64,
    pub(super) customer: Customer,
}

impl<'a> Arrivals<'a> {
    pub(super) fn new(plan: &'a Plan, mix: Mix, seed: u64) -> Self {
        Self { plan, mix, seed, n: 0, units: 0.0 }
    }
}

impl Iterator for Arrivals<'_> {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let n = self.n;
        let customer = Customer::of(n, self.seed, &self.mix);
        self.units += customer.gap;
        self.n += 1;
        Some(Arrival { n, at: self.plan.second_of(self.units)?, customer })
    }
}

#[cfg(test)]
mod tests {
    use super::super::curve::Curve;
    use super::super::points::Point;
    use super::*;

    const MIX: Mix = Mix { duplicates: 0.0, double_scans: 0.0, forged: 0.0, reversals: 0.0 };

    /// 36,000 orders in the first hour, 72,000 in the second.
    fn plan() -> Plan {
        let points = [(0.0, 0.0), (1.0, 36_000.0), (2.0, 108_000.0)].map(|(hours, orders)| Point {
            hours,
            orders,
            source: "a test".to_owned(),
        });
        Plan::new(Curve::through(&points).unwrap(), 1.0, 1, 1.0, (None, None)).unwrap()
    }

    #[test]
    fn as_many_come_as_the_curve_says_and_in_order() {
        let plan = plan();
        let times: Vec<_> = Arrivals::new(&plan, MIX, 1).map(|arrival| arrival.at).collect();
        assert!(times.is_sorted());
        let until = |second: f64| times.iter().filter(|at| **at < second).count() as f64;
        // Three standard deviations of a Poisson number.
        assert!((until(3600.0) - 36_000.0).abs() < 570.0, "{}", until(3600.0));
        assert!((until(7200.0) - 108_000.0).abs() < 990.0, "{}", until(7200.0));
    }

    #[test]
    fn a_run_can_be_had_again() {
        let plan = plan();
        let some = |seed| Arrivals::new(&plan, MIX, seed).take(1000).collect::<Vec<_>>();
        assert_eq!(some(1), some(1));
        assert_ne!(some(1), some(2));
    }
}
