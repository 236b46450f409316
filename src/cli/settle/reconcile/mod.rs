//! `coupon settle reconcile`.

mod compare;
mod decode;
mod list;
mod ours;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;

use self::compare::{Item, Verdict, compare};
use self::list::Read;
pub(super) use self::ours::currency;
use super::close;
use super::db::Db;
use super::money::amount;
use crate::cli::Context;
use crate::cli::outcome::{Outcome, table};
use crate::cli::output::NewFile;

/// Compare a shop's own list of a period with ours.
///
/// Rows are matched by the redemption's id (R1.…) or, with --shop, by the till's bill number. Reads
/// CSV with commas, semicolons or tabs, in UTF-8, UTF-16 or GB18030; both are found out. A negative
/// amount is a reversal. Writes the differences, one a line: what is missing here or there, amounts
/// that differ, rows that are there more than once, rows that cannot be read.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon settle reconcile --db settle.sqlite --period 2026-02 shop.csv --shop 1001 --out diff.csv

where shop.csv is
  id,amount,time
  R1.IAAAAQAKAAAAAAEC,25.00,2026-02-06 12:04")]
pub(in crate::cli) struct Reconcile {
    /// The shop's list.
    list: PathBuf,

    /// The database.
    #[arg(long, value_name = "FILE")]
    db: PathBuf,

    /// The period, which is closed.
    #[arg(long, value_name = "NAME")]
    period: String,

    /// The shop whose list it is; without, the list is of all shops.
    #[arg(long, value_name = "ID")]
    shop: Option<u32>,

    /// Where to write the differences, CSV.
    #[arg(long, value_name = "FILE.csv")]
    out: PathBuf,

    /// Write what is matched as well.
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    columns: Columns,
}

/// How the list is written.
#[derive(Args)]
struct Columns {
    /// The column of the redemption's id [default: id, redemption or redemption_id].
    #[arg(long, value_name = "NAME")]
    id_column: Option<String>,

    /// The column of the till's bill number [default: order_ref, bill or bill_number].
    #[arg(long, value_name = "NAME")]
    order_ref_column: Option<String>,

    /// The column of the amount that came off the bill [default: amount or discount].
    #[arg(long, value_name = "NAME")]
    amount_column: Option<String>,

    /// The column of the time, which is only shown [default: time, at or redeemed_at].
    #[arg(long, value_name = "NAME")]
    time_column: Option<String>,

    /// Amounts are in minor units: 2500, not 25.00.
    #[arg(long)]
    minor_units: bool,

    /// What separates columns, one character.
    #[arg(long, value_name = "C", value_parser = separator)]
    separator: Option<u8>,

    /// What the list is written in, like gb18030.
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,

    /// The currency of its amounts, when the books have several.
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
}

/// What rows are matched by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Id,
    OrderRef,
}

/// How many, and what they come to: theirs and ours.
#[derive(Default)]
struct Count {
    rows: u64,
    theirs: i64,
    ours: i64,
}

impl Reconcile {
    pub(in crate::cli) fn run(&self, _: &Context) -> anyhow::Result<Outcome> {
        let db = Db::open(&self.db)?;
        let period = close::find(db.sql(), &self.period)?;
        let currency = currency(db.sql(), self.columns.currency.as_deref())?;
        // One transaction, of which nothing is kept: the lists are in tables that end with it.
        db.sql().execute_batch("BEGIN")?;
        let (key, read) = list::read(db.sql(), &self.list, &self.columns, &currency)
            .with_context(|| format!("{} is no list to compare", self.list.display()))?;
        if key == Key::OrderRef && self.shop.is_none() {
            bail!("bill numbers are only told apart within a shop: say --shop");
        }
        ours::collect(db.sql(), period, key, self.shop, &currency)?;
        let mut out = csv::Writer::from_writer(NewFile::create(&self.out, true)?);
        let counts = self.write(&db, &read, &currency, &mut out)?;
        let out = out.into_inner().context("cannot write the differences")?;
        out.complete()?.put_in_place()?;
        Ok(self.outcome(&counts, &read, &currency))
    }

    fn write(
        &self,
        db: &Db,
        read: &Read,
        currency: &str,
        out: &mut csv::Writer<impl Write>,
    ) -> anyhow::Result<BTreeMap<Verdict, Count>> {
        out.write_record(["outcome", "key", "line", "theirs", "ours", "note"])?;
        for (line, why) in &read.unreadable {
            out.write_record(["unreadable", "", &line.to_string(), "", "", why])?;
        }
        let elsewhere = ours::Elsewhere::new(db)?;
        let mut counts = BTreeMap::<_, Count>::new();
        compare(db.sql(), |verdict, theirs, ours| {
            let count = counts.entry(verdict).or_default();
            count.rows += 1;
            count.theirs += theirs.map_or(0, |item| item.amount);
            count.ours += ours.map_or(0, |item| item.amount);
            if verdict == Verdict::Matched && !self.all {
                return Ok(());
            }
            let money = |item: Option<&Item>| item.map(|item| amount(item.amount, currency));
            let line = theirs.and_then(|item| item.line).map(|line| line.to_string());
            let mut notes: Vec<_> =
                [theirs, ours].into_iter().flatten().map(|it| it.note.clone()).collect();
            if verdict == Verdict::MissingHere {
                notes.extend(theirs.map(|item| elsewhere.of(&item.key)).transpose()?);
            }
            notes.retain(|note| !note.is_empty());
            out.write_record([
                verdict.name(),
                theirs.or(ours).map_or("", |item| &item.key),
                &line.unwrap_or_default(),
                &money(theirs).unwrap_or_default(),
                &money(ours).unwrap_or_default(),
                &notes.join("; "),
            ])?;
            Ok(())
        })?;
        Ok(counts)
    }

    fn outcome(&self, counts: &BTreeMap<Verdict, Count>, read: &Read, currency: &str) -> Outcome {
        let none = Count::default();
        let of = |verdict| counts.get(&verdict).unwrap_or(&none);
        let show = |verdict| {
            let Count { rows, theirs, ours } = of(verdict);
            let (theirs, ours) = (amount(*theirs, currency), amount(*ours, currency));
            format!("{rows:>9}   theirs {currency} {theirs}, ours {currency} {ours}")
        };
        let mut rows: Vec<_> =
            Verdict::ALL.iter().map(|verdict| (verdict.name(), show(*verdict))).collect();
        rows.push(("unreadable", format!("{:>9}", read.bad)));
        let text = format!("{}\nDifferences are in {}.", table(&rows), self.out.display());
        let by_name = Verdict::ALL.iter().map(|verdict| {
            let Count { rows, theirs, ours } = of(*verdict);
            (verdict.name().to_owned(), json!({ "rows": rows, "theirs": theirs, "ours": ours }))
        });
        let json = json!({
            "period": self.period, "rows": read.rows, "unreadable": read.bad,
            "currency": currency, "outcomes": by_name.collect::<serde_json::Map<_, _>>(),
            "file": self.out,
        });
        Outcome { text, json }
    }
}

fn separator(text: &str) -> Result<u8, &'static str> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() => Ok(*byte),
        _ => Err("a separator is one character, like ;"),
    }
}
