//! What was counted: in all, and in each second of the run.

use std::collections::BTreeMap;

use super::waits::Waits;

/// Wrong answers that are kept to be shown.
const SHOWN: usize = 5;

/// A second of the run.
#[derive(Clone, Debug, Default)]
pub(super) struct Second {
    /// The day's clock at its end, in seconds.
    pub(super) clock: f64,
    /// Requests that became due.
    pub(super) asked: u32,
    /// Requests that got their final answer.
    pub(super) answered: u32,
    /// Tries after the first.
    pub(super) retries: u32,
    /// Requests due and not answered, at its end.
    pub(super) backlog: usize,
    /// Milliseconds from when the requests were due to their final answers.
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    /// Shares of a core: of the edge, and of this process.
    pub(super) edge_share: f64,
    pub(super) own_share: f64,
}

/// The whole run.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub(super) seconds: Vec<Second>,
    pub(super) customers: u64,
    /// Requests with a key of their own, or asked again on purpose.
    pub(super) asked: u64,
    pub(super) accepted: u64,
    /// Final refusals, by code: all of them right.
    pub(super) refused: BTreeMap<&'static str, u64>,
    pub(super) given_up: u64,
    pub(super) wrong: u64,
    pub(super) first_wrong: Vec<String>,
    /// Times that a request went over the wire.
    pub(super) tries: u64,
    /// Why tills came again: codes, `no-answer`, `broken`.
    pub(super) came_again: BTreeMap<&'static str, u64>,
    /// From due to the final answer.
    pub(super) waits: Waits,
    /// The same in the minute around the peak.
    pub(super) peak_waits: Waits,
    /// From due to the first try: what this process, and not the edge, was late.
    pub(super) late: Waits,
    /// The second that is running.
    now: Second,
    now_waits: Vec<f64>,
}

impl Record {
    /// A request is due.
    pub(super) fn ask(&mut self) {
        self.asked += 1;
        self.now.asked += 1;
    }

    /// It is sent, so late if for the first time.
    pub(super) fn send(&mut self, late_ms: Option<f64>) {
        self.tries += 1;
        match late_ms {
            Some(ms) => self.late.add(ms),
            None => self.now.retries += 1,
        }
    }

    /// It was answered yes.
    pub(super) fn accept(&mut self, wait_ms: f64, peak: bool) {
        self.accepted += 1;
        self.answer(wait_ms, peak);
    }

    /// It was answered no, rightly.
    pub(super) fn refuse(&mut self, code: &'static str, wait_ms: f64, peak: bool) {
        *self.refused.entry(code).or_default() += 1;
        self.answer(wait_ms, peak);
    }

    /// It was answered otherwise than is right.
    pub(super) fn note_wrong(&mut self, what: String, wait_ms: f64, peak: bool) {
        self.wrong += 1;
        if self.first_wrong.len() < SHOWN {
            self.first_wrong.push(what);
        }
        self.answer(wait_ms, peak);
    }

    /// The till has to come again.
    pub(super) fn come_again(&mut self, why: &'static str) {
        *self.came_again.entry(why).or_default() += 1;
    }

    fn answer(&mut self, wait_ms: f64, peak: bool) {
        self.now.answered += 1;
        self.now_waits.push(wait_ms);
        self.waits.add(wait_ms);
        if peak {
            self.peak_waits.add(wait_ms);
        }
    }

    /// The second is over.
    pub(super) fn close(&mut self, clock: f64, backlog: usize, shares: [f64; 2]) {
        let waits = &mut self.now_waits;
        waits.sort_by(f64::total_cmp);
        let of = |percent: usize| waits.get(waits.len() * percent / 100).copied().unwrap_or(0.0);
        let [edge_share, own_share] = shares;
        let (p50_ms, p99_ms) = (of(50), of(99));
        let now = std::mem::take(&mut self.now);
        let now = Second { clock, backlog, p50_ms, p99_ms, edge_share, own_share, ..now };
        self.seconds.push(now);
        self.now_waits.clear();
    }

    /// Final refusals.
    pub(super) fn refusals(&self) -> u64 {
        self.refused.values().sum()
    }

    /// Whether each request that was asked came to one end and no more.
    pub(super) fn adds_up(&self) -> bool {
        self.accepted + self.refusals() + self.given_up + self.wrong == self.asked
    }

    /// The highest mean over this many seconds on end, and the second it begins with.
    pub(super) fn most(&self, length: usize, of: impl Fn(&Second) -> f64) -> (usize, f64) {
        let length = length.min(self.seconds.len()).max(1);
        let means = self.seconds.windows(length).enumerate();
        let means = means.map(|(at, all)| (at, all.iter().map(&of).sum::<f64>() / length as f64));
        means.max_by(|one, other| one.1.total_cmp(&other.1)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_answered_is_missing_from_the_sum() {
        let mut record = Record::default();
        (0..4).for_each(|_| record.ask());
        record.accept(1.0, false);
        record.refuse("token-forged", 1.0, false);
        record.note_wrong("x".to_owned(), 1.0, false);
        assert!(!record.adds_up());
        record.given_up += 1;
        assert!(record.adds_up());
        record.accept(1.0, false);
        assert!(!record.adds_up());
    }

    #[test]
    fn a_second_has_its_own_percentiles_and_nothing_of_the_one_before() {
        let mut record = Record::default();
        (0..100).for_each(|ms| record.accept(f64::from(ms), true));
        record.close(60.0, 7, [0.5, 0.1]);
        record.accept(3.0, false);
        record.close(120.0, 0, [0.0, 0.0]);
        let [one, other] = &record.seconds[..] else { panic!("not two") };
        assert_eq!((one.answered, one.p50_ms, one.p99_ms, one.backlog), (100, 50.0, 99.0, 7));
        assert_eq!((other.answered, other.p50_ms, other.p99_ms), (1, 3.0, 3.0));
        assert_eq!(record.peak_waits.most_ms(), 99.0);
    }

    #[test]
    fn the_busiest_seconds_are_found() {
        let mut record = Record::default();
        for asked in [1, 5, 3, 9, 2] {
            record.seconds.push(Second { asked, ..Second::default() });
        }
        let asked = |second: &Second| f64::from(second.asked);
        assert_eq!(record.most(2, asked), (2, 6.0));
        assert_eq!(record.most(60, asked), (0, 4.0));
        assert_eq!(Record::default().most(2, asked), (0, 0.0));
    }
}
