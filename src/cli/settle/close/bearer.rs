//! Who bears a conflict: goods that a till without a network gave for a coupon that was used already.
//!
//! 1. A conflict with a redemption of the same shop is the shop's.
//! 2. A shop's offline entries of one local day, by the clock of its till, use up its allowance of
//!    the campaign, redemptions and conflicts alike: first those of earlier periods, then these in
//!    the order of the tills' clock. A conflict within the allowance is the issuer's.
//! 3. Beyond it, the conflict is the shop's.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::terms::Terms;

pub(super) const ISSUER: &str = "issuer";
pub(super) const SHOP: &str = "shop";

const CONFLICT: u8 = 4;

/// What a shop used on a day: entries, and what they came to.
type Use = (u64, u64);

/// Decides the period's conflicts, and keeps what was used.
pub(super) fn fix(db: &Connection, period: i64, terms: &Terms) -> anyhow::Result<()> {
    let mut offline = db.prepare(
        "SELECT e.campaign, e.shard, e.incarnation, e.seq, e.kind, e.shop, e.discount, \
           coalesce(e.offline_at, e.at) AS clock, l.redeemed_shop \
         FROM span s CROSS JOIN journal e USING (campaign, shard, incarnation) \
         LEFT JOIN link l USING (campaign, shard, incarnation, seq) \
         WHERE s.period = ?1 AND e.seq BETWEEN s.first AND s.last \
           AND (e.kind = 4 OR e.kind = 1 AND e.offline_at IS NOT NULL) \
         ORDER BY clock, e.campaign, e.shard, e.incarnation, e.seq",
    )?;
    let mut borne = db.prepare("INSERT INTO borne VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut uses: HashMap<(u32, u32, i64), Use> = HashMap::new();
    let mut rows = offline.query([period])?;
    while let Some(row) = rows.next()? {
        let (campaign, shop): (u32, u32) = (row.get(0)?, row.get(5)?);
        let rule = terms.of(campaign);
        let day = (campaign, shop, rule.day(row.get(7)?));
        let (count, value) = match uses.get(&day) {
            Some(used) => *used,
            None => earlier(db, day)?,
        };
        let used = (count + 1, value + row.get::<_, i64>(6)?.unsigned_abs());
        uses.insert(day, used);
        if row.get::<_, u8>(4)? != CONFLICT {
            continue;
        }
        let (by, why) = match row.get::<_, Option<u32>>(8)? {
            Some(redeemed) if redeemed == shop => (SHOP, "own redemption"),
            _ if rule.allowance(campaign)?.holds(used.0, used.1) => (ISSUER, "within allowance"),
            _ => (SHOP, "beyond allowance"),
        };
        let (shard, incarnation, seq): (u32, u32, i64) = (row.get(1)?, row.get(2)?, row.get(3)?);
        borne.execute(params![campaign, shard, incarnation, seq, by, why])?;
    }
    keep(db, uses)
}

/// What was used in periods before.
fn earlier(db: &Connection, (campaign, shop, day): (u32, u32, i64)) -> rusqlite::Result<Use> {
    let mut query = db.prepare_cached(
        "SELECT count, value FROM offline_use WHERE campaign = ?1 AND shop = ?2 AND day = ?3",
    )?;
    let used = query.query_row(params![campaign, shop, day], |row| {
        Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
    });
    Ok(used.optional()?.unwrap_or_default())
}

fn keep(db: &Connection, uses: HashMap<(u32, u32, i64), Use>) -> anyhow::Result<()> {
    let mut keep = db.prepare("INSERT OR REPLACE INTO offline_use VALUES (?1, ?2, ?3, ?4, ?5)")?;
    for ((campaign, shop, day), (count, value)) in uses {
        keep.execute(params![campaign, shop, day, i64::try_from(count)?, i64::try_from(value)?])?;
    }
    Ok(())
}
