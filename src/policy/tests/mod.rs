//! The policies' rules, one test for each promise.

mod documents;
mod judgement;
mod offline;
mod reading;

use super::*;
use crate::calendar::TimeZone;
use crate::campaign::{CampaignId, Serial};
use crate::money::{Amount, Price};
use crate::order::Order;
use crate::secret::Root;
use crate::signature::{Component, SignedRequest, Verifier, content_digest, sign as sign_request};
use crate::till::{KeyVersion, PosRoots, Till, TillKey};
use crate::time::{Timestamp, UtcOffset};
use crate::token::{
    Coupon, CouponFields, CouponKey, KeyId, Keyring, UnverifiedToken, VerifiedCoupon,
};

const NOW: u32 = 1_770_350_400;
const DAY: u32 = 86_400;

fn at(seconds: u32) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn campaign() -> CampaignId {
    CampaignId::new(4, 1).unwrap()
}

pub(crate) fn document() -> CampaignDocument {
    CampaignDocument {
        campaign: campaign(),
        epoch: 3,
        valid_until: at(NOW + DAY),
        name: "tea".to_owned(),
        currency: "CNY".parse().unwrap(),
        currency_digits: 2,
        utc_offset_minutes: UtcOffset::CHINA,
        window: Window { from: at(NOW - 10 * DAY), until: at(NOW + 10 * DAY) },
        reversal_window_s: 3600,
        minimum_spend: Amount::ZERO,
        paused: false,
        extensions: Vec::new(),
        widen_scope: 0,
        revoked: Revoked::default(),
        location_hint: None,
        offline: None,
    }
}

fn policy_of(edit: impl FnOnce(&mut CampaignDocument)) -> Result<CampaignPolicy, Rejected> {
    let mut document = document();
    edit(&mut document);
    document.try_into()
}

fn policy(edit: impl FnOnce(&mut CampaignDocument)) -> CampaignPolicy {
    policy_of(edit).unwrap()
}

fn shops() -> ShopsDocument {
    serde_json::from_str(r#"{"epoch":5,"valid_until":"2030-01-01T00:00:00Z"}"#).unwrap()
}

fn coupon(edit: impl FnOnce(&mut CouponFields)) -> VerifiedCoupon {
    let mut fields = CouponFields {
        campaign: campaign(),
        serial: Serial::from_bytes([5; 12]),
        value: 2500,
        not_before: NOW - DAY,
        not_after: NOW + DAY,
        scope: 0,
        flags: 0,
    };
    edit(&mut fields);
    let key = CouponKey::derive(&Root::from_bytes([1; 32]), KeyId { campaign: campaign(), kid: 2 });
    let token = Coupon::new(fields).unwrap().mint(&key).unwrap();
    let keyring: Keyring = [key].into_iter().collect();
    UnverifiedToken::parse(&token).unwrap().verify(&keyring).unwrap()
}

/// A till that really signed something: there is no other way to be one.
fn authenticated(edit: impl FnOnce(&mut Till)) -> crate::signature::AuthenticatedTill {
    let key_version = KeyVersion::new(0, 4).unwrap();
    let mut till =
        Till { shop: 7, till: 1, chain: 0, groups: 0b10, key_version, not_after: NOW + DAY };
    edit(&mut till);
    let mut roots = PosRoots::default();
    roots.insert(till.key_version.root(), Root::from_bytes([2; 32])).unwrap();
    let digest = content_digest(b"");
    let request = SignedRequest {
        method: "GET",
        authority: "a.example",
        path: "/",
        query: "?",
        content_digest: Some(&digest),
        idempotency_key: None,
        body: b"",
    };
    let required = Component::required(false, false);
    let key = TillKey::derive(&Root::from_bytes([2; 32]), &till);
    let headers = sign_request(&request, required, &till, &key, NOW.into());
    let headers = (Some(headers.signature_input.as_str()), Some(headers.signature.as_str()));
    let verifier = Verifier::new(roots, vec!["a.example".to_owned()]);
    verifier.verify(&request, headers, required, at(NOW)).unwrap()
}

/// A till of shop 7 that is let in.
pub(crate) fn till() -> AdmittedTill {
    ShopsPolicy::try_from(shops()).unwrap().admit(&authenticated(|_| {})).unwrap()
}

/// What is to be read of this shop by one of its tills, or by the chain's own system.
pub(crate) fn scope(shop: u32, chain: Option<u16>) -> Scope {
    let reader = authenticated(|till| match chain {
        Some(chain) => (till.shop, till.till, till.chain) = (0, chain, chain),
        None => till.shop = shop,
    });
    let policy = ShopsPolicy::try_from(shops()).unwrap();
    policy.admit_reader(&reader).unwrap().scope(Some(shop)).unwrap()
}
