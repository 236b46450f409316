//! `coupon inspect`.

use std::io::{BufRead, Read};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::args::group_list;
use super::issuer::Issuer;
use super::outcome::{Failure, table};
use super::{Context, Outcome};
use crate::campaign::CampaignId;
use crate::till::Till;
use crate::token::{KeyId, Keyring, TokenRefusal, UnverifiedToken, VerifiedCoupon};

/// Show what a coupon or a till's key id says.
///
/// A coupon is verified with this issuer's keys. Where that cannot be done only its campaign and
/// key id are shown, because nothing vouches for the rest. Whether it has been used, only the edge
/// knows.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon inspect C1.AAEgAAAB...
  head -n 1 coupons.txt | coupon inspect -
  coupon inspect S1.AQIDBAUGBwgJCgsMEAINDg8Q")]
pub(crate) struct Inspect {
    /// A coupon (C1...) or a till's key id (S1...); `-` reads a line from stdin.
    text: String,
}

impl Inspect {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let line;
        let text = match self.text.as_str() {
            "-" => {
                line = first_line().context("cannot read a line from stdin")?;
                line.trim()
            }
            text => text,
        };
        match text.starts_with("S1.") {
            true => inspect_till(text),
            false => inspect_coupon(text, Issuer::find(&context.dir)?.as_ref()),
        }
    }
}

fn first_line() -> std::io::Result<String> {
    let mut line = String::new();
    // Neither a coupon nor a key id is longer: a stream without lines is not read to its end.
    std::io::stdin().lock().take(1024).read_line(&mut line)?;
    Ok(line)
}

fn inspect_coupon(text: &str, issuer: Option<&Issuer>) -> anyhow::Result<Outcome> {
    let token = UnverifiedToken::parse(text)
        .map_err(|malformed| refused("token-malformed", malformed.detail()))?;
    let (campaign, kid) = token.claimed_key();
    let Some(issuer) = issuer else {
        return Ok(unverified(campaign, kid, "not checked: no issuer here, say --dir"));
    };
    let Ok(id) = CampaignId::try_from(campaign) else {
        return Ok(unverified(campaign, kid, "unknown key: no campaign can have this id"));
    };
    let keyring: Keyring = [issuer.coupon_key(KeyId { campaign: id, kid })].into_iter().collect();
    match token.verify(&keyring) {
        Ok(verified) => Ok(authentic(&verified)),
        Err(TokenRefusal::Malformed(malformed)) => {
            Err(refused("token-malformed", malformed.detail()).into())
        }
        // A key can be derived for every pair. Only for one that is this issuer's does a wrong
        // tag mean a forgery; else it may be another issuer's coupon.
        Err(TokenRefusal::Forged | TokenRefusal::UnknownKey) => {
            if issuer.find_campaign(id)?.is_some_and(|file| file.kids.contains(&kid)) {
                Err(refused("token-forged", "this issuer did not sign it").into())
            } else {
                Ok(unverified(campaign, kid, "unknown key: not one of this issuer's"))
            }
        }
    }
}

fn refused(code: &'static str, detail: &str) -> Failure {
    Failure::Refused { code, detail: detail.to_owned() }
}

fn unverified(campaign: u32, kid: u16, why: &str) -> Outcome {
    let text = table(&[
        ("campaign", campaign.to_string()),
        ("kid", kid.to_string()),
        ("authentic", why.to_owned()),
        ("the rest", "not shown, because it is not verified".to_owned()),
    ]);
    let json = json!({ "campaign": campaign, "kid": kid, "authentic": null, "why": why });
    Outcome { text, json }
}

fn authentic(verified: &VerifiedCoupon) -> Outcome {
    let (coupon, key) = (verified.coupon(), verified.key());
    let shard = coupon.shard();
    let groups = group_list(coupon.scope());
    let text = table(&[
        ("campaign", key.campaign.to_string()),
        ("shards", key.campaign.shards().to_string()),
        ("shard", shard.index().to_string()),
        ("object", shard.object_name()),
        ("kid", key.kid.to_string()),
        ("serial", coupon.serial().to_string()),
        ("value", format!("{} minor units", coupon.value().minor_units())),
        ("valid from", coupon.not_before().rfc3339()),
        ("valid until", format!("{} (exclusive)", coupon.not_after().rfc3339())),
        ("scope", scope_words(&groups)),
        ("authentic", "yes".to_owned()),
    ]);
    let json = json!({
        "campaign": key.campaign,
        "shards": key.campaign.shards(),
        "shard": shard.index(),
        "object": shard.object_name(),
        "kid": key.kid,
        "serial": coupon.serial(),
        "value": coupon.value(),
        "not_before": coupon.not_before().rfc3339(),
        "not_after": coupon.not_after().rfc3339(),
        "scope": coupon.scope(),
        "groups": groups,
        "authentic": true,
    });
    Outcome { text, json }
}

fn scope_words(groups: &[u32]) -> String {
    match groups {
        [] => "every group".to_owned(),
        groups => format!("groups {}", join(groups)),
    }
}

fn join(groups: &[u32]) -> String {
    groups.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

fn inspect_till(text: &str) -> anyhow::Result<Outcome> {
    let till = Till::parse(text).ok_or_else(|| {
        refused("signature-invalid", "a key id is S1. and 24 characters of base64url")
    })?;
    let groups = group_list(till.groups);
    let text = table(&[
        ("shop", till.shop.to_string()),
        ("till", till.till.to_string()),
        ("chain", till.chain.to_string()),
        ("groups", join(&groups)),
        ("root", till.key_version.root().to_string()),
        ("issue", till.key_version.issue().to_string()),
        ("expires", till.expires().rfc3339()),
        ("authentic", "only a signature by its secret can tell".to_owned()),
    ]);
    let json = json!({
        "shop": till.shop,
        "till": till.till,
        "chain": till.chain,
        "groups": groups,
        "root": till.key_version.root(),
        "issue": till.key_version.issue(),
        "expires": till.expires().rfc3339(),
    });
    Ok(Outcome { text, json })
}
