//! What is counted in each second of a phase.

use std::time::Duration;

use crate::cli::load::percentile;

/// A second of a phase.
#[derive(Clone, Debug, Default)]
pub(super) struct Second {
    /// Requests that the clock called for, first tries and retries.
    pub(super) offered: u32,
    /// 201 and 200.
    pub(super) accepted: u32,
    /// 503.
    pub(super) shed: u32,
    /// Any other answer.
    pub(super) other: u32,
    /// Given up after 10 s, broken off, or not sent because there was no connection left.
    pub(super) no_answer: u32,
    /// Milliseconds from sending to the answer, of those accepted.
    pub(super) waits: Vec<f64>,
    /// What workerd held of the machine's memory at the end of the second, in bytes.
    pub(super) resident: u64,
}

impl Second {
    /// A percentile of the wait of those accepted, in milliseconds.
    pub(super) fn wait(&self, percent: usize) -> f64 {
        percentile(self.waits.clone(), percent)
    }
}

/// A phase, second by second.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub(super) seconds: Vec<Second>,
}

impl Record {
    /// The second that is running; what comes after the end counts to the last.
    pub(super) fn at(&mut self, since_start: Duration) -> &mut Second {
        let index = usize::try_from(since_start.as_secs()).unwrap_or(0);
        let index = index.min(self.seconds.len().saturating_sub(1));
        if self.seconds.is_empty() {
            self.seconds.push(Second::default());
        }
        #[allow(clippy::indexing_slicing, reason = "the index is at most the last's")]
        &mut self.seconds[index]
    }

    /// Room for a phase of so many seconds.
    pub(super) fn of_seconds(count: u64) -> Self {
        let count = usize::try_from(count).unwrap_or(0);
        Self { seconds: vec![Second::default(); count.max(1)] }
    }

    /// The phases one after the other.
    pub(super) fn append(&mut self, other: Self) {
        self.seconds.extend(other.seconds);
    }

    /// The median over the seconds.
    pub(super) fn median(&self, of: impl Fn(&Second) -> u32) -> f64 {
        percentile(self.seconds.iter().map(|second| f64::from(of(second))).collect(), 50)
    }

    /// The sum over the seconds.
    pub(super) fn sum(&self, of: impl Fn(&Second) -> u32) -> u64 {
        self.seconds.iter().map(|second| u64::from(of(second))).sum()
    }

    /// How much more memory the end of the phase holds than its middle: 1 for as much.
    pub(super) fn growth(&self) -> f64 {
        let quarter = |from: usize| {
            let seconds = self.seconds.iter().skip(self.seconds.len() * from / 4);
            let seconds = seconds.take(self.seconds.len().div_ceil(4));
            percentile(seconds.map(|second| second.resident as f64).collect(), 50)
        };
        quarter(3) / quarter(1).max(1.0)
    }

    /// A percentile of the wait of those accepted, in milliseconds.
    pub(super) fn wait(&self, percent: usize) -> f64 {
        let waits = self.seconds.iter().flat_map(|second| second.waits.iter().copied());
        percentile(waits.collect(), percent)
    }

    /// The most memory that workerd held at the end of a second.
    pub(super) fn most_resident(&self) -> u64 {
        self.seconds.iter().map(|second| second.resident).max().unwrap_or(0)
    }
}
