//! `coupon settle files`.

mod control;
mod lines;
mod total;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use rusqlite::Connection;
use serde_json::{Value, json};

use self::lines::{Lines, Split};
use self::total::Total;
use super::close;
use super::db::{Db, time};
use super::line::{self, Kind};
use super::money::amount;
use crate::cli::Context;
use crate::cli::outcome::Outcome;
use crate::cli::output::NewDir;

/// Write a period's files for finance: totals, lines, conflicts, control totals.
///
/// The folder gets campaigns.csv, chains.csv, shops.csv, conflicts.csv, control.json, and the lines,
/// one for each entry, in a file for each chain. When the totals do not tie out with what the signed
/// heads of the ledger count, nothing is written. The same period gives the same bytes each time.
#[derive(Args)]
#[command(after_help = "\
Exit code 1, and no folder, when the totals do not tie out.

Example:
  coupon settle files --db settle.sqlite --period 2026-02 --out 2026-02")]
pub(in crate::cli) struct Files {
    /// The database.
    #[arg(long, value_name = "FILE")]
    db: PathBuf,

    /// The period, which is closed.
    #[arg(long, value_name = "NAME")]
    period: String,

    /// The folder to make.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,

    /// All lines in one file.
    #[arg(long, conflicts_with = "per_shop")]
    one_file: bool,

    /// The lines in a file for each shop.
    #[arg(long)]
    per_shop: bool,
}

/// What the lines come to. Voids pay nothing and have no chain: they are only counted by campaign.
#[derive(Default)]
struct Totals {
    campaigns: BTreeMap<(u32, String), Total>,
    chains: BTreeMap<(u16, String), Total>,
    shops: BTreeMap<(u16, u32, String), Total>,
}

impl Files {
    pub(in crate::cli) fn run(&self, _: &Context) -> anyhow::Result<Outcome> {
        let db = Db::open(&self.db)?;
        let period = close::find(db.sql(), &self.period)?;
        let split = match (self.one_file, self.per_shop) {
            (true, _) => Split::None,
            (_, true) => Split::Shop,
            _ => Split::Chain,
        };
        let out = NewDir::create(&self.out)?;
        let totals = write_lines(db.sql(), period, &out, split)?;
        let control = control::check(db.sql(), period, &totals.campaigns)
            .with_context(|| format!("nothing was written to {}", self.out.display()))?;
        totals.write(&out)?;
        let control = self.control(db.sql(), period, control)?;
        out.write("control.json", format!("{control:#}\n").as_bytes())?;
        out.complete().put_in_place()?;
        Ok(self.outcome(&totals))
    }

    fn control(&self, db: &Connection, period: i64, sums: Value) -> anyhow::Result<Value> {
        let (until, terms): (Option<i64>, String) =
            db.query_row("SELECT until, terms FROM period WHERE id = ?1", [period], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        Ok(json!({
            "period": self.period,
            "until": until.map(|until| time(until).rfc3339()),
            "terms": serde_json::from_str::<Value>(&terms)?,
            "ties_out": true,
            "campaigns": sums.get("campaigns"),
            "shards": sums.get("shards"),
        }))
    }

    fn outcome(&self, totals: &Totals) -> Outcome {
        let mut payable = BTreeMap::<&str, i64>::new();
        for ((_, currency), total) in &totals.campaigns {
            *payable.entry(currency).or_default() += total.payable();
        }
        let sums: Vec<_> =
            payable.iter().map(|(code, sum)| format!("{code} {}", amount(*sum, code))).collect();
        let (out, shops) = (self.out.display(), totals.shops.len());
        let text = format!(
            "{}: {} payable to {shops} shops. It ties out with the ledger. In {out}.",
            self.period,
            if sums.is_empty() { "nothing".to_owned() } else { sums.join(", ") },
        );
        let json = json!({ "period": self.period, "payable": payable, "shops": shops,
            "folder": self.out, "ties_out": true });
        Outcome { text, json }
    }
}

/// Writes the lines and the conflicts, and gives what they come to.
fn write_lines(db: &Connection, period: i64, out: &NewDir, split: Split) -> anyhow::Result<Totals> {
    let currencies = currencies(db)?;
    let mut totals = Totals::default();
    let mut lines = Lines::new(out, split);
    let mut conflicts = Lines::conflicts(out)?;
    let mut query = line::prepare(db, line::BY_SHOP)?;
    line::each(query.query([period])?, |line| {
        let currency = currencies.get(&line.campaign).context("a campaign without a currency")?;
        let key = || currency.clone();
        totals.campaigns.entry((line.campaign, key())).or_default().add(&line);
        if line.kind != Kind::Void {
            totals.shops.entry((line.chain, line.shop, key())).or_default().add(&line);
        }
        if line.kind == Kind::Conflict {
            conflicts.write(&line, currency)?;
        }
        lines.write(&line, currency)
    })?;
    lines.complete()?;
    conflicts.complete()?;
    for ((chain, _, currency), total) in &totals.shops {
        totals.chains.entry((*chain, currency.clone())).or_default().merge(total);
    }
    Ok(totals)
}

/// The currency of each campaign.
fn currencies(db: &Connection) -> rusqlite::Result<BTreeMap<u32, String>> {
    let mut query = db.prepare("SELECT DISTINCT campaign, currency FROM shard")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

impl Totals {
    fn write(&self, out: &NewDir) -> anyhow::Result<()> {
        let campaigns =
            self.campaigns.iter().map(|((id, code), it)| (vec![id.to_string()], code, it));
        table(out, "campaigns.csv", &["campaign"], campaigns)?;
        let chains = self.chains.iter().map(|((id, code), it)| (vec![id.to_string()], code, it));
        table(out, "chains.csv", &["chain"], chains)?;
        let shops = self
            .shops
            .iter()
            .map(|((chain, shop, code), it)| (vec![chain.to_string(), shop.to_string()], code, it));
        table(out, "shops.csv", &["chain", "shop"], shops)
    }
}

/// Writes rows of totals.
fn table<'a>(
    out: &NewDir,
    name: &str,
    keys: &[&str],
    rows: impl Iterator<Item = (Vec<String>, &'a String, &'a Total)>,
) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out.file(name)?);
    csv.write_record(keys.iter().chain(&Total::COLUMNS))?;
    for (key, currency, total) in rows {
        csv.write_record(key.iter().chain(&total.fields(currency)))?;
    }
    csv.flush().with_context(|| format!("cannot write {name}"))
}
