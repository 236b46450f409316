//! What a shard still has to ship, and how far each consumer has it. In the shard's own database, so
//! that entries and cursors are lost together or not at all.
//!
//! A cursor moves when the consumer said that it has the entries. What was lost on the way, or whose
//! answer was, is sent again; each consumer knows an entry again by shard, incarnation and sequence
//! number.

mod archive;

use super::{Incarnation, Origin, Parcel};
use crate::campaign::Shard;
use crate::counters::Progress;
use crate::ledger::Entry;
use crate::ledger::database::{Cell, Database, Row, Value};
use crate::ledger::entry::{columns, integer};
use crate::time::Timestamp;

/// Who the entries are shipped to. The numbers are stored: never change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consumer {
    /// Segments, for whoever pays and checks.
    Archive = 1,
    /// The shops' statements.
    Statements = 2,
    /// What the operator watches.
    Counters = 3,
}

impl Consumer {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Archive, Self::Statements, Self::Counters];

    /// As the operator reads it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Statements => "statements",
            Self::Counters => "counters",
        }
    }
}

/// Whose journal it is, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journal {
    /// The shard.
    pub origin: Origin,
    /// Which of its lives.
    pub incarnation: Incarnation,
    /// The first entry of that life.
    pub begins: u64,
    /// Every entry of before then was reported; no other may get such a time.
    pub told: Timestamp,
}

/// Why something cannot be shipped.
#[derive(Debug)]
pub enum OutboxError<E> {
    /// The database failed.
    Database(E),
    /// The database holds something that this build cannot read.
    Unreadable,
    /// The object was called in the name of another shard than before.
    Misnamed,
}

/// The shipping side of a shard's database.
#[derive(Debug)]
pub struct Outbox<'a, D>(pub &'a mut D);

const NAME: &str = "INSERT INTO journal (id, shard, currency, incarnation, begins, told)
VALUES (1, ?1, ?2, 1, 1, 0) ON CONFLICT (id) DO NOTHING";
const JOURNAL: &str = "SELECT shard, currency, incarnation, begins, told FROM journal";
const TELL: &str = "UPDATE journal SET told = ?1";
const TIP: &str = "SELECT seq, at FROM entry ORDER BY seq DESC LIMIT 1";
const NEXT: &str = "SELECT at FROM entry WHERE seq > ?1 ORDER BY seq LIMIT 1";
const AFTER: &str =
    concat!("SELECT ", columns!(), " FROM entry WHERE seq > ?1 ORDER BY seq LIMIT ?2");
const CURSOR: &str = "SELECT sent, head FROM consumer WHERE id = ?1";
const MOVE: &str = "INSERT INTO consumer (id, sent, head) VALUES (?1, ?2, ?3)
ON CONFLICT (id) DO UPDATE SET sent = excluded.sent, head = excluded.head";

type Found<T, D> = Result<T, OutboxError<<D as Database>::Error>>;

