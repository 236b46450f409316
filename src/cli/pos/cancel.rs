//! `coupon cancel`

use clap::Args;
use serde_json::json;

use super::tell::tell;
use super::{Key, Pos, idempotency_key};
use crate::cli::outcome::Outcome;

/// Undo whatever a key did, when its answer was lost and the order is off.
#[derive(Args)]
#[command(after_help = "Example:
  coupon cancel C1.AAEg… --redemption-key bill-4711 \\
    --url https://coupons.example.com --shops shops.csv --shop 17")]
pub(in crate::cli) struct Cancel {
    /// The coupon's token, as scanned.
    token: String,
    /// The key under which it was to be redeemed.
    #[arg(long, allow_hyphen_values = true, value_parser = idempotency_key)]
    redemption_key: String,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    pos: Pos,
}

impl Cancel {
    pub(in crate::cli) fn run(&self) -> anyhow::Result<Outcome> {
        let key = self.key.settle()?;
        let body = json!({ "token": self.token, "redemption_key": self.redemption_key });
        let client = self.pos.client()?;
        tell(client.post("/v1/redemptions/cancel", Some(&key.text), Some(&body)), Some(&key))
    }
}
