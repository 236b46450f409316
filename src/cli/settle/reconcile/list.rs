//! The shop's own list: a table that somebody's system wrote, each row judged by itself.

use std::fs::File;
use std::path::Path;

use anyhow::{Context as _, bail};
use csv::{ReaderBuilder, StringRecord};
use rusqlite::{Connection, params};

use super::super::money;
use super::decode::decode;
use super::{Columns, Key};

/// How many rows that cannot be read are kept; all are counted.
const KEPT: usize = 1000;

/// What became of a list.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Rows that were taken.
    pub(super) rows: u64,
    /// Rows that were not.
    pub(super) bad: u64,
    /// The first of those: line and reason.
    pub(super) unreadable: Vec<(u64, String)>,
}

/// Where in a row each column is.
struct Places {
    key: usize,
    amount: usize,
    time: Option<usize>,
}

/// Reads the list into the table `theirs`; gives what its keys are.
pub(super) fn read(
    db: &Connection,
    path: &Path,
    columns: &Columns,
    currency: &str,
) -> anyhow::Result<(Key, Read)> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (start, text) = decode(file, columns.encoding.as_deref())?;
    let separator = columns.separator.map_or_else(|| separator(&start), Ok)?;
    let mut csv = ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text);
    let (key, places) = places(csv.headers()?, columns)?;
    db.execute_batch("CREATE TEMP TABLE theirs (key TEXT, side INTEGER, amount INTEGER, line INTEGER, time TEXT)")?;
    let mut insert = db.prepare("INSERT INTO theirs VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut read = Read::default();
    let mut record = StringRecord::new();
    while csv.read_record(&mut record)? {
        let inside: usize = record.iter().map(|field| field.matches('\n').count()).sum();
        let line = csv.position().line() - 1 - inside as u64;
        match row(&record, &places, columns, currency) {
            Ok((key, amount)) => {
                let time = places.time.and_then(|place| record.get(place));
                insert.execute(params![key, amount < 0, amount, line as i64, time])?;
                read.rows += 1;
            }
            Err(why) => {
                read.bad += 1;
                if read.unreadable.len() < KEPT {
                    read.unreadable.push((line, why.to_owned()));
                }
            }
        }
    }
    Ok((key, read))
}

/// The separator that the first line has most of.
fn separator(start: &str) -> anyhow::Result<u8> {
    let line = start.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |mark: u8| line.bytes().filter(|byte| *byte == mark).count();
    let best = [b',', b';', b'\t'].into_iter().max_by_key(|mark| count(*mark));
    match best {
        Some(mark) if count(mark) > 0 => Ok(mark),
        _ => bail!("its first line has no comma, semicolon or tab: say --separator"),
    }
}

fn places(header: &StringRecord, columns: &Columns) -> anyhow::Result<(Key, Places)> {
    let is = |field: &str, name: &str| field.trim().eq_ignore_ascii_case(name);
    let find = |said: &Option<String>, usual: &[&str]| match said {
        Some(name) => match header.iter().position(|field| is(field, name)) {
            Some(place) => Ok(Some(place)),
            None => bail!("it has no column {name}: there are {}", show(header)),
        },
        None => Ok(usual.iter().find_map(|name| header.iter().position(|field| is(field, name)))),
    };
    let amount = find(&columns.amount_column, &["amount", "discount"])?.with_context(|| {
        format!("which column is the amount? --amount-column, of {}", show(header))
    })?;
    let time = find(&columns.time_column, &["time", "at", "redeemed_at"])?;
    let id = find(&columns.id_column, &["id", "redemption", "redemption_id"])?;
    let order_ref = find(&columns.order_ref_column, &["order_ref", "bill", "bill_number"])?;
    // A bill number that was asked for by name goes before an id that was not.
    let by_ref = columns.order_ref_column.is_some() && columns.id_column.is_none();
    match (id, order_ref) {
        (Some(key), _) if !by_ref => Ok((Key::Id, Places { key, amount, time })),
        (_, Some(key)) => Ok((Key::OrderRef, Places { key, amount, time })),
        _ => bail!(
            "which column is the redemption's id or the bill number? --id-column or \
             --order-ref-column, of {}",
            show(header)
        ),
    }
}

fn show(header: &StringRecord) -> String {
    header.iter().map(str::trim).collect::<Vec<_>>().join(", ")
}

/// Key and amount of a row.
fn row<'a>(
    record: &'a StringRecord,
    places: &Places,
    columns: &Columns,
    currency: &str,
) -> Result<(&'a str, i64), &'static str> {
    if record.iter().any(|field| field.contains('\u{fffd}')) {
        return Err("a character that cannot be read");
    }
    let field = |place| record.get(place).map(str::trim).ok_or("too few columns");
    let (key, amount) = (field(places.key)?, field(places.amount)?);
    if key.is_empty() {
        return Err("no id and no bill number");
    }
    let amount = match columns.minor_units {
        true => amount.parse().ok(),
        false => money::minor_units(amount, currency),
    };
    Ok((key, amount.ok_or("no amount")?))
}
