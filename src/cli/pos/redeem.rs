//! `coupon redeem`

use clap::Args;
use serde_json::json;

use super::tell::tell;
use super::{Key, OrderArgs, Pos};
use crate::cli::outcome::Outcome;

/// Redeem a coupon for an order.
#[derive(Args)]
#[command(after_help = "Example:
  coupon redeem C1.AAEg… --amount 3000 --url https://coupons.example.com --shops shops.csv --shop 17
  coupon redeem C1.AAEg… --amount 3000 --key bill-4711   (the same key again: the same answer again)")]
pub(in crate::cli) struct Redeem {
    /// The coupon's token, as scanned.
    token: String,
    #[command(flatten)]
    order: OrderArgs,
    /// The till's bill number.
    #[arg(long)]
    order_ref: Option<String>,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    pos: Pos,
}

impl Redeem {
    pub(in crate::cli) fn run(&self) -> anyhow::Result<Outcome> {
        let key = self.key.settle()?;
        let body = json!({
            "token": self.token,
            "order_amount": self.order.amount,
            "currency": self.order.currency,
            "order_ref": self.order_ref,
        });
        let client = self.pos.client()?;
        tell(client.post("/v1/redemptions", Some(&key.text), Some(&body)), Some(&key))
    }
}
