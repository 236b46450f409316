//! `coupon settle personal-data`.

mod look;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use self::look::{Kind, look};
use super::db::Db;
use super::settled;
use crate::cli::Context;
use crate::cli::outcome::Outcome;

/// Look for bill numbers that say who a customer is.
///
/// Nothing in a journal is about a person, but a shop can put what it likes into a bill number. This
/// names the shops of which any look like a number of mainland China's register of residents, a
/// mobile number or an address for mail. It shows none of them.
#[derive(Args)]
#[command(after_help = "\
A bill number of eleven digits can look like a mobile number by chance: few of many say little.

Exit code 1 when there are any.

Example:
  coupon settle personal-data --db settle.sqlite")]
pub(in crate::cli) struct PersonalData {
    /// The database.
    #[arg(long, value_name = "FILE")]
    db: PathBuf,
}

/// What was looked at of a shop, and what was found.
#[derive(Default)]
struct Found {
    bills: u64,
    kinds: BTreeMap<Kind, u64>,
}

impl PersonalData {
    pub(in crate::cli) fn run(&self, _: &Context) -> anyhow::Result<Outcome> {
        let db = Db::open(&self.db)?;
        let mut query = db.sql().prepare(
            "SELECT shop, order_ref FROM journal WHERE order_ref IS NOT NULL AND kind IN (1, 4)",
        )?;
        let mut rows = query.query([])?;
        let mut shops = BTreeMap::<u32, Found>::new();
        while let Some(row) = rows.next()? {
            let found = shops.entry(row.get(0)?).or_default();
            found.bills += 1;
            if let Some(kind) = look(row.get_ref(1)?.as_str()?) {
                *found.kinds.entry(kind).or_default() += 1;
            }
        }
        let bills: u64 = shops.values().map(|found| found.bills).sum();
        shops.retain(|_, found| !found.kinds.is_empty());
        settled(shops.is_empty(), outcome(bills, &shops))
    }
}

fn outcome(bills: u64, shops: &BTreeMap<u32, Found>) -> Outcome {
    let mut text = match shops.len() {
        0 => format!("None of {bills} bill numbers looks like a person's"),
        count => format!("{count} shops send bill numbers that look like a person's:"),
    };
    let mut rows = Vec::new();
    for (shop, Found { bills, kinds }) in shops {
        let counts = kinds.iter().map(|(kind, count)| (kind.name(), *count));
        let words: Vec<_> = counts.clone().map(|(name, count)| format!("{count} {name}")).collect();
        text.push_str(&format!("\n  shop {shop}: {} of {bills}", words.join(", ")));
        let counts = counts.map(|(name, count)| (name.to_owned(), json!(count)));
        rows.push(json!({ "shop": shop, "bills": bills, "found": counts.collect::<serde_json::Map<String, Value>>() }));
    }
    Outcome { text, json: json!({ "bills": bills, "shops": rows }) }
}
