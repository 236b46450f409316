//! What verifying takes in Wasm: `bench/verify.mjs` runs this under Node, `./scripts/bench` shows it.
//!
//! A library with three functions, which do so many times what a redemption has to do once. Under
//! another target they are compiled too, so that lints see them, and called by nobody.
//!
//! In scope: a coupon's token of either version and a till's signature, all right. That wrong ones take no longer is
//! `timing.rs`'s; what surrounds them in a redemption is the benchmark's.
#![allow(clippy::unwrap_used, reason = "a measurement")]

use std::hint::black_box;
use std::sync::LazyLock;

use coupon_edge::campaign::{CampaignId, Serial};
use coupon_edge::secret::Root;
use coupon_edge::signature::{
    Component, SignatureHeaders, SignedRequest, Verifier, content_digest, sign,
};
use coupon_edge::till::{KeyVersion, PosRoots, Till, TillKey};
use coupon_edge::time::Timestamp;
use coupon_edge::token::{Coupon, CouponFields, KeyId, Keyring, UnverifiedToken, Version};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::wasm_bindgen;

/// Coupons in turn, so that no tag is foreseen.
const COUPONS: u8 = 100;
const AUTHORITY: &str = "coupons.example";
const NOW: u32 = 1_770_350_400;

static COUPON: LazyLock<(Keyring, Vec<String>)> = LazyLock::new(|| coupons(Version::One));
static SIGNED_COUPON: LazyLock<(Keyring, Vec<String>)> = LazyLock::new(|| coupons(Version::Two));

fn coupons(version: Version) -> (Keyring, Vec<String>) {
    let campaign = CampaignId::new(4, 1).unwrap();
    let key = version.key(&Root::from_bytes([1; 32]), KeyId { campaign, kid: 1 });
    let token = |n| {
        let fields = CouponFields {
            campaign,
            serial: Serial::from_bytes([n; 12]),
            value: 2500,
            not_before: 0,
            not_after: NOW,
            scope: 0,
            flags: 0,
        };
        Coupon::new(fields).unwrap().mint(&key).unwrap()
    };
    let tokens = (0..COUPONS).map(token).collect();
    ([key].into_iter().collect(), tokens)
}

/// The edge's verifier, a redemption's body, and the headers that its till sends along.
static REQUEST: LazyLock<(Verifier, String, String, SignatureHeaders)> = LazyLock::new(|| {
    let (_, tokens) = &*COUPON;
    let token = tokens.first().unwrap();
    let body = format!("{{\"token\":\"{token}\",\"order_amount\":3000,\"currency\":\"CNY\"}}");
    let digest = content_digest(body.as_bytes());
    let key_version = KeyVersion::new(0, 1).unwrap();
    let till = Till { shop: 7, till: 1, chain: 0, groups: 1, key_version, not_after: NOW + 86_400 };
    let root = || Root::from_bytes([2; 32]);
    let key = TillKey::derive(&root(), &till);
    let headers = sign(&request(&body, &digest), required(), &till, &key, NOW.into());
    let mut roots = PosRoots::default();
    roots.insert(0, root()).unwrap();
    let authorities = [AUTHORITY.to_owned()].into_iter().collect();
    (Verifier::new(roots, authorities), body, digest, headers)
});

fn required() -> &'static [Component] {
    Component::required(true, true)
}

fn request<'a>(body: &'a str, digest: &'a str) -> SignedRequest<'a> {
    SignedRequest {
        method: "POST",
        authority: AUTHORITY,
        path: "/v1/redemptions",
        query: "?",
        content_digest: Some(digest),
        idempotency_key: Some("bill-4711"),
        body: body.as_bytes(),
    }
}

/// Reads and verifies so many tokens of version 1, and says how many were right.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
pub fn token(times: u32) -> u32 {
    verified(times, &COUPON)
}

/// The same of version 2.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
pub fn signed(times: u32) -> u32 {
    verified(times, &SIGNED_COUPON)
}

fn verified(times: u32, (keyring, tokens): &(Keyring, Vec<String>)) -> u32 {
    let mut right = 0;
    for text in tokens.iter().cycle().take(times as usize) {
        let coupon = UnverifiedToken::parse(black_box(text)).map(|token| token.verify(keyring));
        right += u32::from(black_box(coupon).is_ok_and(|coupon| coupon.is_ok()));
    }
    right
}

/// Verifies the signature of a redemption so many times, its body's digest with it, and says how
/// often it was right.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
pub fn signature(times: u32) -> u32 {
    let (verifier, body, digest, headers) = &*REQUEST;
    let given = (Some(headers.signature_input.as_str()), Some(headers.signature.as_str()));
    let now = Timestamp::from_seconds(NOW);
    let mut right = 0;
    for _ in 0..times {
        let request = request(black_box(body), black_box(digest));
        right += u32::from(black_box(verifier.verify(&request, given, required(), now)).is_ok());
    }
    right
}
