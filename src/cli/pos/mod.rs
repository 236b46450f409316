//! What a till does: the signed calls, one command for each.

mod cancel;
mod check;
mod client;
mod credential;
mod redeem;
mod reverse;
mod tell;

pub(super) use cancel::Cancel;
pub(super) use check::Check;
pub use client::{Answered, PosClient};
pub(super) use redeem::Redeem;
pub(super) use reverse::Reverse;

use std::path::PathBuf;

use clap::Args;

use crate::base64url;

/// Where the edge is, and as which till to call it.
#[derive(Args)]
struct Pos {
    /// Address of the edge, like https://coupons.example.com.
    #[arg(long, env = "COUPON_URL")]
    url: String,

    /// Credentials, as `coupon shop enrol` writes them.
    #[arg(long, env = "COUPON_SHOPS", value_name = "FILE")]
    shops: PathBuf,

    /// Call as this shop; the first in the file if not given.
    #[arg(long)]
    shop: Option<u32>,

    /// Call as this till of the shop; the shop's first if not given.
    #[arg(long)]
    till: Option<u16>,
}

impl Pos {
    fn client(&self) -> anyhow::Result<PosClient> {
        let (till, key) = credential::find(&self.shops, self.shop, self.till)?;
        Ok(PosClient::new(&self.url, till, key))
    }
}

/// The name of a write, to try it again under.
#[derive(Args)]
struct Key {
    /// Idempotency key: the same for each try of one request, never for another. Made up, and
    /// printed, if not given.
    #[arg(long)]
    key: Option<String>,
}

impl Key {
    fn get(&self) -> anyhow::Result<String> {
        if let Some(key) = &self.key {
            return Ok(key.clone());
        }
        let mut random = [0; 12];
        getrandom::fill(&mut random)?;
        Ok(base64url::encode(&random))
    }
}

/// An order's amount and currency.
#[derive(Args)]
struct OrderArgs {
    /// The bill before the coupon, in minor units (3000 = CNY 30.00).
    #[arg(long)]
    amount: u64,

    /// Its currency.
    #[arg(long, default_value = "CNY")]
    currency: String,
}
