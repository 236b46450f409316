//! `coupon check`

use clap::Args;
use serde_json::json;

use super::Pos;
use super::tell::tell;
use crate::cli::outcome::Outcome;

/// Ask whether a coupon would be redeemed here and now; changes nothing.
#[derive(Args)]
#[command(after_help = "Example:
  coupon check C1.AAEg… --url https://coupons.example.com --shops shops.csv --shop 17
  coupon check C1.AAEg… --amount 3000 --currency CNY")]
pub(in crate::cli) struct Check {
    /// The coupon's token, as scanned.
    token: String,
    /// The bill before the coupon, in minor units, if there is one already.
    #[arg(long)]
    amount: Option<u64>,
    /// Its currency.
    #[arg(long, default_value = "CNY")]
    currency: String,
    #[command(flatten)]
    pos: Pos,
}

impl Check {
    pub(in crate::cli) fn run(&self) -> anyhow::Result<Outcome> {
        let currency = self.amount.map(|_| &self.currency);
        let body =
            json!({ "token": self.token, "order_amount": self.amount, "currency": currency });
        tell(self.pos.client()?.post("/v1/coupons/check", None, Some(&body)), None)
    }
}
