//! `coupon till …`: a till that goes on without a network, as a reference for those who write one.
//!
//! What it promises: who was told "accepted" finds the sale in the spool, whatever the power does;
//! and each sale is redeemed at most once, however often it is sent, because it is sent under the
//! key that was written down with it.

mod accept;
mod sale;
mod send;
mod spool;
mod status;
mod verify;

use clap::Subcommand;

use super::{Context, Outcome};

/// A till that goes on without a network: accepts coupons, keeps the sales, sends them later.
#[derive(Subcommand)]
#[command(after_help = "\
Example:
  coupon till accept C2.AAEg… --amount 3000 --spool spool --shops shops.csv \\
      --public-key 536870913/1=ed25519:A6EH… --policy policy.txt --policy-key OvNA…
  coupon till send --spool spool --shops shops.csv --url https://coupons.example.com
  coupon till status --spool spool")]
pub(crate) enum Till {
    Accept(accept::Accept),
    Send(send::Send),
    Status(status::Status),
}

impl Till {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        match self {
            Self::Accept(accept) => accept.run(context),
            Self::Send(send) => send.run(),
            Self::Status(status) => status.run(),
        }
    }
}
