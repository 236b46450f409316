//! An issuer for one run of a harness: its keys are made for it, live in memory and end with it.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use ed25519_dalek::SigningKey;

use super::kv::{KvAnswer, KvServer};
use crate::base64url;
use crate::campaign::{CampaignId, Serial, Shard};
use crate::jws::{PublicKeys, SigningKeys};
use crate::money::Amount;
use crate::policy::{
    CampaignDocument, CampaignPolicy, Offline, Revoked, ShopsDocument, Window, sign,
};
use crate::prove::model::Terms;
use crate::secret::Root;
use crate::till::{KeyVersion, Till, TillKey};
use crate::time::{Timestamp, UtcOffset};
use crate::token::{Coupon, CouponFields, CouponKey, KeyId, Version};

const DAY_S: u32 = 86_400;
const KID: u16 = 1;

/// Face value of each coupon, in minor units.
const VALUE: u32 = 2500;

/// Longer than any run: a reversal that comes too late is not what is looked for.
const REVERSAL_WINDOW_S: u32 = DAY_S;

/// 2⁶⁴ by the golden ratio. Odd, so no two numbers come to the same place.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Keys, one campaign, and its policies.
pub(crate) struct Issuer {
    campaign: CampaignDocument,
    shops: ShopsDocument,
    root: Root,
    pos_root: Root,
    policy_key: SigningKey,
    receipt_seed: [u8; 32],
    archive_seed: [u8; 32],
    coupon_key: CouponKey,
    now_s: u32,
}

/// A coupon that is out.
#[derive(Clone)]
pub(crate) struct Issued {
    pub(crate) token: String,
    pub(crate) shard: Shard,
}

/// A text and the place in KV that it belongs to.
pub(crate) type Published = (String, String);

impl Issuer {
    /// An issuer with a campaign of 2^`shards_log2` shards, open now, its tokens of version 1.
    pub(crate) fn generate(shards_log2: u32) -> Result<Self> {
        Self::generate_of(Version::One, shards_log2)
    }

    /// The same with tokens of either version. Of version 2, also sales at tills without a network
    /// are taken, for a day.
    pub(crate) fn generate_of(version: Version, shards_log2: u32) -> Result<Self> {
        let now_s = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let now_s = u32::try_from(now_s)?;
        let campaign = CampaignId::new(shards_log2, 1).context("too many shards")?;
        let root = Root::from_bytes(random()?);
        let coupon_key = version.key(&root, KeyId { campaign, kid: KID });
        let valid_until = Timestamp::from_seconds(now_s + 2 * DAY_S);
        let allowance = Offline { count: 100, value: Amount::from(250_000), max_age_s: DAY_S };
        let offline = (version == Version::Two).then_some(allowance);
        Ok(Self {
            campaign: CampaignDocument {
                campaign,
                epoch: 2,
                valid_until,
                name: "Under test".to_owned(),
                currency: "CNY".parse().map_err(anyhow::Error::msg)?,
                currency_digits: 2,
                utc_offset_minutes: UtcOffset::CHINA,
                window: Window {
                    from: Timestamp::from_seconds(now_s - DAY_S),
                    until: Timestamp::from_seconds(now_s + 2 * DAY_S),
                },
                reversal_window_s: REVERSAL_WINDOW_S,
                minimum_spend: Amount::ZERO,
                paused: false,
                extensions: Vec::new(),
                widen_scope: 0,
                revoked: Revoked::default(),
                location_hint: None,
                offline,
            },
            shops: ShopsDocument {
                epoch: 1,
                valid_until,
                suspended_shops: Vec::new(),
                suspended_tills: Vec::new(),
                minimum_key_issues: Vec::new(),
                retired_pos_roots: Vec::new(),
                time_zone: None,
                group_time_zones: Vec::new(),
            },
            root,
            pos_root: Root::from_bytes(random()?),
            policy_key: SigningKey::from_bytes(&random()?),
            receipt_seed: random()?,
            archive_seed: random()?,
            coupon_key,
            now_s,
        })
    }

