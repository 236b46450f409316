//! Shipping to the archive: a segment is written once, and never over another. One that was lost is
//! written again with the same bytes.

use super::{CURSOR, Consumer, Found, MOVE, Outbox, OutboxError};
use crate::journal::{Chain, Head, Segment, segment};
use crate::ledger::database::{Database, Value};
use crate::ledger::entry::integer;

const RESTORED: &str = "UPDATE journal SET incarnation = ?1 + 1, begins = ?2";

const BOUND: &str = "SELECT last FROM segment WHERE last > ?1 ORDER BY last LIMIT 1";
const BOUNDED: &str = "INSERT INTO segment (last) VALUES (?1) ON CONFLICT DO NOTHING";

/// Where it is kept how far the head goes that was written last, beside the consumers' own numbers.
const HEAD: u64 = 4;

impl<D: Database> Outbox<'_, D> {
    /// The archive's head as the shard knows it; `None` before its first entry.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn head(&mut self) -> Found<Option<Head>, D> {
        let Some(journal) = self.journal()? else { return Ok(None) };
        match self.cursor(Consumer::Archive)?.1 {
            None => Ok(Some(Head::new(journal.origin, journal.incarnation))),
            Some(json) => match Head::parse(json.as_bytes()) {
                None => Err(OutboxError::Unreadable),
                head => Ok(head),
            },
        }
    }

    /// The archive's next segment and its text; `None` when it has all.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn next_segment(&mut self) -> Found<Option<(Segment, String)>, D> {
        let (Some(journal), Some(head)) = (self.journal()?, self.head()?) else { return Ok(None) };
        let sent = self.sent(Consumer::Archive)?;
        let mut entries = self.after(sent, segment::MAX_ENTRIES)?;
        // It was written before, and ends where it ended.
        let bound = self.number(BOUND, sent)?.unwrap_or(u64::MAX);
        entries.retain(|entry| entry.seq <= bound);
        if entries.is_empty() {
            return Ok(None);
        }
        let segment = Segment::write(journal.origin, journal.incarnation, head.hash, entries);
        segment.map(Some).ok_or(OutboxError::Unreadable)
    }

    /// The segment is in the archive.
    ///
    /// # Errors
    /// [`OutboxError::Unreadable`] when it does not follow on what is there.
    pub fn archived(&mut self, segment: &Segment) -> Found<Head, D> {
        let head = self.head()?.ok_or(OutboxError::Unreadable)?;
        let mut chain = Chain::after(head);
        chain.push(segment).map_err(|_| OutboxError::Unreadable)?;
        let head = *chain.end();
        let json = serde_json::to_string(&head).map_err(|_| OutboxError::Unreadable)?;
        self.run(BOUNDED, &[Value::Integer(head.last)])?;
        self.set(Consumer::Archive, head.last, Some(&json))?;
        Ok(head)
    }

    /// The first entry of a segment that the shard does not have like this; `None` when it has all
    /// of them.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn differs(&mut self, segment: &Segment) -> Found<Option<u64>, D> {
        let first = segment.header().first;
        let ours = self.after(first.saturating_sub(1), segment.entries().len())?;
        let mut ours = ours.iter();
        let theirs = segment.entries().iter();
        Ok(theirs
            .map(|entry| (entry.seq, ours.next() == Some(entry)))
            .find_map(|(seq, same)| if same { None } else { Some(seq) }))
    }

    /// Whether the archive's head is not that of the segments that are there: it is written after them,
    /// and what comes in between must not keep it from being written.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn head_is_due(&mut self) -> Found<bool, D> {
        Ok(self.sent(Consumer::Archive)? != self.head_goes_to()?)
    }

    /// The last entry of the head that is in the archive; 0 when none was written.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn head_goes_to(&mut self) -> Found<u64, D> {
        Ok(self.number(CURSOR, HEAD)?.unwrap_or(0))
    }

    /// The head of everything up to this entry is in the archive.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn head_written(&mut self, last: u64) -> Found<(), D> {
        self.run(MOVE, &[Value::Integer(HEAD), Value::Integer(last), Value::Null])?;
        Ok(())
    }

    /// The archive has lost its head, and for all that is known its segments: from now on it has
    /// nothing, and gets all of them again, as they were. `false`, and nothing is changed, when it
    /// held another life of the shard too, which is not here any more.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn archive_lost(&mut self) -> Found<bool, D> {
        let whole = self.journal()?.is_some_and(|journal| journal.incarnation == 1);
        if whole {
            self.set(Consumer::Archive, 0, None)?;
            self.head_written(0)?;
        }
        Ok(whole)
    }

    /// The archive goes further than this shard, which was put back to a state of before: it begins
    /// its next life with the entry in which they differ, after what the archive ends with.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn restored(&mut self, archive: &Head, begins: u64) -> Found<(), D> {
        let json = serde_json::to_string(archive).map_err(|_| OutboxError::Unreadable)?;
        let life = Value::Integer(archive.incarnation.into());
        self.run(RESTORED, &[life, Value::Integer(begins)])?;
        self.set(Consumer::Archive, begins.saturating_sub(1), Some(&json))
    }

    /// The first column of the first row, if there is a row.
    fn number(&mut self, sql: &'static str, parameter: u64) -> Found<Option<u64>, D> {
        let Some(row) = self.first(sql, &[Value::Integer(parameter)])? else { return Ok(None) };
        row.into_iter().next().and_then(integer).map(Some).ok_or(OutboxError::Unreadable)
    }
}
