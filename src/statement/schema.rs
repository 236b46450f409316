//! The tables of a statement object, as numbered migrations.
//!
//! An entry is one row and no index, so it costs one row written. The key puts the lines of a shop's
//! day beside one another, in the order in which they are shown.

/// The migrations, in order. Never edit one that has been deployed: append.
pub const MIGRATIONS: &[&str] = &[LINE, RECEIVED];

const LINE: &str = "CREATE TABLE line (
  shop INTEGER NOT NULL,
  at INTEGER NOT NULL,
  campaign INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  serial BLOB NOT NULL,
  n INTEGER NOT NULL,
  till INTEGER NOT NULL,
  chain INTEGER NOT NULL,
  currency TEXT NOT NULL,
  discount INTEGER NOT NULL,
  order_amount INTEGER NOT NULL,
  order_ref TEXT,
  offline_at INTEGER,
  PRIMARY KEY (shop, at, campaign, shard, incarnation, seq)
) STRICT, WITHOUT ROWID";

/// What is here of each shard: everything up to `seq` of this life of it, and so everything until
/// `complete_until` (ms).
const RECEIVED: &str = "CREATE TABLE received (
  campaign INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  complete_until INTEGER NOT NULL,
  PRIMARY KEY (campaign, shard)
) STRICT, WITHOUT ROWID";
