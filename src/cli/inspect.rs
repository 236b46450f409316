//! `coupon inspect`.

use std::io::{BufRead, Read};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::args::{group_list, public_key};
use super::issuer::Issuer;
use super::outcome::{Failure, table};
use super::{Context, Outcome};
use crate::campaign::CampaignId;
use crate::till::Till;
use crate::token::{
    KeyId, Keyring, Malformed, PublicKey, TokenRefusal, UnverifiedToken, VerifiedCoupon,
};

/// Show what a coupon or a till's key id says.
///
/// A coupon is verified with this issuer's keys, or with public keys alone. Where that cannot be
/// done only its campaign and key id are shown, because nothing vouches for the rest. Whether it
/// has been used, only the edge knows.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon inspect C1.AAEgAAAB...
  head -n 1 coupons.txt | coupon inspect -
  coupon inspect S1.AQIDBAUGBwgJCgsMEAINDg8Q
  coupon inspect C2.AAEgAAAB... --public-key 536870913/1=ed25519:A6EH...")]
pub(crate) struct Inspect {
    /// A coupon (C1... or C2...) or a till's key id (S1...); `-` reads a line from stdin.
    text: String,

    /// Verify with this public key instead, from `coupon campaign public-key`: without an issuer.
    /// May be repeated.
    #[arg(long, value_name = "CAMPAIGN/KID=KEY", value_parser = public_key)]
    public_key: Vec<(KeyId, PublicKey)>,
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
        if text.starts_with("S1.") {
            return inspect_till(text);
        }
        match self.public_key.is_empty() {
            true => inspect_coupon(text, Issuer::find(&context.dir)?.as_ref()),
            false => inspect_offline(text, self.public_key.iter().copied().collect()),
        }
    }
}

fn first_line() -> std::io::Result<String> {
    let mut line = String::new();
    // Neither a coupon nor a key id is as long: a stream without lines is not read to its end.
    std::io::stdin().lock().take(1024).read_line(&mut line)?;
    Ok(line)
}

fn inspect_coupon(text: &str, issuer: Option<&Issuer>) -> anyhow::Result<Outcome> {
    let token = parse(text)?;
    let (campaign, kid) = token.claimed_key();
    let Some(issuer) = issuer else {
        return Ok(unverified(campaign, kid, "not checked: no issuer here, say --dir"));
    };
    let Ok(id) = CampaignId::try_from(campaign) else {
        return Ok(unverified(campaign, kid, "unknown key: no campaign can have this id"));
    };
    let known = issuer.find_campaign(id)?.filter(|file| file.kids.contains(&kid));
    // A key can be derived for every pair. Only for one that is this issuer's, and of this version,
    // does a wrong tag mean a forgery; else it may be another issuer's coupon.
    let version = known.as_ref().map_or(token.version(), |file| file.token_version);
    let key = issuer.coupon_key(version, KeyId { campaign: id, kid });
    match token.verify(&[key].into_iter().collect()) {
        Ok(verified) => Ok(authentic(&verified)),
        Err(TokenRefusal::Forged) if known.is_some() => {
            Err(refused("token-forged", "this issuer did not sign it").into())
        }
        Err(TokenRefusal::Forged) => {
            Ok(unverified(campaign, kid, "unknown key: not one of this issuer's"))
        }
        Err(TokenRefusal::UnknownKey) => {
            Ok(unverified(campaign, kid, "unknown key: its tokens are of another version"))
        }
        Err(TokenRefusal::Malformed(why)) => Err(malformed(why).into()),
    }
}

/// What a till without a network sees.
fn inspect_offline(text: &str, keyring: Keyring) -> anyhow::Result<Outcome> {
    let token = parse(text)?;
    let (campaign, kid) = token.claimed_key();
    match token.verify(&keyring) {
        Ok(verified) => Ok(authentic(&verified)),
        Err(TokenRefusal::Forged) => {
            Err(refused("token-forged", "the key's owner did not sign it").into())
        }
        Err(TokenRefusal::UnknownKey) => {
            Ok(unverified(campaign, kid, "unknown key: none of those that were given"))
        }
        Err(TokenRefusal::Malformed(why)) => Err(malformed(why).into()),
    }
}

fn parse(text: &str) -> Result<UnverifiedToken, Failure> {
    UnverifiedToken::parse(text).map_err(malformed)
}

fn malformed(why: Malformed) -> Failure {
    refused("token-malformed", why.detail())
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
