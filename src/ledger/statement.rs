//! The SQL. [`REDEEM`] is the statement that makes every redemption happen exactly once.
//!
//! Why it does: a coupon's entries are numbered `n` = 0, 1, 2 … without gaps, and (serial, n) is
//! unique. [`REDEEM`] proposes the entry after the last one, and only if that last one leaves the
//! coupon free and this till's key was never used for the coupon. It is one statement, so nothing
//! can come between looking and writing; were anything to, the unique index would still let only
//! one of two equal `n` in, and the other inserts nothing. A coupon of which the insert returns a row
//! is redeemed; one of which it returns none is not, by this request.
//!
//! The numbers in the texts are those of [`Kind`](super::Kind), and 18 and 19 keep a coupon at
//! [`MAX_ENTRIES`](super::MAX_ENTRIES) with a place left for the reversal of the last redemption.

use super::entry::columns;

/// What every insert stores, in the order of the statements' SELECT.
macro_rules! insert {
    ($select:literal, $returning:expr) => {
        concat!(
            "INSERT INTO entry (serial, n, kind, at, shop, till, key, fingerprint, discount,
                   order_amount, order_ref, policy_epoch, shops_epoch, reversible_until, answer,
                   chain, offline_at)
",
            $select,
            "
ON CONFLICT (serial, n) DO NOTHING
RETURNING ",
            $returning
        )
    };
}

/// Redeems: one coupon or many, each by itself. Parameters: 1 the requests, a JSON array of
/// [serial, shop, till, key, fingerprint, discount, order amount, order reference, reversal window
/// (ms), chain, time at a till without a network (ms)] with bytes in hex; 2 now (ms), 3 policy epoch,
/// 4 shops epoch, 5 answer version.
///
/// `LIMIT -1` limits nothing. It keeps SQLite from merging the two SELECTs, which would read each
/// value from the JSON wherever it is used: a twentieth of a batch's time in SQLite.
pub const REDEEM: &str = insert!(
    "WITH request AS
  (SELECT unhex(value ->> 0) AS serial, value ->> 1 AS shop, value ->> 2 AS till,
          unhex(value ->> 3) AS key, unhex(value ->> 4) AS fingerprint, value ->> 5 AS discount,
          value ->> 6 AS order_amount, value ->> 7 AS order_ref, value ->> 8 AS reversible_for,
          value ->> 9 AS chain, value ->> 10 AS offline_at,
          max(?2, coalesce((SELECT at FROM entry ORDER BY seq DESC LIMIT 1), 0)) AS at
   FROM json_each(?1) LIMIT -1)
SELECT it.serial, coalesce(last.n + 1, 0), 1, it.at, it.shop, it.till, it.key, it.fingerprint,
       it.discount, it.order_amount, it.order_ref, ?3, ?4, it.at + it.reversible_for, ?5,
       it.chain, it.offline_at
FROM request AS it
LEFT JOIN entry AS last
  ON last.serial = it.serial AND last.n = (SELECT max(n) FROM entry WHERE serial = it.serial)
WHERE (last.kind IS NULL OR last.kind IN (2, 3))
  AND coalesce(last.n, -1) < 18
  AND NOT EXISTS (SELECT 1 FROM entry WHERE serial = it.serial
                  AND shop = it.shop AND till = it.till AND key = it.key)",
    "seq, serial, n, at"
);

/// Records that tills without a network gave the goods for coupons that were used already. Run for
/// what [`REDEEM`] did not append, with the same parameters; one without a time at the till is left
/// out. A conflict is numbered apart, -1, -2 …, so the coupon's chain does not know of it; 1,000 are
/// the end ([`MAX_CONFLICTS`](super::MAX_CONFLICTS)).
pub const CONFLICT: &str = insert!(
    "WITH request AS
  (SELECT unhex(value ->> 0) AS serial, value ->> 1 AS shop, value ->> 2 AS till,
          unhex(value ->> 3) AS key, unhex(value ->> 4) AS fingerprint, value ->> 5 AS discount,
          value ->> 6 AS order_amount, value ->> 7 AS order_ref, value ->> 9 AS chain,
          value ->> 10 AS offline_at,
          max(?2, coalesce((SELECT at FROM entry ORDER BY seq DESC LIMIT 1), 0)) AS at
   FROM json_each(?1) LIMIT -1)
SELECT it.serial, lowest.n - 1, 4, it.at, it.shop, it.till, it.key, it.fingerprint, it.discount,
       it.order_amount, it.order_ref, ?3, ?4, it.at, ?5, it.chain, it.offline_at
FROM request AS it
JOIN entry AS last
  ON last.serial = it.serial AND last.n = (SELECT max(n) FROM entry WHERE serial = it.serial)
JOIN entry AS lowest
  ON lowest.serial = it.serial AND lowest.n = (SELECT min(n) FROM entry WHERE serial = it.serial)
WHERE it.offline_at IS NOT NULL AND last.kind = 1
  AND lowest.n > -1000
  AND NOT EXISTS (SELECT 1 FROM entry WHERE serial = it.serial
                  AND shop = it.shop AND till = it.till AND key = it.key)",
    columns!()
);

