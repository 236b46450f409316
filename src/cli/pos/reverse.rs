//! `coupon reverse`

use clap::Args;

use super::tell::tell;
use super::{Key, Pos};
use crate::cli::outcome::Outcome;

/// Undo a redemption: the order was cancelled, and the coupon works again.
#[derive(Args)]
#[command(after_help = "Example:
  coupon reverse R1.IAAAAQAKAAAAAAEC --url https://coupons.example.com --shops shops.csv --shop 17")]
pub(in crate::cli) struct Reverse {
    /// The redemption's id.
    id: String,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    pos: Pos,
}

impl Reverse {
    pub(in crate::cli) fn run(&self) -> anyhow::Result<Outcome> {
        let key = self.key.get()?;
        let path = format!("/v1/redemptions/{}/reversal", self.id);
        tell(self.pos.client()?.post(&path, Some(&key), None), Some(&key))
    }
}
