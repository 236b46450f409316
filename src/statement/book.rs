//! The book of a statement object: takes parcels, answers questions.

use std::collections::BTreeMap;

use super::cursor::Position;
use super::line::{Line, parameter};
use super::progress::{Finding, Noted, Progress};
use super::question::Question;
use super::report::{Report, totals};
use super::{schema, sql};
use crate::campaign::{CampaignId, Shard};
use crate::journal::{Parcel, Received};
use crate::ledger::database::{Database, Executed, Row, Value};
use crate::ledger::entry::integer;
use crate::ledger::schema::{SchemaError, migrate};
use crate::time::Timestamp;

/// The lines of some shops, and how far each shard is here.
#[derive(Debug)]
pub struct Book<D> {
    database: D,
    /// A little more than is noted in the database: not each parcel is worth a row. After a restart
    /// the next parcel of a shard says it again.
    shards: BTreeMap<Shard, Progress>,
}

/// Why a parcel was not taken or a question not answered.
#[derive(Debug)]
pub enum BookError<E> {
    /// The database failed. Of a parcel some lines may be kept: it changes nothing when it comes
    /// again.
    Database(E),
    /// The database holds something that this build did not write.
    Unreadable,
}

impl<D: Database> Book<D> {
    /// Opens the book and brings its schema up to date.
    ///
    /// # Errors
    /// See [`SchemaError`].
    pub fn open(mut database: D) -> Result<Self, SchemaError<D::Error>> {
        migrate(&mut database, schema::MIGRATIONS)?;
        let noted = database.run(sql::NOTED, &[]).map_err(SchemaError::Database)?;
        let mut shards = BTreeMap::new();
        // One by one: to collect them would bring a sort into the program, for rows that are sorted.
        for row in noted.rows {
            let (shard, progress) = noted_progress(row).ok_or(SchemaError::Unreadable)?;
            shards.insert(shard, progress);
        }
        Ok(Self { database, shards })
    }

    #[cfg(test)]
    pub(super) fn database_mut(&mut self) -> &mut D {
        &mut self.database
    }

    #[cfg(test)]
    pub(super) fn into_database(self) -> D {
        self.database
    }

    /// Takes a parcel, each entry once: what is here already stays as it is. First the lines, then
    /// how far they go, so that whatever breaks off in between, the shard sends them again.
    ///
    /// # Errors
    /// See [`BookError`].
    pub fn receive(&mut self, parcel: &Parcel) -> Result<Received, BookError<D::Error>> {
        let shard = parcel.origin.shard;
        let known = self.shards.get(&shard).copied();
        let mut next = match Progress::find(known, parcel) {
            Finding::Next(next) => next,
            Finding::Answer(received) => return Ok(received),
        };
        if !parcel.entries.is_empty() {
            self.keep(parcel)?;
        }
        if next.is_news(known, parcel.entries.len()) {
            self.note(shard, next)?;
            next = next.is_noted();
        }
        self.shards.insert(shard, next);
        Ok(Received::Taken)
    }

    /// Answers.
    ///
    /// # Errors
    /// See [`BookError`].
    pub fn ask(&mut self, question: &Question) -> Result<Report, BookError<D::Error>> {
        let Question { shop, chain, limit, .. } = *question;
        let period = question.period();
        let chain = chain.map_or(Value::Null, |chain| Value::Integer(chain.into()));
        let (from, until) = (period.from.millis(), period.until.millis());
        let day = [Value::Integer(shop.into()), Value::Integer(from), Value::Integer(until), chain];
        let rows = self.run(sql::TOTALS, &day)?.rows;
        let mut campaigns = totals(rows).ok_or(BookError::Unreadable)?;
        for total in &mut campaigns {
            total.complete_until = self.complete_until(total.campaign);
        }

        let Position { at, campaign, shard, incarnation, seq } = question.position();
        let page = [
            Value::Integer(at.millis()),
            Value::Integer(campaign.into()),
            Value::Integer(shard.into()),
            Value::Integer(incarnation.into()),
            Value::Integer(seq),
            // One more than is shown tells whether there are more.
            Value::Integer(u64::from(limit) + 1),
        ];
        let rows = self.run(sql::LINES, &[&day[..], &page].concat())?.rows;
        let more = rows.len() > usize::from(limit);
        let lines = rows.into_iter().take(limit.into()).map(Line::from_row);
        let lines = lines.collect::<Option<_>>().ok_or(BookError::Unreadable)?;

        let live = question.campaigns.iter().map(|campaign| self.complete_until(*campaign));
        let complete_until = live.collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().min());
        Ok(Report { complete_until, campaigns, lines, more })
    }

    /// Until when everything of a campaign is here: the least that its shards said, idle ones
    /// included; `None` while one has said nothing.
    fn complete_until(&self, campaign: CampaignId) -> Option<Timestamp> {
        let first = Shard::new(campaign, 0)?;
        let last = Shard::new(campaign, campaign.shards().checked_sub(1)?)?;
        let said = self.shards.range(first..=last).map(|(_, progress)| progress.complete_until);
        let all = u32::try_from(said.clone().count()).ok()? == campaign.shards();
        said.min().filter(|_| all)
    }

    fn keep(&mut self, parcel: &Parcel) -> Result<(), BookError<D::Error>> {
        let shard = parcel.origin.shard;
        let lines = [
            Value::Text(&parameter(&parcel.entries)),
            Value::Integer(shard.campaign().get().into()),
            Value::Integer(shard.index().into()),
            Value::Integer(parcel.incarnation.into()),
            Value::Text(parcel.origin.currency.code()),
        ];
        self.run(sql::KEEP, &lines).map(|_| ())
    }

    fn note(&mut self, shard: Shard, progress: Progress) -> Result<(), BookError<D::Error>> {
        let row = [
            Value::Integer(shard.campaign().get().into()),
            Value::Integer(shard.index().into()),
            Value::Integer(progress.incarnation.into()),
            Value::Integer(progress.has),
            Value::Integer(progress.complete_until.millis()),
        ];
        self.run(sql::NOTE, &row).map(|_| ())
    }

    fn run(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
    ) -> Result<Executed, BookError<D::Error>> {
        self.database.run(sql, parameters).map_err(BookError::Database)
    }
}

/// Reads a row of [`NOTED`](sql::NOTED); `None` when it is none.
fn noted_progress(row: Row) -> Option<(Shard, Progress)> {
    let [campaign, shard, incarnation, seq, complete_until] = <[_; 5]>::try_from(row).ok()?;
    let campaign = CampaignId::try_from(integer::<u32>(campaign)?).ok()?;
    let (has, complete_until) = (integer(seq)?, Timestamp::from_millis(integer(complete_until)?));
    let incarnation = integer(incarnation)?;
    let noted = Noted { has, complete_until };
    let progress = Progress { incarnation, has, complete_until, noted };
    Some((Shard::new(campaign, integer(shard)?)?, progress))
}
