//! An issuer in memory.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use coupon_edge::campaign::{CampaignId, Serial};
use coupon_edge::jws::{PublicKeys, SigningKeys};
use coupon_edge::money::{Amount, Currency};
use coupon_edge::operator::{TokenHash, token};
use coupon_edge::policy::{CampaignDocument, Offline, Revoked, ShopsDocument, Window, sign};
use coupon_edge::secret::Root;
use coupon_edge::till::{KeyVersion, Till as TillAttributes, TillKey};
use coupon_edge::time::{Timestamp, UtcOffset};
use coupon_edge::token::{Coupon, CouponFields, CouponKey, KeyId, Version};
use ed25519_dalek::SigningKey;
use hmac::Mac;

/// Keys, a campaign and its policy. The campaign is open now, its coupons are worth CNY 25.00.
pub struct Issuer {
    pub campaign: CampaignDocument,
    /// Another campaign, of two shards too, with its own coupons.
    pub other: CampaignDocument,
    /// A third one, whose tokens are of version 2.
    pub offline: CampaignDocument,
    pub shops: ShopsDocument,
    issued: AtomicU32,
}

pub fn now_s() -> u32 {
    u32::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

pub fn issuer_root() -> Root {
    Root::from_bytes([1; 32])
}

pub fn pos_root(number: u8) -> Root {
    Root::from_bytes([100 + number; 32])
}

fn policy_key() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

/// Of the key that signs receipts.
pub const RECEIPT_SEED: [u8; 32] = [4; 32];

/// Of an operator.
pub fn operator_token() -> String {
    token(&[6; 32])
}

/// What the archive's heads are verified with.
pub fn archive_public_keys() -> PublicKeys {
    SigningKeys::parse(&coupon_edge::base64url::encode(&ARCHIVE_SEED)).unwrap().public().clone()
}

/// Of the key that signs the archive's head.
pub const ARCHIVE_SEED: [u8; 32] = [5; 32];

/// A day, in seconds.
const DAY: u32 = 86_400;

impl Issuer {
    pub fn new() -> Self {
        let currency: Currency = "CNY".parse().unwrap();
        let window = Window {
            from: Timestamp::from_seconds(now_s() - 10 * DAY),
            until: Timestamp::from_seconds(now_s() + 30 * DAY),
        };
        let valid_until = Timestamp::from_seconds(now_s() + DAY);
        let campaign = CampaignDocument {
            campaign: CampaignId::new(2, 1).unwrap(),
            epoch: 1,
            valid_until,
            name: "奶茶 25".to_owned(),
            currency,
            currency_digits: 2,
            utc_offset_minutes: UtcOffset::CHINA,
            window,
            reversal_window_s: 3600,
            minimum_spend: Amount::ZERO,
            paused: false,
            extensions: Vec::new(),
            widen_scope: 0,
            revoked: Revoked::default(),
            location_hint: None,
            offline: None,
        };
        let shops = ShopsDocument {
            epoch: 1,
            valid_until,
            suspended_shops: Vec::new(),
            suspended_tills: Vec::new(),
            minimum_key_issues: Vec::new(),
            retired_pos_roots: Vec::new(),
            time_zone: None,
            group_time_zones: Vec::new(),
        };
        let name = "另一个活动".to_owned();
        let id = CampaignId::new(1, 2).unwrap();
        let other = CampaignDocument { campaign: id, name, ..campaign.clone() };
        let name = "离线".to_owned();
        let id = CampaignId::new(1, 3).unwrap();
        let allowance = Offline { count: 20, value: Amount::from(50_000), max_age_s: DAY };
        let offline = Some(allowance);
        let offline = CampaignDocument { campaign: id, name, offline, ..campaign.clone() };
        Self { campaign, other, offline, shops, issued: AtomicU32::new(0) }
    }

    /// What the campaign's policy is published as.
    pub fn signed_campaign(&self) -> (String, String) {
        signed(&self.campaign)
    }

    /// What the policies of all campaigns are published as.
    pub fn signed_campaigns(&self) -> [(String, String); 3] {
        [&self.campaign, &self.other, &self.offline].map(signed)
    }

    /// What the shops' policy is published as.
    pub fn signed_shops(&self) -> (String, String) {
        let document = serde_json::to_string(&self.shops).unwrap();
        ("policy/shops".to_owned(), sign("policy/shops", &document, &policy_key()))
    }

    /// The bindings of an edge that serves this issuer: kids 1 and 2 of the campaign, kid 1 of the
    /// others, POS roots 0 and 1.
    pub fn bindings(&self, port: u16) -> Vec<(String, String)> {
        let keys = [
            (Version::One, &self.campaign, 1),
            (Version::One, &self.campaign, 2),
            (Version::One, &self.other, 1),
            (Version::Two, &self.offline, 1),
        ];
        let keys = keys.map(|(version, document, kid)| {
            let id = KeyId { campaign: document.campaign, kid };
            format!("\"{id}\":\"{}\"", version.edge_key(&issuer_root(), id))
        });
        let roots =
            format!("{{\"0\":\"{}\",\"1\":\"{}\"}}", pos_root(0).reveal(), pos_root(1).reveal());
        let public = policy_key().verifying_key().to_bytes();
        [
            ("COUPON_KEYS", format!("{{{}}}", keys.join(","))),
            ("POS_ROOTS", roots),
            ("RECEIPT_KEYS", coupon_edge::base64url::encode(&RECEIPT_SEED)),
            ("ARCHIVE_KEYS", coupon_edge::base64url::encode(&ARCHIVE_SEED)),
            ("OPS_KEYS", TokenHash::of(&operator_token()).to_string()),
            ("POLICY_KEYS", coupon_edge::base64url::encode(&public)),
            ("AUTHORITIES", format!("127.0.0.1:{port}")),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// A coupon that nobody has, valid from yesterday until tomorrow.
    pub fn fields(&self) -> CouponFields {
        let mut serial = [0; 12];
        serial[..4].copy_from_slice(&self.issued.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        CouponFields {
            campaign: self.campaign.campaign,
            serial: Serial::from_bytes(serial),
            value: 2500,
            not_before: now_s() - DAY,
            not_after: now_s() + DAY,
            scope: 0,
            flags: 0,
        }
    }

    /// Signs a coupon under a kid of the campaign.
    pub fn mint(&self, fields: CouponFields, kid: u16) -> String {
        let key = CouponKey::derive(&issuer_root(), KeyId { campaign: fields.campaign, kid });
        Coupon::new(fields).unwrap().mint(&key).unwrap()
    }

    /// Signs whatever the fields say, also what [`Coupon::new`] refuses: the 51 bytes by hand.
    pub fn mint_anything(&self, fields: CouponFields, kid: u16) -> String {
        let CouponFields { campaign, serial, value, not_before, not_after, scope, flags } = fields;
        let mut bytes = kid.to_be_bytes().to_vec();
        bytes.extend(campaign.get().to_be_bytes());
        bytes.extend(serial.as_bytes());
        for number in [value, not_before, not_after, scope] {
            bytes.extend(number.to_be_bytes());
        }
        bytes.push(flags);
        let key = CouponKey::secret(&issuer_root(), KeyId { campaign, kid });
        let tag = key.hmac().chain_update(b"C1.").chain_update(&bytes).finalize().into_bytes();
        bytes.extend(&tag[..16]);
        format!("C1.{}", coupon_edge::base64url::encode(&bytes))
    }

    /// The token of a fresh coupon.
    pub fn coupon(&self) -> String {
        self.mint(self.fields(), 1)
    }

    /// The token of a fresh coupon of the other campaign.
    pub fn coupon_of_the_other(&self) -> String {
        self.mint(CouponFields { campaign: self.other.campaign, ..self.fields() }, 1)
    }

    /// The token of a fresh coupon of the campaign of version 2.
    pub fn offline_coupon(&self) -> String {
        self.mint_offline(self.fields())
    }

    /// The same, with these fields but its own campaign.
    pub fn mint_offline(&self, fields: CouponFields) -> String {
        let fields = CouponFields { campaign: self.offline.campaign, ..fields };
        Coupon::new(fields).unwrap().mint(&self.offline_key(1)).unwrap()
    }

    /// What signs the coupons of the campaign of version 2.
    pub fn offline_key(&self, kid: u16) -> CouponKey {
        let campaign = self.offline.campaign;
        CouponKey::derive_signing(&issuer_root(), KeyId { campaign, kid })
    }

    /// Enrols a till: group bit 0, issue 5 under root 0, good for a day.
    pub fn credential(&self, shop: u32, till: u16) -> TillAttributes {
        TillAttributes {
            shop,
            till,
            chain: 0,
            groups: 1,
            key_version: KeyVersion::new(0, 5).unwrap(),
            not_after: now_s() + DAY,
        }
    }
}

fn signed(campaign: &CampaignDocument) -> (String, String) {
    let key = format!("policy/{}", campaign.campaign);
    let document = serde_json::to_string(campaign).unwrap();
    let signed = sign(&key, &document, &policy_key());
    (key, signed)
}

pub fn till_key(till: &TillAttributes) -> TillKey {
    TillKey::derive(&pos_root(till.key_version.root()), till)
}
