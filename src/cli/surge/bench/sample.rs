//! One measurement of one target.

use std::time::Duration;

use anyhow::ensure;

use super::cpu;
use crate::cli::load::{Answer, percentile};

/// What was counted while the tills worked.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    answers: u64,
    /// Coupons that an answer is about.
    coupons: u16,
    /// Milliseconds.
    waits: Vec<f64>,
    took: Duration,
    server: Duration,
    own: Duration,
    /// Requests whose connection the server closed.
    broken: u64,
    /// Answers that were not right, and the first of them.
    wrong: u64,
    first_wrong: Option<String>,
}

impl Sample {
    /// Nothing yet, of calls about so many coupons each.
    pub(super) fn of_coupons(coupons: u16) -> Self {
        Self { coupons, ..Self::default() }
    }

    /// An answer; one that came after the end is only looked at.
    pub(super) fn add(&mut self, wait: Duration, answer: &Answer, right: bool, counts: bool) {
        if counts {
            self.answers += 1;
            self.waits.push(wait.as_secs_f64() * 1000.0);
        }
        if !right {
            self.wrong += 1;
            self.first_wrong.get_or_insert_with(|| {
                format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body))
            });
        }
    }

    /// A request that gets no answer; with a wait where it counts among the waits.
    pub(super) fn lose(&mut self, wait: Option<Duration>) {
        self.broken += 1;
        self.waits.extend(wait.map(|wait| wait.as_secs_f64() * 1000.0));
    }

    /// Whether something was answered, and nothing wrongly; the error says of whom and what.
    pub(super) fn check(&self, of: &str) -> anyhow::Result<()> {
        let first = self.first_wrong.as_deref().unwrap_or_default();
        ensure!(self.wrong == 0, "{of}: {} wrong answers, the first: {first}", self.wrong);
        ensure!(self.answers > 0, "{of}: no answer");
        Ok(())
    }

    /// The time is over; `before` is what the server and this process had run at the start.
    pub(super) fn end(
        &mut self,
        took: Duration,
        processes: &[u32],
        before: (Duration, Duration),
    ) -> anyhow::Result<()> {
        self.took = took;
        self.server = cpu::of(processes)?.saturating_sub(before.0);
        self.own = cpu::of(&[std::process::id()])?.saturating_sub(before.1);
        Ok(())
    }

    /// Answers a second; of batches, coupons.
    pub(super) fn rate(&self) -> f64 {
        self.done() / self.took.as_secs_f64()
    }

    fn done(&self) -> f64 {
        self.answers as f64 * f64::from(self.coupons)
    }

    /// A percentile of the wait, in milliseconds.
    pub(super) fn wait(&self, percent: usize) -> f64 {
        percentile(self.waits.clone(), percent)
    }

    #[cfg(test)]
    pub(super) fn wait_count(&self) -> usize {
        self.waits.len()
    }

    /// Microseconds of the server's processors for an answer; of batches, for a coupon.
    pub(super) fn server_us(&self) -> f64 {
        self.server.as_secs_f64() * 1e6 / self.done().max(1.0)
    }

    /// Of a hundred requests, those whose connection the server closed.
    pub(super) fn broken_percent(&self) -> f64 {
        self.broken as f64 * 100.0 / ((self.answers + self.broken).max(1) as f64)
    }

    /// The share of the time for which this process ran: at 1 it is what limits the rate.
    pub(super) fn own_share(&self) -> f64 {
        self.own.as_secs_f64() / self.took.as_secs_f64()
    }
}
