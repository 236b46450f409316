//! `coupon receipt`

use clap::Args;

use super::Pos;
use super::reverse::redemption_id;
use super::tell::tell;
use crate::cli::outcome::Outcome;
use crate::ledger::RedemptionId;

/// Get a redemption's signed receipt, and print it alone.
///
/// What it says is signed, not hidden: `coupon verify-receipt` reads it.
#[derive(Args)]
#[command(after_help = "Example:
  coupon receipt R1.IAAAAQAKAAAAAAEC --shops shops.csv --shop 17 \\
    --url https://coupons.example.com > receipt.txt")]
pub(in crate::cli) struct Receipt {
    /// The redemption's id.
    #[arg(value_parser = redemption_id)]
    id: RedemptionId,
    #[command(flatten)]
    pos: Pos,
}

impl Receipt {
    pub(in crate::cli) fn run(&self) -> anyhow::Result<Outcome> {
        let path = format!("/v1/redemptions/{}/receipt", self.id);
        let Outcome { text, json } = tell(self.pos.client()?.get(&path), None)?;
        let receipt = json.pointer("/body/receipt").and_then(|it| it.as_str());
        Ok(Outcome { text: receipt.map_or(text, str::to_owned), json })
    }
}
