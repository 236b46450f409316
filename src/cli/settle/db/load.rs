//! Loading segments: so many at a time, each time with the end of the chain that they are.
//!
//! A kill at any moment leaves whole pieces and, for each shard, the end that belongs to them.

use rusqlite::{Connection, params};

use super::{Db, int};
use crate::journal::{Head, Segment};
use crate::ledger::Entry;
use crate::time::Timestamp;

/// Entries of one transaction: as many as a commit costs nothing beside.
const TOGETHER: usize = 200_000;

/// Loads what a pull reads.
pub(in super::super) struct Loader<'a> {
    db: &'a Connection,
    waiting: usize,
}

impl Db {
    /// Begins to load.
    pub(in super::super) fn loader(&mut self) -> anyhow::Result<Loader<'_>> {
        self.0.execute_batch("BEGIN IMMEDIATE")?;
        Ok(Loader { db: &self.0, waiting: 0 })
    }
}

impl Loader<'_> {
    /// Adds a segment; `end` is the end of its shard's chain with it.
    pub(in super::super) fn add(&mut self, segment: &Segment, end: &Head) -> anyhow::Result<()> {
        let mut insert = self.db.prepare_cached(
            "INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?;
        let shard = segment.header().origin.shard;
        let (campaign, index) = (shard.campaign().get(), shard.index());
        for entry in segment.entries() {
            let Entry { seq, serial, kind, at, by, chain, discount, order_amount, .. } = entry;
            insert.execute(params![
                campaign,
                index,
                segment.header().incarnation,
                int(*seq),
                *kind as u8,
                int(at.millis()),
                serial.as_bytes().as_slice(),
                by.shop,
                by.till,
                chain,
                int(discount.minor_units()),
                int(order_amount.minor_units()),
                entry.order_ref.as_ref().map(|text| text.as_str()),
                entry.offline_at.map(|at| int(at.millis())),
            ])?;
        }
        drop(insert);
        self.waiting += segment.entries().len();
        if self.waiting >= TOGETHER {
            self.note(end)?;
            self.commit()?;
            self.db.execute_batch("BEGIN IMMEDIATE")?;
        }
        Ok(())
    }

    /// Ends a shard: all that its head counts is loaded.
    pub(in super::super) fn end(&mut self, end: &Head, until: Timestamp) -> anyhow::Result<()> {
        self.note(end)?;
        let shard = end.origin.shard;
        self.db
            .prepare_cached(
                "UPDATE shard SET complete_until = ?3 WHERE campaign = ?1 AND shard = ?2",
            )?
            .execute(params![shard.campaign().get(), shard.index(), int(until.millis())])?;
        Ok(())
    }

    /// Keeps the end of a chain, as far as it is loaded.
    pub(in super::super) fn note(&mut self, end: &Head) -> anyhow::Result<()> {
        let shard = end.origin.shard;
        let mut keep = self.db.prepare_cached(
            "INSERT INTO shard VALUES (?1, ?2, ?3, ?4, 0) \
             ON CONFLICT (campaign, shard) DO UPDATE SET loaded = excluded.loaded",
        )?;
        let (campaign, currency) = (shard.campaign().get(), end.origin.currency.code());
        keep.execute(params![campaign, shard.index(), currency, serde_json::to_string(end)?])?;
        Ok(())
    }

    /// Notes the pull, by campaign, and ends it.
    pub(in super::super) fn finish(
        mut self,
        at: Timestamp,
        since: &[(u32, u64)],
    ) -> anyhow::Result<()> {
        for (campaign, entries) in since {
            // The newest entry of a shard is its last: a look at the end of each.
            self.db.execute(
                "INSERT INTO pull SELECT ?1, ?2, ?3, \
                   (SELECT max((SELECT at FROM journal e WHERE e.campaign = s.campaign \
                      AND e.shard = s.shard ORDER BY incarnation DESC, seq DESC LIMIT 1)) \
                    FROM shard s WHERE s.campaign = ?2), \
                   coalesce(min(complete_until), 0) FROM shard WHERE campaign = ?2",
                params![int(at.millis()), campaign, int(*entries)],
            )?;
        }
        self.commit()
    }

    fn commit(&mut self) -> anyhow::Result<()> {
        self.db.execute_batch("COMMIT")?;
        self.waiting = 0;
        Ok(())
    }
}

impl Drop for Loader<'_> {
    fn drop(&mut self) {
        // What was not committed is read again by the next pull.
        if !self.db.is_autocommit() {
            let _ = self.db.execute_batch("ROLLBACK");
        }
    }
}
