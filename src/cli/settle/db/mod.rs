//! The database of what was read: one SQLite file, one command at a time.

mod load;

use std::path::Path;

use anyhow::{Context as _, bail};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::campaign::{CampaignId, Shard};
use crate::journal::Head;
use crate::time::Timestamp;

const SCHEMA: &str = include_str!("schema.sql");

/// Marks the file as one of these: `CpSt`.
const APPLICATION: i64 = 0x4370_5374;

/// The version of [`SCHEMA`].
const VERSION: i64 = 1;

/// The database, held for this command alone until it ends, however it ends.
pub(super) struct Db(Connection);

/// How far a shard is loaded.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    pub(super) shard: Shard,
    /// The end of its chain.
    pub(super) end: Head,
    /// Every entry until then is loaded.
    pub(super) complete_until: Timestamp,
}

impl Db {
    /// Opens the database; makes it when there is none.
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        Self::connect(path, OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens a database that is there.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        if !path.exists() {
            bail!("no database {}: `coupon settle pull` makes it", path.display());
        }
        Self::connect(path, OpenFlags::empty())
    }

    fn connect(path: &Path, flags: OpenFlags) -> anyhow::Result<Self> {
        let name = path.display();
        let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags)
            .with_context(|| format!("cannot open {name}"))?;
        Self::prepare(db)
            .map_err(|error| match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy) => {
                    anyhow::anyhow!("{name} is in use by another command: wait for it")
                }
                Some(ErrorCode::NotADatabase) => anyhow::anyhow!("{name} is no SQLite database"),
                _ => anyhow::Error::new(error).context(format!("cannot open {name}")),
            })
            .and_then(|db| db.check().with_context(|| format!("{name} cannot be used")))
    }

    fn prepare(db: Connection) -> rusqlite::Result<Self> {
        // Held from the first read on, and given back by the system when the process ends.
        db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        db.pragma_update(None, "cache_size", -65_536)?;
        db.execute_batch("BEGIN EXCLUSIVE; COMMIT")?;
        Ok(Self(db))
    }

    fn check(mut self) -> anyhow::Result<Self> {
        let number = |name| self.0.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let tables: i64 =
            self.0.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        match (number("application_id")?, number("user_version")?) {
            (APPLICATION, VERSION) => return Ok(self),
            (APPLICATION, version) => {
                bail!("it is of version {version}, and this build knows version {VERSION}")
            }
            _ if tables > 0 => bail!("it is a database of something else"),
            _ => {}
        }
        let transaction = self.0.transaction()?;
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
        Ok(self)
    }

    /// For questions of its readers.
    pub(super) fn sql(&self) -> &Connection {
        &self.0
    }

    /// For those who write.
    pub(super) fn sql_mut(&mut self) -> &mut Connection {
        &mut self.0
    }

    /// How far each shard is loaded, in the order of their names.
    pub(super) fn loaded(&self) -> anyhow::Result<Vec<Loaded>> {
        let mut query = self.0.prepare(
            "SELECT campaign, shard, loaded, complete_until FROM shard ORDER BY campaign, shard",
        )?;
        let mut rows = query.query([])?;
        let mut loaded = Vec::new();
        while let Some(row) = rows.next()? {
            let end: String = row.get(2)?;
            let end = Head::parse(end.as_bytes()).context("a shard's row is damaged")?;
            let shard = shard(row.get(0)?, row.get(1)?)?;
            loaded.push(Loaded { shard, end, complete_until: time(row.get(3)?) });
        }
        Ok(loaded)
    }
}

/// A shard by its columns.
pub(super) fn shard(campaign: u32, index: u32) -> anyhow::Result<Shard> {
    let campaign = CampaignId::try_from(campaign).map_err(anyhow::Error::msg)?;
    Shard::new(campaign, index).context("the campaign has no such shard")
}

/// A time by its column.
pub(super) fn time(millis: i64) -> Timestamp {
    Timestamp::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// A number as SQLite keeps it: none of ours is beyond 2⁶³.
pub(super) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
