//! `coupon reverse`

use clap::Args;

use super::tell::tell;
use super::{Key, Pos};
use crate::cli::outcome::Outcome;
use crate::ledger::RedemptionId;

/// Undo a redemption: the order was cancelled, and the coupon works again.
#[derive(Args)]
#[command(after_help = "Example:
  coupon reverse R1.IAAAAQAKAAAAAAEC --url https://coupons.example.com --shops shops.csv --shop 17")]
pub(in crate::cli) struct Reverse {
    /// The redemption's id.
    #[arg(value_parser = redemption_id)]
    id: RedemptionId,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    pos: Pos,
}

impl Reverse {
    pub(in crate::cli) fn run(&self) -> anyhow::Result<Outcome> {
        let key = self.key.settle()?;
        let path = format!("/v1/redemptions/{}/reversal", self.id);
        tell(self.pos.client()?.post(&path, Some(&key.text), None), Some(&key))
    }
}

pub(super) fn redemption_id(text: &str) -> Result<RedemptionId, String> {
    RedemptionId::parse(text).ok_or_else(|| "a redemption's id is like R1.IAAAAQAKAAAAAAEC".into())
}
