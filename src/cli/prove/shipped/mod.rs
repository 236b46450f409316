//! What left the ledger, held against what is in it: in the end every consumer must have every entry,
//! once and word for word, whatever failed on the way. Read from the files themselves.

mod compare;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::site::Site;
use super::tally::{Finding, Tally};
use crate::campaign::Shard;
use crate::journal::Consumer;
use crate::ledger::Entry;
use crate::ledger::database::{Cell, Row};
use crate::ledger::entry::columns;

/// The entries of each shard, in order.
type Ledger = BTreeMap<Shard, Vec<Entry>>;

/// How long consumers have to get everything once all trouble is over.
const PATIENCE: Duration = Duration::from_secs(90);

/// Waits until all is shipped, ends the edge, and compares.
pub(super) fn judge(site: &Site, tally: &mut Tally) -> Result<()> {
    site.calm();
    let until = Instant::now() + PATIENCE;
    let shards = files(site, "LedgerObject")?;
    while let Some(behind) = behind(&shards)? {
        if Instant::now() > until {
            tally.findings.push(Finding::not_shipped(&behind));
            return Ok(());
        }
        thread::sleep(Duration::from_millis(100));
    }
    site.kill();
    let mut ledger = BTreeMap::new();
    for path in &shards {
        if let Some((shard, entries)) = shard(path)? {
            ledger.insert(shard, entries);
        }
    }
    tally.shipped += ledger.values().map(|entries| entries.len() as u64).sum::<u64>();
    if let Err(why) = compare::archive(site.archive(), &site.issuer.archive_keys()?, &ledger) {
        tally.findings.push(Finding::wrongly_shipped("archive", &format!("{why:#}")));
    }
    if let Err(why) = compare::statements(&files(site, "StatementObject")?, &ledger) {
        tally.findings.push(Finding::wrongly_shipped("statements", &format!("{why:#}")));
    }
    if let Err(why) = compare::counters(&files(site, "CounterObject")?, &ledger) {
        tally.findings.push(Finding::wrongly_shipped("counters", &format!("{why:#}")));
    }
    Ok(())
}

/// The SQLite files of the objects of a class.
fn files(site: &Site, class: &str) -> Result<Vec<PathBuf>> {
    let folder = site.storage().join(format!("coupon-edge-{class}"));
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("no {}", folder.display()))? {
        let path = entry?.path();
        let of_object = path.file_stem().is_some_and(|name| name != "metadata");
        if of_object && path.extension().is_some_and(|ending| ending == "sqlite") {
            files.push(path);
        }
    }
    Ok(files)
}

fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    Ok(connection)
}

/// Which consumer of which shard has not all, if any.
fn behind(shards: &[PathBuf]) -> Result<Option<String>> {
    for path in shards {
        let connection = open(path)?;
        let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let tip = number("SELECT coalesce(max(seq), 0) FROM entry")?;
        // The last is the archive's head, which is written after its segments.
        let consumers = Consumer::ALL.map(|consumer| (consumer as u8, consumer.name()));
        for (of, name) in consumers.into_iter().chain([(4, "the archive's head")]) {
            let sent = number(&format!(
                "SELECT coalesce((SELECT sent FROM consumer WHERE id = {of}), 0)"
            ))?;
            if sent != tip {
                return Ok(Some(format!("{name} has {sent} of {tip} entries of a shard")));
            }
        }
    }
    Ok(None)
}

/// Whose ledger a file is, and its entries; `None` when it was never used.
fn shard(path: &Path) -> Result<Option<(Shard, Vec<Entry>)>> {
    let connection = open(path)?;
    let mut named = connection.prepare("SELECT shard FROM journal")?;
    let Some(name) = named.query_map([], |row| row.get::<_, String>(0))?.next() else {
        return Ok(None);
    };
    let shard = Shard::parse(&name?).context("a journal of no shard")?;
    let sql = concat!("SELECT ", columns!(), " FROM entry ORDER BY seq");
    let mut statement = connection.prepare(sql)?;
    let width = statement.column_count();
    let mut rows = statement.query([])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = (0..width).map(|column| Ok(cell(row.get_ref(column)?)));
        let row = cells.collect::<rusqlite::Result<Row>>()?;
        entries.push(Entry::from_row(row).context("an entry that cannot be read")?);
    }
    Ok(Some((shard, entries)))
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
        ValueRef::Null | ValueRef::Real(_) => Cell::Null,
    }
}
