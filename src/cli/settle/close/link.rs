//! The redemption that a reversal undid, or that a conflict ran into: the coupon's last before it.

use rusqlite::Connection;

/// Finds them for a period's reversals and conflicts, wherever the redemption was settled.
///
/// In one pass over all redemptions: an index of all coupons would cost more to keep than this costs
/// now and then.
pub(super) fn fix(db: &Connection, period: i64) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TEMP TABLE wanted (campaign, shard, serial, PRIMARY KEY (campaign, shard, serial)) \
           WITHOUT ROWID; \
         CREATE TEMP TABLE found (campaign, shard, serial, incarnation, seq, shop, \
           PRIMARY KEY (campaign, shard, serial, incarnation, seq)) WITHOUT ROWID;",
    )?;
    db.execute(
        "INSERT OR IGNORE INTO wanted SELECT e.campaign, e.shard, e.serial \
         FROM span s CROSS JOIN journal e USING (campaign, shard, incarnation) \
         WHERE s.period = ?1 AND e.seq BETWEEN s.first AND s.last AND e.kind IN (2, 4)",
        [period],
    )?;
    db.execute(
        "INSERT INTO found SELECT e.campaign, e.shard, e.serial, e.incarnation, e.seq, e.shop \
         FROM journal e CROSS JOIN wanted USING (campaign, shard, serial) WHERE e.kind = 1",
        [],
    )?;
    // The row of an aggregate's maximum is the one that the other columns are of; a life's numbers
    // are below 2⁴⁸.
    db.execute(
        "INSERT INTO link SELECT campaign, shard, incarnation, seq, redeemed, shop FROM ( \
           SELECT e.campaign, e.shard, e.incarnation, e.seq, f.seq AS redeemed, f.shop, \
             max(f.incarnation * 281474976710656 + f.seq) \
           FROM span s CROSS JOIN journal e USING (campaign, shard, incarnation) \
           CROSS JOIN found f ON f.campaign = e.campaign AND f.shard = e.shard \
             AND f.serial = e.serial \
           WHERE s.period = ?1 AND e.seq BETWEEN s.first AND s.last AND e.kind IN (2, 4) \
             AND (f.incarnation, f.seq) < (e.incarnation, e.seq) \
           GROUP BY e.campaign, e.shard, e.incarnation, e.seq)",
        [period],
    )?;
    db.execute_batch("DROP TABLE wanted; DROP TABLE found")
}
