//! Control totals: whether a period's files are the ledger's own sums, and nothing else.
//!
//! For each shard: what its signed head counted when the period was closed is what the database has
//! up to there, and that is the periods before, this one, and what was left open.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::super::db::{int, shard};
use super::total::Total;
use crate::campaign::Shard;
use crate::journal::{Head, Sum, Sums};

/// The sums of a shard.
#[derive(Debug, Default)]
struct Control {
    /// Of the periods before.
    before: Sums,
    /// Of this one.
    period: Sums,
}

/// Checks the totals by campaign that the files have, and gives the control file.
///
/// # Errors
/// When anything does not tie out.
pub(super) fn check(
    db: &Connection,
    period: i64,
    campaigns: &BTreeMap<(u32, String), Total>,
) -> anyhow::Result<Value> {
    let mut controls = by_period(db, period)?;
    let mut shards = Vec::new();
    let mut sums: BTreeMap<u32, Sums> = BTreeMap::new();
    for (shard, head) in basis(db, period)? {
        let control = controls.remove(&shard).unwrap_or_default();
        let name = shard.object_name();
        let loaded = loaded(db, shard, &head)?;
        ensure!(
            loaded == head.sums,
            "{name} does not tie out: the head counts {}, the database has {}",
            show(&head.sums),
            show(&loaded)
        );
        let mut settled = control.before;
        settled.merge(&control.period);
        let open = less(&loaded, &settled).with_context(|| {
            format!("{name} does not tie out: more is settled than the head counts")
        })?;
        sums.entry(shard.campaign().get()).or_default().merge(&control.period);
        shards.push(json!({
            "shard": name, "incarnation": head.incarnation, "last": head.last, "hash": head.hash,
            "head": head.sums, "before": control.before, "period": control.period, "open": open,
        }));
    }
    ensure!(controls.is_empty(), "entries of shards that have no head");
    let mut files = BTreeMap::new();
    for ((campaign, currency), total) in campaigns {
        let counted = sums.remove(campaign).unwrap_or_default();
        let is_same = total.kinds() == kinds(&counted).map(|sum| (sum.count, int(sum.discount)));
        ensure!(
            is_same && total.ties_out(),
            "campaign {campaign} does not tie out: the lines are not the entries of the period"
        );
        files.insert(
            campaign.to_string(),
            json!({
                "currency": currency, "sums": counted, "payable": total.payable(),
            }),
        );
    }
    ensure!(sums.values().all(|sums| sums.count() == 0), "a campaign without lines");
    Ok(json!({ "campaigns": files, "shards": shards }))
}

/// The heads at the time when the period was closed.
fn basis(db: &Connection, period: i64) -> anyhow::Result<Vec<(Shard, Head)>> {
    let mut query = db.prepare(
        "SELECT campaign, shard, loaded FROM basis WHERE period = ?1 ORDER BY campaign, shard",
    )?;
    let mut rows = query.query([period])?;
    let mut basis = Vec::new();
    while let Some(row) = rows.next()? {
        let head: String = row.get(2)?;
        let head = Head::parse(head.as_bytes()).context("a shard's row is damaged")?;
        basis.push((shard(row.get(0)?, row.get(1)?)?, head));
    }
    Ok(basis)
}

/// What the database has of a shard, up to a head.
fn loaded(db: &Connection, shard: Shard, head: &Head) -> anyhow::Result<Sums> {
    let mut query = db.prepare_cached(
        "SELECT kind, count(*), sum(discount) FROM journal WHERE campaign = ?1 AND shard = ?2 \
         AND (incarnation, seq) <= (?3, ?4) GROUP BY kind",
    )?;
    let of = (shard.campaign().get(), shard.index(), head.incarnation, int(head.last));
    let mut rows = query.query(of)?;
    let mut sums = Sums::default();
    while let Some(row) = rows.next()? {
        add(&mut sums, row.get(0)?, row.get(1)?, row.get(2)?);
    }
    Ok(sums)
}

/// What each shard has in the periods up to this one.
fn by_period(db: &Connection, period: i64) -> anyhow::Result<BTreeMap<Shard, Control>> {
    let mut query = db.prepare(
        "SELECT s.campaign, s.shard, s.period, e.kind, count(*), sum(e.discount) \
         FROM span s CROSS JOIN journal e USING (campaign, shard, incarnation) \
         WHERE s.period <= ?1 AND e.seq BETWEEN s.first AND s.last GROUP BY 1, 2, 3, 4",
    )?;
    let mut rows = query.query([period])?;
    let mut controls = BTreeMap::<_, Control>::new();
    while let Some(row) = rows.next()? {
        let control = controls.entry(shard(row.get(0)?, row.get(1)?)?).or_default();
        let is_this = row.get::<_, i64>(2)? == period;
        let sums = if is_this { &mut control.period } else { &mut control.before };
        add(sums, row.get(3)?, row.get(4)?, row.get(5)?);
    }
    Ok(controls)
}

fn add(sums: &mut Sums, kind: u8, count: i64, discount: i64) {
    let sum = match kind {
        1 => &mut sums.redemptions,
        2 => &mut sums.reversals,
        3 => &mut sums.voids,
        _ => &mut sums.conflicts,
    };
    sum.count += count.unsigned_abs();
    sum.discount += discount.unsigned_abs();
}

fn kinds(sums: &Sums) -> [Sum; 4] {
    [sums.redemptions, sums.reversals, sums.voids, sums.conflicts]
}

/// What is left; `None` when more was taken than there is.
fn less(all: &Sums, part: &Sums) -> Option<Sums> {
    let less = |all: Sum, part: Sum| {
        let count = all.count.checked_sub(part.count)?;
        Some(Sum { count, discount: all.discount.checked_sub(part.discount)? })
    };
    Some(Sums {
        redemptions: less(all.redemptions, part.redemptions)?,
        reversals: less(all.reversals, part.reversals)?,
        voids: less(all.voids, part.voids)?,
        conflicts: less(all.conflicts, part.conflicts)?,
    })
}

fn show(sums: &Sums) -> String {
    let of = |sum: Sum| format!("{}/{}", sum.count, sum.discount);
    kinds(sums).map(of).join(" ")
}
