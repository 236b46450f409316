//! The tables of a shard, as numbered migrations. Run in the object's constructor, without an await:
//! the platform makes all of them durable together or none, so none is ever cut off half way.

use super::database::{Cell, Database, Value};

/// The migrations, in order. Never edit one that has been deployed: append.
pub const MIGRATIONS: &[&str] = &[
    ENTRY,
    "ALTER TABLE entry ADD COLUMN chain INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE entry ADD COLUMN offline_at INTEGER",
    JOURNAL,
    CONSUMER,
    SEGMENT,
];

const ENTRY: &str = "CREATE TABLE entry (
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
) STRICT";

/// Whose journal this is, in which of its lives, with which entry that life began, and until when
/// (ms) consumers were told that they have everything. One row.
const JOURNAL: &str = "CREATE TABLE journal (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  shard TEXT NOT NULL,
  currency TEXT NOT NULL,
  incarnation INTEGER NOT NULL,
  begins INTEGER NOT NULL,
  told INTEGER NOT NULL
) STRICT";

/// How far each consumer has the journal, by its number; of the archive also its head, as JSON.
const CONSUMER: &str = "CREATE TABLE consumer (
  id INTEGER PRIMARY KEY,
  sent INTEGER NOT NULL,
  head TEXT
) STRICT";

/// The last entry of each segment in the archive: with them a segment that was lost is written again
/// with the same bytes.
const SEGMENT: &str = "CREATE TABLE segment (last INTEGER PRIMARY KEY) STRICT";

const MIGRATION_TABLE: &str =
    "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY) STRICT";

/// Brings the database to the newest schema of an object: what these migrations make, in order.
///
/// # Errors
/// Those of the database; [`SchemaError::Newer`] when a later build was here before.
pub fn migrate<D: Database>(
    database: &mut D,
    migrations: &[&'static str],
) -> Result<(), SchemaError<D::Error>> {
    database.run(MIGRATION_TABLE, &[]).map_err(SchemaError::Database)?;
    let done =
        database.run("SELECT count(*) FROM migration", &[]).map_err(SchemaError::Database)?;
    let done = match done.rows.first().and_then(|row| row.first()) {
        Some(Cell::Integer(count)) => usize::try_from(*count).unwrap_or(usize::MAX),
        _ => return Err(SchemaError::Unreadable),
    };
    if done > migrations.len() {
        return Err(SchemaError::Newer);
    }
    for (number, migration) in migrations.iter().enumerate().skip(done) {
        database.run(migration, &[]).map_err(SchemaError::Database)?;
        let number = Value::Integer(number as u64 + 1);
        let record = "INSERT INTO migration (number) VALUES (?1)";
        database.run(record, &[number]).map_err(SchemaError::Database)?;
    }
    Ok(())
}

/// Why an object's database cannot be opened.
#[derive(Debug)]
pub enum SchemaError<E> {
    /// The database failed.
    Database(E),
    /// The database holds something else where the number of migrations should be.
    Unreadable,
    /// A later build migrated it: this one must not touch it.
    Newer,
}
