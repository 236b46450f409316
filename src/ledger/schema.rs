//! The tables of a shard, as numbered migrations. Run in the object's constructor; each can be run
//! again, so that a migration that was cut off is simply repeated.

use super::database::{Cell, Database, Value};

/// The migrations, in order. Never edit one that has been deployed: append.
pub const MIGRATIONS: &[&str] = &["CREATE TABLE IF NOT EXISTS entry (
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
) STRICT"];

const MIGRATION_TABLE: &str =
    "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY) STRICT";

/// Brings the database to the newest schema.
///
/// # Errors
/// Those of the database; [`SchemaError::Newer`] when a later build was here before.
pub fn migrate<D: Database>(database: &mut D) -> Result<(), SchemaError<D::Error>> {
    database.run(MIGRATION_TABLE, &[]).map_err(SchemaError::Database)?;
    let done =
        database.run("SELECT count(*) FROM migration", &[]).map_err(SchemaError::Database)?;
    let done = match done.rows.first().and_then(|row| row.first()) {
        Some(Cell::Integer(count)) => usize::try_from(*count).unwrap_or(usize::MAX),
        _ => return Err(SchemaError::Unreadable),
    };
    if done > MIGRATIONS.len() {
        return Err(SchemaError::Newer);
    }
    for (number, migration) in MIGRATIONS.iter().enumerate().skip(done) {
        database.run(migration, &[]).map_err(SchemaError::Database)?;
        let number = Value::Integer(number as u64 + 1);
        let record = "INSERT INTO migration (number) VALUES (?1)";
        database.run(record, &[number]).map_err(SchemaError::Database)?;
    }
    Ok(())
}

/// Why a shard cannot be opened.
#[derive(Debug)]
pub enum SchemaError<E> {
    /// The database failed.
    Database(E),
    /// The database holds something else where the number of migrations should be.
    Unreadable,
    /// A later build migrated it: this one must not touch it.
    Newer,
}
