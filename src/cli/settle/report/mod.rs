//! `coupon settle report`.

mod chart;
mod counters;
mod figures;
mod page;

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use self::page::Page;
use super::close;
use super::db::Db;
use super::reconcile::currency;
use crate::cli::Context;
use crate::cli::outcome::Outcome;
use crate::cli::output::NewFile;
use crate::time::UtcOffset;

/// Draw what happened, as one HTML page.
///
/// Redemptions, reversals and their value over time, the chains with most value, refusals by reason
/// when the operator's counters are given, and how old what is loaded was at each pull.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon settle report --db settle.sqlite --period 2026-02 --out report.html")]
pub(in crate::cli) struct Report {
    /// The database.
    #[arg(long, value_name = "FILE")]
    db: PathBuf,

    /// Only this period [default: all that is loaded].
    #[arg(long, value_name = "NAME")]
    period: Option<String>,

    /// The page.
    #[arg(long, value_name = "FILE.html")]
    out: PathBuf,

    /// The operator's counters, a file of OpenMetrics text.
    #[arg(long, value_name = "FILE")]
    counters: Option<PathBuf>,

    /// Only campaigns in this currency, when there are several.
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,

    /// Minutes that the page's clock is ahead of UTC.
    #[arg(long, value_name = "MINUTES", default_value_t = 480, allow_negative_numbers = true,
        value_parser = clap::value_parser!(i16).range(-720..=840))]
    utc_offset: i16,
}

impl Report {
    pub(in crate::cli) fn run(&self, _: &Context) -> anyhow::Result<Outcome> {
        let refusals = self.counters.as_deref().map(counters::read).transpose()?;
        let db = Db::open(&self.db)?;
        let period = self.period.as_deref().map(|name| close::find(db.sql(), name)).transpose()?;
        let currency = currency(db.sql(), self.currency.as_deref())?;
        let figures = figures::collect(db.sql(), period, &currency)?;
        let title = match &self.period {
            Some(name) => format!("Redemptions of {name}"),
            None => "Redemptions".to_owned(),
        };
        let offset = UtcOffset::try_from(self.utc_offset).map_err(anyhow::Error::msg)?;
        let page = Page { title, currency: &currency, offset, figures: &figures, refusals };
        let mut out = NewFile::create(&self.out, true)?;
        out.write_all(page.html()?.as_bytes())?;
        out.complete()?.put_in_place()?;
        let entries = figures.sums.count();
        let text = format!("{entries} entries in {}.", self.out.display());
        Ok(Outcome { text, json: json!({ "entries": entries, "file": self.out }) })
    }
}