/// Reverses a redemption of the shop, until its time is over: the entry after a redemption is its
/// reversal and nothing else. Parameters: 1 sequence number, 2 now (ms), 3 shop, 4 till, 5 key,
/// 6 fingerprint, 7 policy epoch, 8 shops epoch, 9 answer version.
pub const REVERSE: &str = insert!(
    "SELECT it.serial, it.n + 1, 2, clock.at, ?3, ?4, ?5, ?6, it.discount,
       it.order_amount, it.order_ref, ?7, ?8, it.reversible_until, ?9, it.chain, it.offline_at
FROM (SELECT max(?2, coalesce((SELECT at FROM entry ORDER BY seq DESC LIMIT 1), 0)) AS at) AS clock
JOIN entry AS it
WHERE it.seq = ?1 AND it.kind = 1 AND it.shop = ?3
  AND ?2 <= it.reversible_until",
    columns!()
);

/// Cancels whatever a key did: reverses its redemption if that is live, and spends the key by a
/// void if the coupon is free. Parameters: 1 serial, 2 now (ms), 3 shop, 4 till, 5 the redemption's
/// key, 6 fingerprint, 7 policy epoch, 8 shops epoch, 9 answer version.
pub const CANCEL: &str = insert!(
    "SELECT ?1, coalesce(last.n + 1, 0), CASE last.kind WHEN 1 THEN 2 ELSE 3 END, clock.at,
       ?3, ?4, ?5, ?6, CASE last.kind WHEN 1 THEN last.discount ELSE 0 END,
       CASE last.kind WHEN 1 THEN last.order_amount ELSE 0 END,
       CASE last.kind WHEN 1 THEN last.order_ref END,
       ?7, ?8, CASE last.kind WHEN 1 THEN last.reversible_until ELSE clock.at END, ?9,
       CASE last.kind WHEN 1 THEN last.chain ELSE 0 END,
       CASE last.kind WHEN 1 THEN last.offline_at END
FROM (SELECT max(?2, coalesce((SELECT at FROM entry ORDER BY seq DESC LIMIT 1), 0)) AS at) AS clock
LEFT JOIN (SELECT * FROM entry WHERE serial = ?1 ORDER BY n DESC LIMIT 1) AS last
WHERE coalesce(last.n, -1) < 19
  AND CASE last.kind
      WHEN 1 THEN last.shop = ?3 AND last.till = ?4 AND last.key = ?5
                  AND ?2 <= last.reversible_until
      ELSE NOT EXISTS
           (SELECT 1 FROM entry WHERE serial = ?1 AND shop = ?3 AND till = ?4 AND key = ?5)
      END",
    columns!()
);

/// A coupon's chain of entries; before it the conflict of this key, if it has one, and the last of
/// all, whose number says how many there are. Parameters: 1 serial, 2 shop, 3 till, 4 key.
pub const CHAIN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM entry WHERE serial = ?1
  AND (n >= 0 OR n = (SELECT min(n) FROM entry WHERE serial = ?1)
       OR (shop = ?2 AND till = ?3 AND key = ?4))
ORDER BY n LIMIT 22"
);

/// A redemption of the shop, and its reversal if it has one. Parameters: 1 sequence number, 2 shop.
pub const FIND: &str =
    concat!("SELECT ", columns!(), " FROM entry WHERE seq = ?1 AND kind = 1 AND shop = ?2");

/// The entry of a coupon at a position. Parameters: 1 serial, 2 n.
pub const AT: &str = concat!("SELECT ", columns!(), " FROM entry WHERE serial = ?1 AND n = ?2");

/// The newest entry of the shard.
pub const TIP: &str = concat!("SELECT ", columns!(), " FROM entry ORDER BY seq DESC LIMIT 1");
