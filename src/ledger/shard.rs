//! A ledger shard: carries between the commands, the statements and the rule.

use std::collections::HashMap;

use super::command::{Call, Cancel, Command, Find, Look, Redeem, Reverse};
use super::database::{Database, Executed, Value};
use super::entry::ANSWER_VERSION;
use super::redeem::{Appended, parameter, together};
use super::reply::{LedgerRefusal, Outcome, Reply};
use super::rule::{self, Finding};
use super::schema::{MIGRATIONS, SchemaError, migrate};
use super::{Entry, Fingerprint, Identity, Kind, statement};
use crate::campaign::Serial;
use crate::journal::Outbox;
use crate::journal::outbox::OutboxError;
use crate::policy::Epochs;
use crate::time::Timestamp;

/// The ledger of one shard of a campaign.
#[derive(Debug)]
pub struct LedgerShard<D> {
    database: D,
    /// The highest epochs seen. Each entry has those it was judged by and never lower ones than the
    /// entry before, so the newest entry restores them after a restart.
    seen: Epochs,
    /// Consumers were told that they have every entry of before then: none may get such a time.
    told: Timestamp,
}

/// Why a call got no answer. What the database did is unknown: the till asks again with the same
/// key.
#[derive(Debug)]
pub enum ShardError<E> {
    /// The database failed.
    Database(E),
    /// The database holds an entry that this build cannot read.
    Unreadable,
    /// A statement did not append although the rule sees no reason.
    Contradiction,
}

impl<D: Database> LedgerShard<D> {
    /// Opens the shard and brings its schema up to date.
    ///
    /// # Errors
    /// See [`SchemaError`].
    pub fn open(mut database: D) -> Result<Self, SchemaError<D::Error>> {
        migrate(&mut database, MIGRATIONS)?;
        let tip = database.run(statement::TIP, &[]).map_err(SchemaError::Database)?;
        let seen = match tip.rows.into_iter().next() {
            None => Epochs::default(),
            Some(row) => Entry::from_row(row).ok_or(SchemaError::Unreadable)?.epochs,
        };
        let journal = Outbox(&mut database).journal().map_err(|why| match why {
            OutboxError::Database(why) => SchemaError::Database(why),
            OutboxError::Unreadable | OutboxError::Misnamed => SchemaError::Unreadable,
        })?;
        let told = journal.map_or(Timestamp::from_millis(0), |journal| journal.told);
        Ok(Self { database, seen, told })
    }

    #[cfg(test)]
    pub(super) fn database(&self) -> &D {
        &self.database
    }

    #[cfg(test)]
    pub(super) fn database_mut(&mut self) -> &mut D {
        &mut self.database
    }

    #[cfg(test)]
    pub(super) fn into_database(self) -> D {
        self.database
    }

    /// Does what the call asks, now, one command after the other. Synchronous from the first read to
    /// the last: the object handles no other call in between.
    ///
    /// # Errors
    /// See [`ShardError`]. Commands before the one that failed may have been carried out.
    pub fn handle(&mut self, call: Call, now: Timestamp) -> Result<Reply, ShardError<D::Error>> {
        let Call { epochs, commands, .. } = call;
        let now = now.max(self.told);
        if epochs.older_than(self.seen) {
            let stale = Outcome::Refused(LedgerRefusal::PolicyStale);
            return Ok(Reply { outcomes: vec![stale; commands.len()], rows_written: 0 });
        }
        self.seen = self.seen.latest(epochs);
        let mut reply = Reply::default();
        let mut commands = commands.into_iter().peekable();
        while let Some(command) = commands.next() {
            match command {
                Command::Redeem(first) => {
                    let redeems = together(first, &mut commands);
                    self.redeem(&redeems, epochs, now, &mut reply)?;
                    self.conflicts(&redeems, epochs, now, &mut reply)?;
                }
                Command::Reverse(reverse) => self.reverse(reverse, epochs, now, &mut reply)?,
                Command::Cancel(cancel) => self.cancel(cancel, epochs, now, &mut reply)?,
                Command::Recall(recall) => {
                    let chain = self.chain(recall.serial, Some(&recall.by))?;
                    let outcome = rule::recall(&chain, recall.by, recall.fingerprint);
                    reply.outcomes.push(outcome.unwrap_or(Outcome::NothingToReplay));
                }
                Command::Find(Find { seq, shop }) => {
                    reply.outcomes.push(match self.find(seq, shop)? {
                        Some((redemption, reversal)) => Outcome::Found { redemption, reversal },
                        None => Outcome::Refused(LedgerRefusal::NotFound),
                    });
                }
                Command::Look(Look { serial }) => {
                    reply.outcomes.push(rule::look(&self.chain(serial, None)?));
                }
            }
        }
        Ok(reply)
    }

