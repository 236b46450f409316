//! Our side of the comparison: what a period pays a shop, by the keys of its list.

use std::collections::BTreeMap;

use anyhow::bail;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::Key;
use crate::campaign::Shard;
use crate::cli::settle::db::{Db, int};
use crate::cli::settle::line::{self, Kind, Line};
use crate::ledger::RedemptionId;

/// The currency of the amounts: the only one, unless it is said.
pub(in super::super) fn currency(db: &Connection, said: Option<&str>) -> anyhow::Result<String> {
    let mut query = db.prepare("SELECT DISTINCT currency FROM shard ORDER BY 1")?;
    let known: Vec<String> = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    match (said, known.as_slice()) {
        (Some(said), _) if known.iter().any(|known| known == said) => Ok(said.to_owned()),
        (None, [only]) => Ok(only.clone()),
        (None, []) => bail!("the database is empty"),
        _ => bail!("say --currency: the books are in {}", known.join(", ")),
    }
}

/// Puts the period's lines into the table `ours`. Voids pay nothing and nobody lists them.
pub(super) fn collect(
    db: &Connection,
    period: i64,
    key: Key,
    shop: Option<u32>,
    currency: &str,
) -> anyhow::Result<()> {
    db.execute_batch("CREATE TEMP TABLE ours (key TEXT, side INTEGER, amount INTEGER, note TEXT)")?;
    let mut insert = db.prepare("INSERT INTO ours VALUES (?1, ?2, ?3, ?4)")?;
    let mut lines = line::prepare(
        db,
        "AND e.kind <> 3 AND (?2 IS NULL OR e.shop = ?2) AND e.campaign IN \
         (SELECT campaign FROM shard WHERE currency = ?3)",
    )?;
    line::each(lines.query(params![period, shop, currency])?, |line| {
        let key = key_of(&line, key)?;
        let note = match &line.borne {
            Some((by, why)) => format!("conflict, borne by the {by}: {why}"),
            None => String::new(),
        };
        insert.execute(params![key, line.kind == Kind::Reversal, line.payable(), note])?;
        Ok(())
    })
}

/// A reversal has the key of its redemption, as the till was told.
fn key_of(line: &Line, key: Key) -> anyhow::Result<String> {
    match (key, &line.order_ref) {
        (Key::OrderRef, Some(text)) => Ok(text.clone()),
        _ if line.kind == Kind::Conflict => line.id(),
        _ => Ok(line.redemption()?.unwrap_or(line.id()?)),
    }
}

/// Finds out where else a redemption is that is not in the period.
pub(super) struct Elsewhere<'a> {
    db: &'a Connection,
    /// The last life of each shard.
    lives: BTreeMap<Shard, u32>,
}

impl<'a> Elsewhere<'a> {
    pub(super) fn new(db: &'a Db) -> anyhow::Result<Self> {
        let lives = db.loaded()?.into_iter().map(|it| (it.shard, it.end.incarnation)).collect();
        Ok(Self { db: db.sql(), lives })
    }

    /// What there is to say of this key.
    pub(super) fn of(&self, key: &str) -> anyhow::Result<String> {
        let Some(id) = RedemptionId::parse(key) else {
            return Ok(if key.starts_with("R1.") { "no id of ours" } else { "" }.to_owned());
        };
        let mut entry = self.db.prepare_cached(
            "SELECT shop, (SELECT p.name FROM span s JOIN period p ON p.id = s.period WHERE \
               (s.campaign, s.shard, s.incarnation) = (e.campaign, e.shard, e.incarnation) \
               AND e.seq BETWEEN s.first AND s.last) \
             FROM journal e WHERE campaign = ?1 AND shard = ?2 AND incarnation = ?3 AND seq = ?4",
        )?;
        let shard = id.shard();
        for life in 1..=self.lives.get(&shard).copied().unwrap_or(0) {
            let place = params![shard.campaign().get(), shard.index(), life, int(id.seq())];
            let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            let found: Option<(u32, Option<String>)> = entry.query_row(place, row).optional()?;
            if let Some((shop, period)) = found {
                let period =
                    period.map_or("no period yet".to_owned(), |name| format!("period {name}"));
                return Ok(format!("of shop {shop}, in {period}"));
            }
        }
        Ok("not in the books".to_owned())
    }
}
