//! What a campaign takes of the platform: a rate and a number of redemptions, in its meters.

/// What a redemption takes, as metered and pinned by tests (`docs/operations.md`, "What it costs").
const ROWS_WRITTEN: f64 = 2.0;
const ROWS_READ: f64 = 4.0;

/// What a refusal or a replay reads: the statement, and the chain that names the refusal.
const ROWS_READ_BY_OTHERS: f64 = 11.0;

/// Bytes of an entry with a bill number of 17 characters, on disk (`docs/operations.md`).
const ENTRY_BYTES: f64 = 130.0;

/// Lines for a request: ours, the platform's for the Worker, the platform's for the object.
const LOG_LINES: f64 = 3.0;

/// An instance reads two documents in so many seconds.
const KV_DOCUMENTS: f64 = 2.0;
const KV_EVERY_S: f64 = 30.0;

/// What an active object is billed for, in GB.
pub(super) const OBJECT_GB: f64 = 0.128;

/// A campaign, and what is assumed of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Campaign {
    /// Redemptions a second, in the worst second.
    pub(super) rate: f64,
    /// Redemptions in all.
    pub(super) redemptions: f64,
    /// Hours within which they come.
    pub(super) hours: f64,
    /// Refusals, replays, retries and checks for each redemption.
    pub(super) others: f64,
    /// Shards of the ledger.
    pub(super) shards: u32,
    /// Milliseconds of the Worker's processor for a request.
    pub(super) cpu_ms: f64,
    /// Instances of the Worker that are busy at once.
    pub(super) instances: f64,
}

/// Shards for so many requests a second at so many for each: a power of two, as the format wants it.
pub(super) fn shards(requests_per_s: f64, per_shard: f64) -> u32 {
    ((requests_per_s / per_shard).ceil().max(1.0) as u32).next_power_of_two()
}

impl Campaign {
    /// Requests a second in the worst second: each is one to the Worker and one to an object.
    pub(super) fn requests_per_s(&self) -> f64 {
        self.rate * (1.0 + self.others)
    }

    /// The same of one shard, on the average.
    pub(super) fn shard_per_s(&self) -> f64 {
        self.requests_per_s() / f64::from(self.shards)
    }

    /// The most that any shard is expected to get in that second.
    ///
    /// Coupons are spread by a hash, so that a shard's number is a Poisson number with mean m; the
    /// largest of S such numbers is about m + √(2 m ln S).
    pub(super) fn busiest_shard_per_s(&self) -> f64 {
        let mean = self.shard_per_s();
        mean + (2.0 * mean * f64::from(self.shards).ln()).sqrt()
    }

    pub(super) fn rows_written_per_s(&self) -> f64 {
        self.rate * ROWS_WRITTEN
    }

    pub(super) fn log_lines_per_s(&self) -> f64 {
        self.requests_per_s() * LOG_LINES
    }

    pub(super) fn kv_reads_per_s(&self) -> f64 {
        self.instances * KV_DOCUMENTS / KV_EVERY_S
    }

    /// Cores' worth of the Worker's processor time in the worst second.
    pub(super) fn cores(&self) -> f64 {
        self.requests_per_s() * self.cpu_ms / 1000.0
    }

    /// Bytes of the ledger a second.
    pub(super) fn bytes_per_s(&self) -> f64 {
        self.rate * ENTRY_BYTES
    }

    /// Requests in all.
    pub(super) fn requests(&self) -> f64 {
        self.redemptions * (1.0 + self.others)
    }

    pub(super) fn rows_written(&self) -> f64 {
        self.redemptions * ROWS_WRITTEN
    }

    pub(super) fn rows_read(&self) -> f64 {
        self.redemptions * (ROWS_READ + self.others * ROWS_READ_BY_OTHERS)
    }

    pub(super) fn cpu_ms_in_all(&self) -> f64 {
        self.requests() * self.cpu_ms
    }

    /// GB of the ledger.
    pub(super) fn storage_gb(&self) -> f64 {
        self.redemptions * ENTRY_BYTES / 1e9
    }

    pub(super) fn kv_reads(&self) -> f64 {
        self.kv_reads_per_s() * self.hours * 3600.0
    }

    pub(super) fn log_lines(&self) -> f64 {
        self.requests() * LOG_LINES
    }

    /// GB-s if every shard is active all the time: the most that it can be. An object that waits
    /// for its next request and could be put to sleep is not billed.
    pub(super) fn object_gb_s(&self) -> f64 {
        f64::from(self.shards) * self.hours * 3600.0 * OBJECT_GB
    }

    /// GB-s if shards are billed only while requests are at work in them, one after the other, for
    /// so many milliseconds each: the least.
    pub(super) fn least_object_gb_s(&self, ms: f64) -> f64 {
        self.requests() * ms / 1000.0 * OBJECT_GB
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The night of `docs/operations.md`: 10 million in 9 hours on 16 shards, nothing else.
    pub(in crate::cli::surge::model) const NIGHT: Campaign = Campaign {
        rate: 309.0,
        redemptions: 10e6,
        hours: 9.0,
        others: 0.0,
        shards: 16,
        cpu_ms: 1.0,
        instances: 1000.0,
    };

    #[track_caller]
    fn assert_near(there: f64, expected: f64) {
        assert!((there - expected).abs() <= expected.abs() * 1e-3, "{there} is not {expected}");
    }

    #[test]
    fn shards_are_a_power_of_two_that_suffices() {
        assert_eq!(shards(20_000.0, 300.0), 128);
        assert_eq!(shards(100_000.0, 300.0), 512);
        // The example of docs/operations.md.
        assert_eq!(shards(6180.0, 300.0), 32);
        assert_eq!([shards(0.5, 300.0), shards(300.0, 300.0), shards(301.0, 300.0)], [1, 1, 2]);
    }

    #[test]
    fn the_night_takes_what_the_operations_guide_says() {
        assert_eq!((NIGHT.requests(), NIGHT.rows_written()), (10e6, 20e6));
        assert_eq!(NIGHT.rows_read(), 40e6);
        assert_near(NIGHT.storage_gb(), 1.3);
        assert_near(NIGHT.kv_reads(), 2.16e6);
        assert_near(NIGHT.object_gb_s(), 66_355.0);
        assert_eq!(NIGHT.log_lines(), 30e6);
        assert_near(NIGHT.least_object_gb_s(3.0), 3840.0);
    }

    #[test]
    fn the_worst_second_of_20_000() {
        let it = Campaign { rate: 20_000.0, shards: 128, cpu_ms: 1.2, ..NIGHT };
        assert_eq!((it.requests_per_s(), it.shard_per_s()), (20_000.0, 156.25));
        // 156.25 + √(2 × 156.25 × ln 128)
        assert_near(it.busiest_shard_per_s(), 195.19);
        assert_eq!((it.rows_written_per_s(), it.log_lines_per_s()), (40_000.0, 60_000.0));
        assert_eq!((it.cores(), it.bytes_per_s()), (24.0, 2.6e6));
        assert_near(it.kv_reads_per_s(), 66.67);
    }

    #[test]
    fn others_are_requests_that_write_nothing() {
        let it = Campaign { others: 0.5, ..NIGHT };
        assert_eq!((it.requests(), it.rows_written()), (15e6, 20e6));
        assert_eq!(it.rows_read(), 95e6);
        assert_eq!(it.cpu_ms_in_all(), 15e6);
    }
}
