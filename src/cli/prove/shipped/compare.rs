//! Each consumer held against the ledger, entry by entry.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use rusqlite::Connection;
use rusqlite::types::Value;

use super::{Ledger, open};
use crate::journal::{Chain, Head, Segment};
use crate::jws::{PublicKeys, Typ};

/// Each shard's segments are a chain that ends with its signed head, and hold its entries.
pub(super) fn archive(folder: &Path, keys: &PublicKeys, ledger: &Ledger) -> Result<()> {
    for (shard, entries) in ledger.iter().filter(|(_, entries)| !entries.is_empty()) {
        let name = shard.object_name();
        let of = folder.join(format!("journal/c{}/{:05}", shard.campaign(), shard.index()));
        let text =
            fs::read_to_string(of.join("head.jws")).with_context(|| format!("{name}: head"))?;
        let head = keys.verify(Typ::ArchiveHead, text.trim());
        let head = head.map_err(|why| anyhow::anyhow!("{name}: the head: {why:?}"))?;
        let head = Head::parse(head.payload.as_bytes()).context("no head")?;
        let mut paths: Vec<_> =
            fs::read_dir(of.join("001"))?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        paths.sort();
        let mut chain = Chain::after(Head::new(head.origin, 1));
        let mut archived = Vec::new();
        for path in paths {
            let of = |why: String| anyhow::anyhow!("{}: {why}", path.display());
            let segment = Segment::read(&fs::read(&path)?).map_err(|why| of(why.to_string()))?;
            chain.push(&segment).map_err(|why| of(why.to_string()))?;
            archived.extend_from_slice(segment.entries());
        }
        chain.ends_with(&head).map_err(|why| anyhow::anyhow!("{name}: {why}"))?;
        if let Some((ours, theirs)) = entries.iter().zip(&archived).find(|(a, b)| a != b) {
            bail!("{name}: the ledger has {ours:?}, the archive {theirs:?}");
        }
        let (here, there) = (entries.len(), archived.len());
        ensure!(here == there, "{name}: {here} entries in the ledger, {there} in the archive");
    }
    Ok(())
}

/// The statements have every entry of every shop, each once.
pub(super) fn statements(objects: &[PathBuf], ledger: &Ledger) -> Result<()> {
    let mut expected = BTreeMap::<(i64, i64), Vec<Value>>::new();
    for (shard, entry) in ledger.iter().flat_map(|(of, all)| all.iter().map(move |it| (of, it))) {
        let number = |number: u64| i64::try_from(number).map(Value::from);
        let line = vec![
            entry.by.shop.into(),
            number(entry.at.millis())?,
            (entry.kind as i64).into(),
            entry.serial.as_bytes().to_vec().into(),
            entry.n.into(),
            i64::from(entry.by.till).into(),
            i64::from(entry.chain).into(),
            number(entry.discount.minor_units())?,
            number(entry.order_amount.minor_units())?,
            entry.order_ref.as_ref().map(|text| text.as_str().to_owned()).into(),
            entry.offline_at.map_or(Ok(Value::Null), |at| number(at.millis()))?,
        ];
        expected.insert((shard.index().into(), i64::try_from(entry.seq)?), line);
    }
    for path in objects {
        let connection = open(path)?;
        if !has_table(&connection, "line")? {
            continue;
        }
        let mut statement = connection.prepare(
            "SELECT shop, at, kind, serial, n, till, chain, discount, order_amount, order_ref, \
             offline_at, shard, seq FROM line",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let line =
                (0..11).map(|column| row.get(column)).collect::<rusqlite::Result<Vec<_>>>()?;
            let place = (row.get(11)?, row.get(12)?);
            let ours = expected.remove(&place);
            ensure!(ours.as_ref() == Some(&line), "{place:?}: {line:?} for {ours:?}");
        }
    }
    let missing = expected.first_key_value();
    ensure!(missing.is_none(), "{} entries are missing, as {missing:?}", expected.len());
    Ok(())
}

fn has_table(connection: &Connection, name: &str) -> Result<bool> {
    let sql = "SELECT count(*) FROM sqlite_master WHERE name = ?1";
    Ok(connection.query_row(sql, [name], |row| row.get::<_, i64>(0))? > 0)
}

/// The counters are the entries' own sums, by kind and chain.
pub(super) fn counters(objects: &[PathBuf], ledger: &Ledger) -> Result<()> {
    let mut expected = BTreeMap::<(i64, i64), (i64, i64)>::new();
    for entry in ledger.values().flatten() {
        let sum = expected.entry((entry.kind as i64, entry.chain.into())).or_default();
        *sum = (sum.0 + 1, sum.1 + i64::try_from(entry.discount.minor_units())?);
    }
    let mut found = BTreeMap::new();
    for path in objects {
        let connection = open(path)?;
        if !has_table(&connection, "total")? {
            continue;
        }
        let mut statement =
            connection.prepare("SELECT what, which, count, discount FROM total WHERE what > 0")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            found.insert((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?));
        }
    }
    ensure!(found == expected, "(kind, chain) → (count, discount): {found:?} for {expected:?}");
    Ok(())
}
