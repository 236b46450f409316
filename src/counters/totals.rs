//! What the journal's entries come to, by chain and kind. Kept in the object's database.

use std::collections::BTreeMap;

use crate::journal::{Incarnation, Origin, Parcel, Received, Sum};
use crate::ledger::Kind;
use crate::ledger::database::{Cell, Database, Row, Value};
use crate::ledger::entry::integer;

/// The tables, as numbered migrations. Never edit one that has been deployed: append.
///
/// One table has the totals and how far each shard's journal is in them, so that one statement moves
/// both: a parcel is counted once, whatever comes in between.
///
/// The other has the origin of any of the shards: whoever forgot when they reported knows by it whom
/// to ask.
pub const MIGRATIONS: &[&str] = &[
    "CREATE TABLE total (
  what INTEGER NOT NULL,
  which INTEGER NOT NULL,
  count INTEGER NOT NULL,
  discount INTEGER NOT NULL,
  PRIMARY KEY (what, which)
) STRICT, WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS origin (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  origin TEXT NOT NULL
) STRICT",
];

/// `what` of the row that says how far a shard's journal is in the totals: `which` is the shard,
/// `count` the sequence number, `discount` the incarnation. The other numbers are those of
/// [`Kind`], and `which` is then the chain.
const POSITION: u8 = 0;

const ADD: &str = "INSERT INTO total (what, which, count, discount)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1) WHERE true
ON CONFLICT (what, which) DO UPDATE SET
  count = CASE what WHEN 0 THEN excluded.count ELSE count + excluded.count END,
  discount = CASE what WHEN 0 THEN excluded.discount ELSE discount + excluded.discount END";
const HAVE: &str = "SELECT count, discount FROM total WHERE what = 0 AND which = ?1";
const REMEMBER: &str = "INSERT INTO origin (id, origin) VALUES (1, ?1) ON CONFLICT (id) DO NOTHING";
const ORIGIN: &str = "SELECT origin FROM origin";
const ALL: &str = "SELECT what, which, count, discount FROM total WHERE what > 0";

/// The totals of one campaign.
#[derive(Debug)]
pub struct Totals<D>(pub D);

/// Entries of a kind in a chain.
pub type ByChain = BTreeMap<(u16, &'static str), Sum>;

impl<D: Database> Totals<D> {
    /// Counts a parcel, unless it was counted before.
    ///
    /// # Errors
    /// Those of the database; the parcel is then not counted.
    pub fn receive(&mut self, parcel: &Parcel) -> Result<Received, D::Error> {
        let shard = parcel.origin.shard.index();
        let (incarnation, has) = self.position(shard)?.unwrap_or((parcel.incarnation, 0));
        // A later life of the shard starts after what it kept of the one before.
        let has = if incarnation < parcel.incarnation { parcel.after } else { has };
        if parcel.incarnation < incarnation || parcel.until <= has {
            return Ok(Received::Taken);
        }
        if parcel.after > has {
            return Ok(Received::Behind { has });
        }
        let mut rows = BTreeMap::<(u8, u32), Sum>::new();
        for entry in parcel.entries.iter().filter(|entry| entry.seq > has) {
            let sum = rows.entry((entry.kind as u8, entry.chain.into())).or_default();
            sum.count += 1;
            sum.discount += entry.discount.minor_units();
        }
        let position = Sum { count: parcel.until, discount: parcel.incarnation.into() };
        rows.insert((POSITION, shard), position);
        let rows = rows.iter().map(|((what, which), it)| (what, which, it.count, it.discount));
        let rows = serde_json::to_string(&rows.collect::<Vec<_>>()).unwrap_or_default();
        self.0.run(ADD, &[Value::Text(&rows)])?;
        Ok(Received::Taken)
    }

    /// Writes down whose totals these are, once.
    ///
    /// # Errors
    /// Those of the database.
    pub fn remember(&mut self, origin: Origin) -> Result<(), D::Error> {
        let origin = serde_json::to_string(&origin).unwrap_or_default();
        self.0.run(REMEMBER, &[Value::Text(&origin)])?;
        Ok(())
    }

    /// The origin of one of the shards, once any was heard of.
    ///
    /// # Errors
    /// Those of the database.
    pub fn origin(&mut self) -> Result<Option<Origin>, D::Error> {
        let row = self.0.run(ORIGIN, &[])?.rows.into_iter().next();
        Ok(row.and_then(|row| match row.into_iter().next() {
            Some(Cell::Text(origin)) => serde_json::from_str(&origin).ok(),
            _ => None,
        }))
    }

    /// The totals by chain and kind.
    ///
    /// # Errors
    /// Those of the database.
    pub fn by_chain(&mut self) -> Result<ByChain, D::Error> {
        let read = |row: Row| {
            let [what, chain, count, discount] = <[_; 4]>::try_from(row).ok()?;
            let kind = Kind::from_number(integer(what)?)?;
            let sum = Sum { count: integer(count)?, discount: integer(discount)? };
            Some(((integer(chain)?, kind.name()), sum))
        };
        Ok(self.0.run(ALL, &[])?.rows.into_iter().filter_map(read).collect())
    }

    fn position(&mut self, shard: u32) -> Result<Option<(Incarnation, u64)>, D::Error> {
        let row = self.0.run(HAVE, &[Value::Integer(shard.into())])?.rows.into_iter().next();
        let read = |row: Row| {
            let [seq, incarnation] = <[Cell; 2]>::try_from(row).ok()?;
            Some((integer(incarnation)?, integer(seq)?))
        };
        Ok(row.and_then(read))
    }
}