impl<D: Database> Outbox<'_, D> {
    /// Writes down whose journal it is, once.
    ///
    /// # Errors
    /// [`OutboxError::Misnamed`] when it is another's.
    pub fn name(&mut self, origin: Origin) -> Found<(), D> {
        let (shard, currency) = (origin.shard.object_name(), origin.currency.code().to_owned());
        self.run(NAME, &[Value::Text(&shard), Value::Text(&currency)])?;
        match self.journal()? {
            Some(journal) if journal.origin == origin => Ok(()),
            _ => Err(OutboxError::Misnamed),
        }
    }

    /// Whose journal it is; `None` before its first entry.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn journal(&mut self) -> Found<Option<Journal>, D> {
        let Some(row) = self.first(JOURNAL, &[])? else { return Ok(None) };
        let read = |row: Row| {
            let [shard, currency, incarnation, begins, told] = <[_; 5]>::try_from(row).ok()?;
            let shard = Shard::parse(&text(shard)?)?;
            Some(Journal {
                origin: Origin { shard, currency: text(currency)?.parse().ok()? },
                incarnation: integer(incarnation)?,
                begins: integer(begins)?,
                told: Timestamp::from_millis(integer(told)?),
            })
        };
        read(row).map(Some).ok_or(OutboxError::Unreadable)
    }

    /// Remembers that consumers are told that they have every entry of before then.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn tell(&mut self, complete_until: Timestamp) -> Found<(), D> {
        self.run(TELL, &[Value::Integer(complete_until.millis())])?;
        Ok(())
    }

    /// The newest entry's sequence number and time; zeros when there is none.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn tip(&mut self) -> Found<(u64, Timestamp), D> {
        let row = self.first(TIP, &[])?;
        let read = |row: Row| {
            let [seq, at] = <[_; 2]>::try_from(row).ok()?;
            Some((integer(seq)?, Timestamp::from_millis(integer(at)?)))
        };
        match row {
            None => Ok((0, Timestamp::from_millis(0))),
            Some(row) => read(row).ok_or(OutboxError::Unreadable),
        }
    }

    /// What the consumer has: everything up to this entry.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn sent(&mut self, consumer: Consumer) -> Found<u64, D> {
        Ok(self.cursor(consumer)?.0)
    }

    /// Until when whoever has everything up to this entry has all of the journal.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn complete_until(&mut self, seq: u64) -> Found<Timestamp, D> {
        match self.next_at(seq)? {
            Some(at) => Ok(at),
            // Entries that are still to come are never earlier than the newest.
            None => {
                let told = self.journal()?.map_or(Timestamp::from_millis(0), |it| it.told);
                Ok(self.tip()?.1.max(told))
            }
        }
    }

    /// How far the consumer is.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn progress(&mut self, consumer: Consumer) -> Found<Progress, D> {
        let (sent, tip) = (self.sent(consumer)?, self.tip()?.0);
        let (oldest, complete_until) = (self.next_at(sent)?, self.complete_until(sent)?);
        Ok(Progress { unsent: tip.saturating_sub(sent), oldest, complete_until })
    }

    /// The time of the entry after this one, if there is one.
    fn next_at(&mut self, seq: u64) -> Found<Option<Timestamp>, D> {
        let row = self.first(NEXT, &[Value::Integer(seq)])?;
        let at = row.map(|row| row.into_iter().next().and_then(integer));
        at.map(|at| at.map(Timestamp::from_millis).ok_or(OutboxError::Unreadable)).transpose()
    }

    /// The next entries for a consumer, at most so many: perhaps none.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn next_parcel(&mut self, consumer: Consumer, most: usize) -> Found<Option<Parcel>, D> {
        let Some(journal) = self.journal()? else { return Ok(None) };
        let after = self.sent(consumer)?;
        // What was before a backup keeps the number of the life that it is of.
        let earlier = after + 1 < journal.begins;
        let incarnation = journal.incarnation - u32::from(earlier);
        let mut entries = self.after(after, most)?;
        entries.retain(|entry| !earlier || entry.seq < journal.begins);
        let until = entries.last().map_or(after, |entry| entry.seq);
        let complete_until = self.complete_until(until)?;
        let range = (after, until);
        Ok(Some(Parcel::new(journal.origin, incarnation, range, complete_until, entries)))
    }

    /// The consumer has everything up to this entry.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn has(&mut self, consumer: Consumer, seq: u64) -> Found<(), D> {
        self.set(consumer, seq, None)
    }

    fn after(&mut self, seq: u64, most: usize) -> Found<Vec<Entry>, D> {
        let rows = self.run(AFTER, &[Value::Integer(seq), Value::Integer(most as u64)])?;
        let entries = rows.into_iter().map(Entry::from_row);
        entries.collect::<Option<Vec<_>>>().ok_or(OutboxError::Unreadable)
    }

    fn cursor(&mut self, consumer: Consumer) -> Found<(u64, Option<String>), D> {
        let Some(row) = self.first(CURSOR, &[Value::Integer(consumer as u64)])? else {
            return Ok((0, None));
        };
        let read = |row: Row| {
            let [sent, head] = <[_; 2]>::try_from(row).ok()?;
            let head = match head {
                Cell::Null => None,
                head => Some(text(head)?),
            };
            Some((integer(sent)?, head))
        };
        read(row).ok_or(OutboxError::Unreadable)
    }

    fn set(&mut self, consumer: Consumer, sent: u64, head: Option<&str>) -> Found<(), D> {
        let head = head.map_or(Value::Null, Value::Text);
        self.run(MOVE, &[Value::Integer(consumer as u64), Value::Integer(sent), head])?;
        Ok(())
    }

    fn first(&mut self, sql: &'static str, parameters: &[Value<'_>]) -> Found<Option<Row>, D> {
        Ok(self.run(sql, parameters)?.into_iter().next())
    }

    fn run(&mut self, sql: &'static str, parameters: &[Value<'_>]) -> Found<Vec<Row>, D> {
        self.0.run(sql, parameters).map(|done| done.rows).map_err(OutboxError::Database)
    }
}

fn text(cell: Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
