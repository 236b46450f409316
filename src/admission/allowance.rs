//! How many may be refused late, after all the checks.
//!
//! Which shard a request is for stands in its body, so that a shard has no room is known late. A few
//! such refusals cost little. Where they are nearly all that happens, they fill the instance: the
//! answers of the shards wait behind them, look late, and the shards are given even less. So they
//! are counted, and while there are too many of them the door is shut, which costs a fraction.

use crate::time::Timestamp;

/// Late refusals in a period: at 0.6 ms each about half of the time.
pub const LATE_REFUSALS: u32 = 80;

/// The length of a period.
pub const PERIOD_MS: u64 = 100;

/// The late refusals of the period that runs.
#[derive(Debug, Default)]
pub struct Allowance {
    since: Option<Timestamp>,
    spent: u32,
}

impl Allowance {
    /// One was refused late.
    pub fn spend(&mut self, now: Timestamp) {
        if !self.runs(now) {
            (self.since, self.spent) = (Some(now), 0);
        }
        self.spent += 1;
    }

    /// Whether there may be no more of them in this period.
    pub fn is_spent(&self, now: Timestamp) -> bool {
        self.runs(now) && self.spent >= LATE_REFUSALS
    }

    fn runs(&self, now: Timestamp) -> bool {
        self.since.is_some_and(|since| since <= now && now.millis_since(since) < PERIOD_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + ms)
    }

    #[test]
    fn there_are_so_many_in_a_period_and_no_more() {
        let mut allowance = Allowance::default();
        for period in 0..3 {
            let start = period * PERIOD_MS;
            for ms in 0..u64::from(LATE_REFUSALS) {
                assert!(!allowance.is_spent(at(start + ms)));
                allowance.spend(at(start + ms));
            }
            assert!(allowance.is_spent(at(start + PERIOD_MS - 1)));
            assert!(!allowance.is_spent(at(start + PERIOD_MS)));
        }
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_no_door() {
        let mut allowance = Allowance::default();
        for _ in 0..LATE_REFUSALS {
            allowance.spend(at(5000));
        }
        assert!(allowance.is_spent(at(5000)));
        assert!(!allowance.is_spent(at(4999)));
    }
}