    /// What the edge is told in secret and in public.
    pub(crate) fn bindings(&self, authorities: &str) -> Vec<(String, String)> {
        let id = self.coupon_key.id();
        let key = self.coupon_key.version().edge_key(&self.root, id);
        let public = self.policy_key.verifying_key().to_bytes();
        [
            ("COUPON_KEYS", format!("{{\"{id}\":\"{key}\"}}")),
            ("POS_ROOTS", format!("{{\"0\":\"{}\"}}", self.pos_root.reveal())),
            ("RECEIPT_KEYS", base64url::encode(&self.receipt_seed)),
            ("ARCHIVE_KEYS", base64url::encode(&self.archive_seed)),
            ("OPS_KEYS", "none".to_owned()),
            ("POLICY_KEYS", base64url::encode(&public)),
            ("AUTHORITIES", authorities.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// The derived key of the campaign's coupons when they are of version 1, base64url.
    pub(crate) fn derived_coupon_key(&self) -> String {
        CouponKey::secret(&self.root, self.coupon_key.id()).reveal()
    }

    /// What the archive's heads are verified with.
    pub(crate) fn archive_keys(&self) -> Result<PublicKeys> {
        let keys = SigningKeys::parse(&base64url::encode(&self.archive_seed));
        Ok(keys.context("a seed of 32 bytes is a key")?.public().clone())
    }

    /// Whether the campaign takes what tills without a network sold.
    pub(crate) fn takes_offline(&self) -> bool {
        self.campaign.offline.is_some()
    }

    /// The campaign's policy as it is now.
    pub(crate) fn campaign_policy(&self) -> Result<Published> {
        self.sign_campaign(&self.campaign)
    }

    /// A policy of the campaign that the issuer signed before this one, and that differs: its
    /// coupons were worth nothing below CNY 1,000.
    pub(crate) fn earlier_policy(&self) -> Result<Published> {
        let minimum_spend = Amount::from(100_000);
        let earlier = CampaignDocument {
            epoch: self.campaign.epoch - 1,
            minimum_spend,
            ..self.campaign.clone()
        };
        self.sign_campaign(&earlier)
    }

    fn sign_campaign(&self, document: &CampaignDocument) -> Result<Published> {
        let key = CampaignPolicy::kv_key_of(document.campaign);
        let text = sign(&key, &serde_json::to_string(document)?, &self.policy_key);
        Ok((key, text))
    }

    /// The shops' policy as it is now.
    pub(crate) fn shops_policy(&self) -> Result<Published> {
        let document = serde_json::to_string(&self.shops)?;
        Ok(("policy/shops".to_owned(), sign("policy/shops", &document, &self.policy_key)))
    }

    /// A KV in which both policies are published.
    pub(crate) fn publish(&self) -> Result<KvServer> {
        let published = [self.campaign_policy()?, self.shops_policy()?];
        KvServer::start(move |key| {
            let found = published.iter().find(|(name, _)| name == key);
            found.map_or(KvAnswer::Absent, |(_, value)| KvAnswer::Value(value.clone()))
        })
    }

    /// The campaign's `number`th coupon: the same each time it is asked for.
    pub(crate) fn coupon(&self, number: u64) -> Result<Issued> {
        let mut serial = [0; 12];
        // Each number somewhere else, as random serials are: those that count would all come to one
        // page of the ledger's index, and look cheaper than they are.
        let spread = number.wrapping_mul(SPREAD);
        for (to, from) in serial.iter_mut().zip(spread.to_be_bytes()) {
            *to = from;
        }
        let coupon = Coupon::new(CouponFields {
            campaign: self.campaign.campaign,
            serial: Serial::from_bytes(serial),
            value: VALUE,
            not_before: self.now_s - DAY_S,
            not_after: self.now_s + 2 * DAY_S,
            scope: 0,
            flags: 0,
        });
        let coupon = coupon.map_err(|why| anyhow::anyhow!("no coupon: {why:?}"))?;
        let token = coupon.mint(&self.coupon_key).context("the key is of another campaign")?;
        Ok(Issued { token, shard: coupon.shard() })
    }

    /// Enrols a till of a shop without a chain.
    pub(crate) fn enrol(&self, shop: u32, till: u16) -> Result<(Till, TillKey)> {
        self.enrol_of_chain(shop, till, 0)
    }

    /// Enrols a till.
    pub(crate) fn enrol_of_chain(
        &self,
        shop: u32,
        till: u16,
        chain: u16,
    ) -> Result<(Till, TillKey)> {
        let key_version = KeyVersion::new(0, 1).context("no such key version")?;
        let not_after = self.now_s + 2 * DAY_S;
        let till = Till { shop, till, chain, groups: 1, key_version, not_after };
        Ok((till, TillKey::derive(&self.pos_root, &till)))
    }

    /// What the coupons promise.
    pub(crate) fn terms() -> Terms {
        Terms { value: VALUE.into(), reversal_window_ms: u64::from(REVERSAL_WINDOW_S) * 1000 }
    }
}

fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coupons_that_follow_each_other_are_far_apart() {
        let issuer = Issuer::generate(0).unwrap();
        let serial = |number| {
            let issued = issuer.coupon(number).unwrap();
            base64url::decode::<51>(&issued.token[3..]).unwrap()[6]
        };
        let mut first: Vec<u8> = (0..256).map(serial).collect();
        first.sort_unstable();
        first.dedup();
        assert!(first.len() > 200, "{} of 256 first bytes", first.len());
    }
}
