//! `coupon till status`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::sale;
use crate::cli::Outcome;
use crate::cli::outcome::table;

/// Show what a till has accepted without a network, and what became of it.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon till status --spool spool")]
pub(crate) struct Status {
    /// The folder where the till keeps its sales.
    #[arg(long, value_name = "DIR")]
    spool: PathBuf,
}

impl Status {
    pub(crate) fn run(&self) -> anyhow::Result<Outcome> {
        let (sales, settled) = sale::read(&self.spool)?;
        let accepted = sales.len();
        let discounts: u64 = sales.iter().map(|sale| sale.discount.minor_units()).sum();
        let mut outcomes = BTreeMap::<&str, usize>::new();
        for it in &settled {
            *outcomes.entry(it.outcome.as_str()).or_default() += 1;
        }
        let waiting = sale::waiting(sales, &settled);
        let mut rows = vec![
            ("accepted", accepted.to_string()),
            ("discounts", discounts.to_string()),
            ("waiting", waiting.len().to_string()),
        ];
        if let Some(oldest) = waiting.first() {
            rows.push(("oldest", oldest.item.offline_at.clone()));
        }
        rows.extend(outcomes.iter().map(|(what, count)| (*what, count.to_string())));
        let json = json!({
            "accepted": accepted, "discounts": discounts, "waiting": waiting.len(),
            "oldest": waiting.first().map(|sale| &sale.item.offline_at), "outcomes": outcomes,
        });
        Ok(Outcome { text: table(&rows), json })
    }
}
