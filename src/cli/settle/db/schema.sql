-- What was read from the archive.
CREATE TABLE shard (
  campaign INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  currency TEXT NOT NULL,
  -- The end of the chain that is loaded, as a head: where the next pull goes on.
  loaded TEXT NOT NULL,
  -- Every entry until then is loaded; milliseconds.
  complete_until INTEGER NOT NULL,
  PRIMARY KEY (campaign, shard)
) STRICT, WITHOUT ROWID;

-- Kinds are the ledger's: 1 redemption, 2 reversal, 3 void, 4 conflict. No index beside the key: what
-- is asked for is asked of all entries of a period, in one pass.
CREATE TABLE journal (
  campaign INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  at INTEGER NOT NULL,
  serial BLOB NOT NULL,
  shop INTEGER NOT NULL,
  till INTEGER NOT NULL,
  chain INTEGER NOT NULL,
  discount INTEGER NOT NULL,
  order_amount INTEGER NOT NULL,
  order_ref TEXT,
  offline_at INTEGER,
  PRIMARY KEY (campaign, shard, incarnation, seq)
) STRICT, WITHOUT ROWID;

-- What each pull found, by campaign.
CREATE TABLE pull (
  at INTEGER NOT NULL,
  campaign INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  newest INTEGER,
  complete_until INTEGER NOT NULL
) STRICT;

-- What was closed, and how.
CREATE TABLE period (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  until INTEGER,
  terms TEXT NOT NULL
) STRICT;

-- The entries of a period: of each life of a shard, from the first to the last.
CREATE TABLE span (
  period INTEGER NOT NULL REFERENCES period,
  campaign INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (campaign, shard, incarnation, first)
) STRICT, WITHOUT ROWID;

-- How far each shard was loaded when a period was closed: what its totals have to tie out with.
CREATE TABLE basis (
  period INTEGER NOT NULL REFERENCES period,
  campaign INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  loaded TEXT NOT NULL,
  PRIMARY KEY (period, campaign, shard)
) STRICT, WITHOUT ROWID;

-- The redemption that a reversal undid, or that a conflict ran into.
CREATE TABLE link (
  campaign INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  redeemed INTEGER NOT NULL,
  redeemed_shop INTEGER NOT NULL,
  PRIMARY KEY (campaign, shard, incarnation, seq)
) STRICT, WITHOUT ROWID;

-- Who bears a conflict, decided when its period was closed.
CREATE TABLE borne (
  campaign INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  by TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (campaign, shard, incarnation, seq)
) STRICT, WITHOUT ROWID;

-- What of its allowance a shop has used, by the local day of its tills (days since 1970).
CREATE TABLE offline_use (
  campaign INTEGER NOT NULL,
  shop INTEGER NOT NULL,
  day INTEGER NOT NULL,
  count INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (campaign, shop, day)
) STRICT, WITHOUT ROWID;
