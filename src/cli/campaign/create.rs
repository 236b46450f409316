//! `coupon campaign create`.

use std::collections::BTreeSet;

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use serde_json::{Value, json};

use crate::campaign::CampaignId;
use crate::cli::args::seconds;
use crate::cli::issuer::{Campaign, Issuer};
use crate::cli::shell::quoted;
use crate::cli::{Context, Outcome};
use crate::money::{Amount, Currency};
use crate::policy::{CampaignDocument, CampaignPolicy, LocationHint, Revoked, Window};
use crate::time::{Timestamp, UtcOffset};
use crate::token::Version;

/// Make a campaign: its id, its first key, and the draft of its policy.
///
/// Currency, number of shards and version of the tokens can never change. A shard takes some hundreds of redemptions a
/// second: 20,000/s wants at least 64.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon campaign create --name \"Spring tea\" --currency CNY \\
      --from 2026-02-06T00:00:00Z --until 2026-02-23T00:00:00Z --shards 64")]
pub(crate) struct Create {
    /// What people call it, 1 to 100 characters.
    #[arg(long)]
    name: String,

    /// Its coupons' currency, ISO 4217.
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: (Currency, u8),

    /// From when on coupons can be redeemed, RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    from: u32,

    /// Until when, exclusive, coupons can be redeemed, RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    until: u32,

    /// How many ledger shards: a power of two, at most 65536.
    #[arg(long, value_name = "N", default_value = "16", value_parser = shards_log2)]
    shards: u32,

    /// The least order amount, in minor units.
    #[arg(long, value_name = "MINOR_UNITS", default_value = "0", value_parser = amount)]
    minimum_spend: Amount,

    /// For how long a redemption can be reversed.
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    reversal_window: u32,

    /// How far its local time is ahead of UTC, for words that people read.
    #[arg(long, value_name = "MINUTES", default_value = "480", allow_negative_numbers = true,
        value_parser = utc_offset)]
    utc_offset: UtcOffset,

    /// Where its ledger should be, like apac or weur [default: near the first redemption].
    #[arg(long, value_name = "PLACE", value_parser = location_hint)]
    location_hint: Option<LocationHint>,

    /// How its coupons are signed: 1, short and quick, or 2, which a till can verify with a public
    /// key and no network.
    #[arg(long, value_name = "1|2", default_value = "1", value_parser = token_version)]
    token_version: Version,

    /// Its number, 27 bits [default: the next that no campaign has had].
    #[arg(long, value_name = "N",
        value_parser = clap::value_parser!(u32).range(0..=i64::from(CampaignId::MAX_NUMBER)))]
    number: Option<u32>,
}

impl Create {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let issuer = Issuer::open(&context.dir)?;
        let secrets = issuer.edit_edge_secrets()?;
        let number = choose_number(self.number, &issuer.known_campaigns()?)?;
        let id = CampaignId::new(self.shards, number).context("no such campaign id")?;
        let document = self.document(id, context.now);
        CampaignPolicy::try_from(document.clone()).map_err(|why| anyhow!("not made: {why}"))?;
        let token_version = self.token_version;
        let campaign = Campaign { campaign: id, kids: vec![1], token_version, policy: document };
        secrets.save_with_new(&campaign)?;

        let draft = issuer.campaign_path(id);
        let text = format!(
            "Made campaign {id}, {}: {} shards, kid 1, in {}.\n\
             Next:\n  \
             npx wrangler secret bulk {}\n  \
             coupon campaign publish {id}\n  \
             coupon issue --campaign {id} --count N --value MINOR_UNITS --out coupons.txt\n\
             What the options do not cover is edited in {} before it is published.",
            self.name,
            id.shards(),
            self.currency.0,
            quoted(issuer.edge_secrets_path()),
            draft.display()
        );
        let json = json!({
            "campaign": id, "shards": id.shards(), "kids": campaign.kids,
            "token_version": token_version, "draft": draft, "policy": campaign.policy,
        });
        Ok(Outcome { text, json })
    }

    fn document(&self, campaign: CampaignId, now: Timestamp) -> CampaignDocument {
        let (currency, currency_digits) = self.currency;
        CampaignDocument {
            campaign,
            epoch: 0,
            valid_until: now,
            name: self.name.clone(),
            currency,
            currency_digits,
            utc_offset_minutes: self.utc_offset,
            window: Window {
                from: Timestamp::from_seconds(self.from),
                until: Timestamp::from_seconds(self.until),
            },
            reversal_window_s: self.reversal_window,
            minimum_spend: self.minimum_spend,
            paused: false,
            extensions: Vec::new(),
            widen_scope: 0,
            revoked: Revoked::default(),
            location_hint: self.location_hint,
            offline: None,
        }
    }
}

/// Never one that was used: coupons of that campaign may be out, and would be good in this one.
fn choose_number(asked: Option<u32>, known: &BTreeSet<CampaignId>) -> anyhow::Result<u32> {
    let number_of = |id: &CampaignId| id.get() & CampaignId::MAX_NUMBER;
    let used: BTreeSet<u32> = known.iter().map(number_of).collect();
    match asked {
        Some(number) if used.contains(&number) => {
            bail!("number {number} is or was a campaign's: choose another --number")
        }
        Some(number) => Ok(number),
        None => {
            let next = used.last().map_or(1, |last| last + 1);
            let free = (1..=next.min(CampaignId::MAX_NUMBER)).rev().find(|n| !used.contains(n));
            free.context("no number is free")
        }
    }
}

fn currency(code: &str) -> Result<(Currency, u8), String> {
    let currency: Currency = code.parse().map_err(str::to_owned)?;
    let known = iso_currency::Currency::from_code(code).ok_or("ISO 4217 has no such currency")?;
    let digits = known.exponent().and_then(|digits| u8::try_from(digits).ok());
    Ok((currency, digits.ok_or("it has no minor units: coupons cannot be in it")?))
}

fn shards_log2(text: &str) -> Result<u32, String> {
    match text.parse::<u32>() {
        Ok(shards) if shards.is_power_of_two() && shards <= 1 << CampaignId::MAX_SHARDS_LOG2 => {
            Ok(shards.ilog2())
        }
        _ => Err("shards are a power of two, at most 65536. A shard takes some hundreds of \
                  redemptions a second: 20,000/s wants at least 64"
            .to_owned()),
    }
}

fn amount(text: &str) -> Result<Amount, String> {
    let units = text.parse::<u64>().map_err(|error| error.to_string())?;
    Amount::try_from(units).map_err(str::to_owned)
}

fn utc_offset(text: &str) -> Result<UtcOffset, String> {
    let minutes = text.parse::<i16>().map_err(|error| error.to_string())?;
    UtcOffset::try_from(minutes).map_err(str::to_owned)
}

fn location_hint(text: &str) -> Result<LocationHint, String> {
    serde_json::from_value(Value::from(text)).map_err(|error| error.to_string())
}

fn token_version(text: &str) -> Result<Version, String> {
    let number = text.parse::<u8>().map_err(|error| error.to_string())?;
    Version::try_from(number).map_err(str::to_owned)
}
