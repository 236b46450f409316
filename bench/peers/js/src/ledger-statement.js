// The SQL, word for word that of the project's src/ledger/statement.rs and schema.rs.

export const COLUMNS = "seq, serial, n, kind, at, shop, till, key, fingerprint, discount, order_amount, \
order_ref, policy_epoch, shops_epoch, reversible_until, answer, chain, offline_at";

const insert = (select, returning) => `INSERT INTO entry (serial, n, kind, at, shop, till, key, fingerprint, discount,
                   order_amount, order_ref, policy_epoch, shops_epoch, reversible_until, answer,
                   chain, offline_at)
${select}
ON CONFLICT (serial, n) DO NOTHING
RETURNING ${returning}`;

/** 1 the requests, a JSON array of [serial, shop, till, key, fingerprint, discount, order amount, order reference,
 * reversal window (ms), chain, time at a till without a network (ms)] with bytes in hex; 2 now, 3 policy epoch, 4 shops epoch, 5 answer version. */
export const REDEEM = insert(`WITH request AS
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
                  AND shop = it.shop AND till = it.till AND key = it.key)`, "seq, n, at");

/** 1 sequence number, 2 now, 3 shop, 4 till, 5 key, 6 fingerprint, 7 policy epoch, 8 shops epoch,
 * 9 answer version. */
export const REVERSE = insert(`SELECT it.serial, it.n + 1, 2, clock.at, ?3, ?4, ?5, ?6, it.discount,
       it.order_amount, it.order_ref, ?7, ?8, it.reversible_until, ?9, it.chain, it.offline_at
FROM (SELECT max(?2, coalesce((SELECT at FROM entry ORDER BY seq DESC LIMIT 1), 0)) AS at) AS clock
JOIN entry AS it
WHERE it.seq = ?1 AND it.kind = 1 AND it.shop = ?3
  AND ?2 <= it.reversible_until`, COLUMNS);

/** 1 serial, and then as REVERSE, with the redemption's key. */
export const CANCEL = insert(`SELECT ?1, coalesce(last.n + 1, 0), CASE last.kind WHEN 1 THEN 2 ELSE 3 END, clock.at,
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
      END`, COLUMNS);

export const CHAIN = `SELECT ${COLUMNS} FROM entry WHERE serial = ?1 AND n >= 0 ORDER BY n LIMIT 20`;
export const FIND = `SELECT ${COLUMNS} FROM entry WHERE seq = ?1 AND kind = 1 AND shop = ?2`;
export const AT = `SELECT ${COLUMNS} FROM entry WHERE serial = ?1 AND n = ?2`;
export const TIP = `SELECT ${COLUMNS} FROM entry ORDER BY seq DESC LIMIT 1`;

/** The schema, one statement a migration. */
export const MIGRATIONS = [
  `CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,
  serial BLOB NOT NULL,
  n INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  at INTEGER NOT NULL,
  shop INTEGER NOT NULL,
  till INTEGER NOT NULL,
  key BLOB NOT NULL,
  fingerprint BLOB NOT NULL,
  discount INTEGER NOT NULL,
  order_amount INTEGER NOT NULL,
  order_ref TEXT,
  policy_epoch INTEGER NOT NULL,
  shops_epoch INTEGER NOT NULL,
  reversible_until INTEGER NOT NULL,
  answer INTEGER NOT NULL,
  UNIQUE (serial, n)
) STRICT`,
  "ALTER TABLE entry ADD COLUMN chain INTEGER NOT NULL DEFAULT 0",
  "ALTER TABLE entry ADD COLUMN offline_at INTEGER",
];
export const MIGRATION_TABLE = "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY) STRICT";
export const MIGRATED = "SELECT count(*) FROM migration";
export const RECORD_MIGRATION = "INSERT INTO migration (number) VALUES (?1)";
