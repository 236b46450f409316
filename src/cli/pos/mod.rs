//! What a till does: the signed calls, one command for each.

mod cancel;
mod check;
mod client;
pub(super) mod credential;
mod receipt;
mod redeem;
mod reverse;
mod statement;
mod tell;

pub(super) use cancel::Cancel;
pub(super) use check::Check;
pub use client::{Answered, Habits, NoAnswer, PosClient};
pub(super) use receipt::Receipt;
pub(super) use redeem::Redeem;
pub(super) use reverse::Reverse;
pub(super) use statement::Statement;

use std::path::PathBuf;

use clap::Args;
use ureq::http::Uri;

use crate::base64url;
use crate::ledger::IdempotencyKey;

/// Where the edge is, and as which till to call it.
#[derive(Args)]
pub(super) struct Pos {
    /// Address of the edge, like https://coupons.example.com.
    #[arg(long, env = "COUPON_URL", value_parser = edge_address)]
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
    pub(super) fn client(&self) -> anyhow::Result<PosClient> {
        let (till, key) = credential::find(&self.shops, self.shop, self.till)?;
        Ok(PosClient::new(&self.url, till, key, Habits::default()))
    }
}

/// The name of a write, to try it again under.
#[derive(Args)]
struct Key {
    /// Idempotency key: the same for each try of one request, never for another. Made up, and
    /// printed, if not given.
    #[arg(long, allow_hyphen_values = true, value_parser = idempotency_key)]
    key: Option<String>,
}

impl Key {
    fn settle(&self) -> anyhow::Result<SettledKey> {
        if let Some(key) = &self.key {
            return Ok(SettledKey { text: key.clone(), made_up: false });
        }
        let mut random = [0; 12];
        getrandom::fill(&mut random)?;
        Ok(SettledKey { text: base64url::encode(&random), made_up: true })
    }
}

/// The key that a write is sent with.
struct SettledKey {
    text: String,
    made_up: bool,
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

/// An idempotency key that the edge would take.
pub(super) fn idempotency_key(text: &str) -> Result<String, String> {
    match IdempotencyKey::parse(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("a key is 1 to 255 visible ASCII characters, none of them a comma".to_owned()),
    }
}

/// The address of an edge, written as the edge will read it: that is what is signed.
pub(in crate::cli) fn edge_address(text: &str) -> Result<String, String> {
    let address = || {
        let uri = text.parse::<Uri>().ok()?;
        let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
        let default_port = match scheme {
            "http" => ":80",
            "https" => ":443",
            _ => return None,
        };
        let is_root = uri.path_and_query().is_none_or(|target| target.as_str() == "/");
        if !is_root || authority.as_str().contains('@') {
            return None;
        }
        let authority = authority.as_str().to_ascii_lowercase();
        let authority = authority.strip_suffix(default_port).unwrap_or(&authority);
        Some(format!("{scheme}://{authority}"))
    };
    address().ok_or_else(|| "an address is like https://coupons.example.com, no path".to_owned())
}
