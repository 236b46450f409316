//! The SQL of a statement object.

/// Keeps the entries of a parcel, each once. Parameters: 1 the entries, a JSON array of [shop, at,
/// seq, kind, serial in hex, n, till, chain, discount, order amount, order reference, time at a till
/// without a network]; 2 campaign, 3 shard, 4 incarnation, 5 currency.
///
/// A shard that goes on from a backup may send what was in it a second time, as of its new life. The
/// same entry has the same time and number in both, so the condition reads one place of the key.
pub(super) const KEEP: &str = "INSERT INTO line (shop, at, campaign, shard, incarnation, seq, kind,
  serial, n, till, chain, currency, discount, order_amount, order_ref, offline_at)
WITH entry AS
  (SELECT value ->> 0 AS shop, value ->> 1 AS at, value ->> 2 AS seq, value ->> 3 AS kind,
          unhex(value ->> 4) AS serial, value ->> 5 AS n, value ->> 6 AS till,
          value ->> 7 AS chain, value ->> 8 AS discount, value ->> 9 AS order_amount,
          value ->> 10 AS order_ref, value ->> 11 AS offline_at
   FROM json_each(?1) LIMIT -1)
SELECT it.shop, it.at, ?2, ?3, ?4, it.seq, it.kind, it.serial, it.n, it.till, it.chain, ?5,
       it.discount, it.order_amount, it.order_ref, it.offline_at
FROM entry AS it
WHERE NOT EXISTS
  (SELECT 1 FROM line WHERE shop = it.shop AND at = it.at AND campaign = ?2 AND shard = ?3
   AND incarnation < ?4 AND seq = it.seq AND serial = it.serial AND n = it.n)
ON CONFLICT (shop, at, campaign, shard, incarnation, seq) DO NOTHING";

/// Notes how far a shard is here. Parameters: 1 campaign, 2 shard, 3 incarnation, 4 seq,
/// 5 complete until (ms).
pub(super) const NOTE: &str =
    "INSERT INTO received (campaign, shard, incarnation, seq, complete_until)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (campaign, shard) DO UPDATE SET incarnation = excluded.incarnation,
  seq = excluded.seq, complete_until = excluded.complete_until";

/// How far each shard is here.
pub(super) const NOTED: &str =
    "SELECT campaign, shard, incarnation, seq, complete_until FROM received";

/// What a shop's entries come to. Parameters: 1 shop, 2 from (ms), 3 until (ms), exclusive, 4 the
/// chain that they must be of, if any.
pub(super) const TOTALS: &str = "SELECT campaign, currency, kind, count(*) AS entries,
  sum(discount) AS discounts, sum(order_amount) AS order_amounts
FROM line
WHERE shop = ?1 AND at >= ?2 AND at < ?3 AND (?4 IS NULL OR chain = ?4)
GROUP BY campaign, currency, kind ORDER BY campaign, currency, kind";

/// A shop's entries. Parameters as those of [`TOTALS`], then the position of the line before the
/// first: 5 at, 6 campaign, 7 shard, 8 incarnation, 9 seq; 10 how many at most.
pub(super) const LINES: &str = "SELECT at, campaign, shard, incarnation, seq, kind, serial, till,
  currency, discount, order_amount, order_ref, offline_at
FROM line
WHERE shop = ?1 AND at >= ?2 AND at < ?3 AND (?4 IS NULL OR chain = ?4)
  AND (at, campaign, shard, incarnation, seq) > (?5, ?6, ?7, ?8, ?9)
ORDER BY at, campaign, shard, incarnation, seq LIMIT ?10";