    /// What it ships.
    pub fn outbox(&mut self) -> Outbox<'_, D> {
        Outbox(&mut self.database)
    }

    /// Promises that no entry will get a time of before then, so that consumers can be told that
    /// they have all of these.
    ///
    /// # Errors
    /// See [`OutboxError`].
    pub fn promise(&mut self, until: Timestamp) -> Result<(), OutboxError<D::Error>> {
        let until = until.max(self.told);
        self.outbox().tell(until)?;
        self.told = until;
        Ok(())
    }

    /// Redeems different coupons.
    fn redeem(
        &mut self,
        redeems: &[Redeem],
        epochs: Epochs,
        now: Timestamp,
        reply: &mut Reply,
    ) -> Result<(), ShardError<D::Error>> {
        let requests = parameter(redeems);
        let executed = self.run(
            statement::REDEEM,
            &[
                Value::Text(&requests),
                Value::Integer(now.millis()),
                Value::Integer(epochs.campaign.into()),
                Value::Integer(epochs.shops.into()),
                Value::Integer(ANSWER_VERSION.into()),
            ],
        )?;
        reply.rows_written += executed.rows_written;
        let appended = executed.rows.into_iter().map(Appended::from_row);
        let appended = appended.collect::<Option<HashMap<_, _>>>();
        let appended = appended.ok_or(ShardError::Unreadable)?;
        for redeem in redeems {
            reply.outcomes.push(match appended.get(&redeem.serial) {
                Some(appended) => Outcome::Appended(*appended),
                None => {
                    let chain = self.chain(redeem.serial, Some(&redeem.by))?;
                    match rule::redeem(&chain, redeem.by, redeem.fingerprint) {
                        Finding::Answer(outcome) => outcome,
                        Finding::Append(_) => return Err(ShardError::Contradiction),
                    }
                }
            });
        }
        Ok(())
    }

    fn reverse(
        &mut self,
        reverse: Reverse,
        epochs: Epochs,
        now: Timestamp,
        reply: &mut Reply,
    ) -> Result<(), ShardError<D::Error>> {
        let Reverse { seq, by, fingerprint } = reverse;
        let executed =
            self.undo(statement::REVERSE, Value::Integer(seq), by, fingerprint, epochs, now)?;
        reply.rows_written += executed.rows_written;
        let reversal = appended(executed)?;
        reply.outcomes.push(match (self.find(seq, by.shop)?, reversal) {
            (None, _) => Outcome::Refused(LedgerRefusal::NotFound),
            (Some((redemption, _)), Some(reversal)) => {
                Outcome::Reversed { redemption, reversal, replayed: false }
            }
            (Some((redemption, earlier)), None) => {
                match rule::reverse(&redemption, earlier.as_ref(), now) {
                    Finding::Answer(outcome) => outcome,
                    Finding::Append(_) => return Err(ShardError::Contradiction),
                }
            }
        });
        Ok(())
    }

    fn cancel(
        &mut self,
        cancel: Cancel,
        epochs: Epochs,
        now: Timestamp,
        reply: &mut Reply,
    ) -> Result<(), ShardError<D::Error>> {
        let Cancel { serial, by, fingerprint } = cancel;
        let what = Value::Blob(serial.as_bytes());
        let executed = self.undo(statement::CANCEL, what, by, fingerprint, epochs, now)?;
        reply.rows_written += executed.rows_written;
        reply.outcomes.push(match appended(executed)? {
            Some(entry) if entry.kind == Kind::Void => Outcome::Voided { entry, replayed: false },
            Some(reversal) => {
                let redemption = self.at(serial, reversal.n.saturating_sub(1))?;
                let redemption = redemption.ok_or(ShardError::Contradiction)?;
                Outcome::Reversed { redemption, reversal, replayed: false }
            }
            None => match rule::cancel(&self.chain(serial, Some(&by))?, by, now) {
                Finding::Answer(outcome) => outcome,
                Finding::Append(_) => return Err(ShardError::Contradiction),
            },
        });
        Ok(())
    }

    /// Runs one of the two statements that undo: they take the same parameters after the first.
    fn undo(
        &mut self,
        sql: &'static str,
        what: Value<'_>,
        by: Identity,
        fingerprint: Fingerprint,
        epochs: Epochs,
        now: Timestamp,
    ) -> Result<Executed, ShardError<D::Error>> {
        self.run(
            sql,
            &[
                what,
                Value::Integer(now.millis()),
                Value::Integer(by.shop.into()),
                Value::Integer(by.till.into()),
                Value::Blob(by.key.as_bytes()),
                Value::Blob(fingerprint.as_bytes()),
                Value::Integer(epochs.campaign.into()),
                Value::Integer(epochs.shops.into()),
                Value::Integer(ANSWER_VERSION.into()),
            ],
        )
    }

    /// The coupon's chain, and of its conflicts what matters to whoever asks.
    pub(super) fn chain(
        &mut self,
        serial: Serial,
        by: Option<&Identity>,
    ) -> Result<Vec<Entry>, ShardError<D::Error>> {
        let [shop, till, key] = by.map_or([Value::Null; 3], Identity::values);
        let parameters = [Value::Blob(serial.as_bytes()), shop, till, key];
        entries(self.run(statement::CHAIN, &parameters)?)
    }

    fn at(&mut self, serial: Serial, n: i16) -> Result<Option<Entry>, ShardError<D::Error>> {
        let parameters = [Value::Blob(serial.as_bytes()), Value::Integer(n.unsigned_abs().into())];
        appended(self.run(statement::AT, &parameters)?)
    }

    fn find(&mut self, seq: u64, shop: u32) -> Result<Option<Redemption>, ShardError<D::Error>> {
        let parameters = [Value::Integer(seq), Value::Integer(shop.into())];
        let Some(redemption) = appended(self.run(statement::FIND, &parameters)?)? else {
            return Ok(None);
        };
        let reversal = self.at(redemption.serial, redemption.n + 1)?;
        Ok(Some((redemption, reversal)))
    }

    pub(super) fn run(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
    ) -> Result<Executed, ShardError<D::Error>> {
        self.database.run(sql, parameters).map_err(ShardError::Database)
    }
}

/// A redemption, and its reversal if it has one.
type Redemption = (Entry, Option<Entry>);

pub(super) fn entries<E>(executed: Executed) -> Result<Vec<Entry>, ShardError<E>> {
    let entries = executed.rows.into_iter().map(Entry::from_row);
    entries.collect::<Option<Vec<_>>>().ok_or(ShardError::Unreadable)
}

/// The one entry that a statement returned, if any.
fn appended<E>(executed: Executed) -> Result<Option<Entry>, ShardError<E>> {
    Ok(entries(executed)?.into_iter().next())
}
