//! What it takes to ship the journal: behind the redemptions, and the more the oftener it is done.

use super::demand::{Campaign, OBJECT_GB};
use crate::campaign::CampaignId;
use crate::journal::{pace, segment};
use crate::statement::Bucket;

/// Rows of a shipment in the shard itself: its alarm, which is billed as one, and the cursors of
/// statements and counters.
const OWN_ROWS: f64 = 3.0;

/// The same of a segment: its end, the cursor, and how far the head goes.
const SEGMENT_ROWS: f64 = 3.0;

/// Chains that the entries of a parcel are of, at most: each is a row of the counters. Assumed, as few
/// chains have most shops.
const CHAINS: f64 = 20.0;

/// Bytes of an entry in a shop's statement, and in a segment (`docs/operations.md`).
const LINE_BYTES: f64 = 90.0;
const SEGMENT_BYTES: f64 = 141.0;

/// How much longer a segment waits than a parcel.
const SEGMENT_DELAYS: f64 = 6.0;

/// Shipping a campaign's journal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shipping {
    entries: f64,
    /// Alarms of all shards that had something to ship.
    shipments: f64,
    segments: f64,
    seconds: f64,
}

impl Shipping {
    /// Of a campaign in which each shard always has something to ship: the most that it can be.
    pub(super) fn of(campaign: &Campaign) -> Self {
        let (entries, seconds) = (campaign.redemptions, campaign.hours * 3600.0);
        let delay_s = f64::from(delay_ms(campaign.shards)) / 1000.0;
        let delays = f64::from(campaign.shards) * seconds / delay_s;
        let full = entries / segment::MAX_ENTRIES as f64;
        let segments = (delays / SEGMENT_DELAYS).max(full).min(entries);
        Self { entries, shipments: delays.min(entries), segments, seconds }
    }

    /// Calls to objects: each alarm, and a parcel to each of those that consume.
    pub(super) fn object_requests(&self) -> f64 {
        self.shipments * (1.0 + consumers())
    }

    /// A line of a statement for each entry; beside it rows that say how far everybody is.
    pub(super) fn rows_written(&self) -> f64 {
        let each = self.entries / self.shipments;
        let statements = consumers() - 1.0;
        // Those objects that any of so many entries, spread by a hash, falls to.
        let concerned = statements * (1.0 - (1.0 - 1.0 / statements).powf(each));
        let counted = 1.0 + each.min(CHAINS);
        let rows = self.shipments * (OWN_ROWS + concerned + counted);
        self.entries + rows + self.segments * SEGMENT_ROWS
    }

    /// GB of statements.
    pub(super) fn storage_gb(&self) -> f64 {
        self.entries * LINE_BYTES / 1e9
    }

    /// GB-s of the objects that consume, active all the time.
    pub(super) fn object_gb_s(&self) -> f64 {
        consumers() * self.seconds * OBJECT_GB
    }

    /// The platform's own line for each call to an object.
    pub(super) fn log_lines(&self) -> f64 {
        self.object_requests()
    }

    /// Objects written to R2: each segment, and a head after it.
    pub(super) fn r2_writes(&self) -> f64 {
        self.segments * 2.0
    }

    /// Objects read from R2: each head, before the next one is put in its place.
    pub(super) fn r2_reads(&self) -> f64 {
        self.segments
    }

    /// GB of the archive.
    pub(super) fn r2_gb(&self) -> f64 {
        self.entries * SEGMENT_BYTES / 1e9
    }
}

/// The objects of the statements, and that of the counters.
fn consumers() -> f64 {
    Bucket::all().count() as f64 + 1.0
}

/// A campaign's number of shards is in its id, a power of two.
fn delay_ms(shards: u32) -> u32 {
    CampaignId::new(shards.max(1).ilog2(), 1).map_or(u32::MAX, pace::delay_ms)
}

#[cfg(test)]
mod tests {
    use super::super::demand::tests::NIGHT;
    use super::*;

    #[track_caller]
    fn assert_near(there: f64, expected: f64) {
        assert!((there - expected).abs() <= expected.abs() * 1e-3, "{there} is not {expected}");
    }

    /// 16 shards that ship every 1.2 s for nine hours, 23 entries each time.
    #[test]
    fn the_night_takes_what_the_operations_guide_says() {
        let it = Shipping::of(&NIGHT);
        assert_near(it.object_requests(), 432_000.0 * 18.0);
        // Lines; alarm and two cursors, 12.41 statements of 16, the counters' 21; segments.
        let rows = 10e6 + 432_000.0 * (3.0 + 12.41 + 21.0) + 72_000.0 * 3.0;
        assert_near(it.rows_written(), rows);
        assert_near(it.object_gb_s(), 17.0 * 32_400.0 * 0.128);
        assert_near(it.storage_gb(), 0.9);
        assert_eq!((it.r2_writes(), it.r2_reads()), (144_000.0, 72_000.0));
        assert_near(it.r2_gb(), 1.41);
    }

    #[test]
    fn who_redeems_little_ships_little() {
        let it = Shipping::of(&Campaign { redemptions: 100.0, ..NIGHT });
        assert_eq!((it.object_requests(), it.r2_writes()), (1800.0, 200.0));
        // A line; the shard's three; one statement; the counters' two; the segment's three.
        assert_near(it.rows_written(), 100.0 * 10.0);
    }

    #[test]
    fn where_much_is_redeemed_segments_are_full() {
        let it = Shipping::of(&Campaign { redemptions: 1e9, ..NIGHT });
        assert_near(it.r2_reads(), 1e9 / 2000.0);
    }
}
