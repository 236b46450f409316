//! What was measured of one shard, and its medians.

use std::time::Duration;

use super::super::sample::Sample;
use super::super::work::Kind;
use super::file::Size;
use crate::cli::load::percentile;

/// What was measured of one shard.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// As it was filled.
    pub(super) start: Size,
    /// When all was measured.
    pub(super) end: Size,
    samples: Vec<(Kind, Vec<Sample>)>,
    opened: Vec<Duration>,
}

/// A kind of call in one shard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    /// Median over the rounds: microseconds of the server's processors for a call.
    pub(super) cpu_us: f64,
    /// The same of the median wait.
    pub(super) p50_ms: f64,
    /// Median of the ratios to the emptiest shard's CPU within a round.
    pub(super) ratio: f64,
}

impl Row {
    pub(super) fn of(start: Size) -> Self {
        Self { start, ..Self::default() }
    }

    pub(super) fn add(&mut self, kind: Kind, sample: Sample) {
        match self.samples.iter_mut().find(|(have, _)| *have == kind) {
            Some((_, samples)) => samples.push(sample),
            None => self.samples.push((kind, vec![sample])),
        }
    }

    /// From the start of workerd to its first answer to a redemption.
    pub(super) fn opened(&mut self, after: Duration) {
        self.opened.push(after);
    }

    pub(super) fn ended(mut self, end: Size) -> Self {
        self.end = end;
        self
    }

    fn samples(&self, kind: Kind) -> &[Sample] {
        let found = self.samples.iter().find(|(have, _)| *have == kind);
        found.map_or(&[], |(_, samples)| samples)
    }

    /// The kinds of calls, in the order in which they were measured.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.samples.iter().map(|(kind, _)| *kind)
    }

    pub(super) fn figures(&self, kind: Kind, emptiest: &Self) -> Figures {
        let (mine, theirs) = (self.samples(kind), emptiest.samples(kind));
        let of = |what: fn(&Sample) -> f64| percentile(mine.iter().map(what).collect(), 50);
        let pairs = mine.iter().zip(theirs);
        let ratios = pairs.map(|(mine, theirs)| mine.server_us() / theirs.server_us());
        Figures {
            cpu_us: of(Sample::server_us),
            p50_ms: of(|sample| sample.wait(50)),
            ratio: percentile(ratios.collect(), 50),
        }
    }

    /// Bytes of the file for a million rows, as it was filled, in megabytes.
    pub(super) fn mb_per_million(&self) -> f64 {
        // Bytes a row are megabytes a million rows.
        self.start.bytes as f64 / self.start.rows.max(1) as f64
    }

    /// Median over the rounds.
    pub(super) fn opened_ms(&self) -> f64 {
        let times = self.opened.iter().map(|time| time.as_secs_f64() * 1000.0);
        percentile(times.collect(), 50)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_as_large_as_its_file_and_opens_in_the_median_time() {
        let mut row = Row::of(Size { rows: 1000, bytes: 150_000 });
        for time in [9, 1, 3] {
            row.opened(Duration::from_millis(time));
        }
        assert_eq!((row.mb_per_million(), row.opened_ms()), (150.0, 3.0));
        assert_eq!(row.ended(Size { rows: 7, bytes: 1 }).end.rows, 7);
    }
}
