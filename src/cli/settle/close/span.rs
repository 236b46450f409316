//! Which entries a period holds: of each life of each shard, from the first that is in no period yet
//! to the last.

use std::collections::BTreeMap;

use anyhow::bail;
use rusqlite::{Connection, params};

use crate::campaign::CampaignId;
use crate::cli::settle::db::{Db, shard};
use crate::time::Timestamp;

/// How many shards are named.
const SHOWN: usize = 10;

/// Fails when entries before `until` may still come.
pub(super) fn check_complete(db: &Db, until: Timestamp) -> anyhow::Result<()> {
    let loaded: BTreeMap<_, _> =
        db.loaded()?.into_iter().map(|it| (it.shard, it.complete_until)).collect();
    let mut campaigns: Vec<CampaignId> = loaded.keys().map(|shard| shard.campaign()).collect();
    campaigns.dedup();
    let mut late = Vec::new();
    for campaign in campaigns {
        for index in 0..campaign.shards() {
            let shard = shard(campaign.get(), index)?;
            match loaded.get(&shard) {
                None => late.push(format!("{}: nothing loaded", shard.object_name())),
                Some(at) if *at < until => {
                    late.push(format!("{}: until {}", shard.object_name(), at.rfc3339()));
                }
                Some(_) => {}
            }
        }
    }
    if late.is_empty() {
        return Ok(());
    }
    let more = late.len().saturating_sub(SHOWN);
    let mut lines: Vec<_> = late.iter().take(SHOWN).map(|line| format!("  {line}")).collect();
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    bail!(
        "{} shards are not complete until {}:\n{}\n\
         nothing was closed: pull again, or say --allow-incomplete, and what comes later falls \
         into the next period",
        late.len(),
        until.rfc3339(),
        lines.join("\n")
    )
}

/// Fixes the period's entries.
pub(super) fn fix(db: &Connection, period: i64, until: Option<i64>) -> anyhow::Result<()> {
    let mut lives = db.prepare(
        "SELECT campaign, shard, incarnation, min(seq), max(seq), \
           (SELECT max(last) FROM span s WHERE s.campaign = e.campaign AND s.shard = e.shard \
              AND s.incarnation = e.incarnation) \
         FROM journal e GROUP BY campaign, shard, incarnation",
    )?;
    let mut late = db.prepare(
        "SELECT min(seq) FROM journal WHERE campaign = ?1 AND shard = ?2 AND incarnation = ?3 \
         AND seq >= ?4 AND at >= ?5",
    )?;
    let mut insert = db.prepare("INSERT INTO span VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut rows = lives.query([])?;
    while let Some(row) = rows.next()? {
        let life: (u32, u32, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (campaign, shard, incarnation) = life;
        let (least, most): (i64, i64) = (row.get(3)?, row.get(4)?);
        let first = row.get::<_, Option<i64>>(5)?.map_or(least, |closed| closed + 1);
        // Time never goes back in a life, so what is before `until` is a beginning of it.
        let late: Option<i64> = match until {
            None => None,
            Some(until) => late
                .query_row(params![campaign, shard, incarnation, first, until], |row| row.get(0))?,
        };
        let last = late.map_or(most, |late| late - 1);
        if first <= last {
            insert.execute(params![period, campaign, shard, incarnation, first, last])?;
        }
    }
    Ok(())
}
