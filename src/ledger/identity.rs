//! When two requests are the same request.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::RedemptionId;
use super::database::Value;
use crate::base64url::bytes_type;
use crate::object::objects;
use crate::order::Order;
use crate::till::Till;
use crate::time::Timestamp;
use crate::token::Coupon;

/// The client's name for one request: 1 to 255 visible ASCII characters without comma or space,
/// taken byte for byte.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a key; `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=255).contains(&text.len());
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
        (fits && visible).then(|| Self(text.to_owned()))
    }

    /// The key's hash, which is what the ledger stores.
    pub fn hash(&self) -> KeyHash {
        KeyHash(digest(&[self.0.as_bytes()]))
    }
}

bytes_type! {
    /// First 16 bytes of the SHA-256 of an idempotency key.
    KeyHash, 16
}

bytes_type! {
    /// First 16 bytes of the SHA-256 of what a request asked for: of the parsed fields, so that
    /// white space in the body or another token of the same coupon make no difference.
    Fingerprint, 16
}

/// Who sent a request, and under which key. Two tills of a shop may use the same key for two
/// requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Identity {
    /// The shop.
    pub shop: u32,
    /// The till.
    pub till: u16,
    /// The key.
    pub key: KeyHash,
}

objects!(Identity);

impl Identity {
    /// A till's request under this key.
    pub fn new(till: &Till, key: &IdempotencyKey) -> Self {
        Self { shop: till.shop, till: till.till, key: key.hash() }
    }

    /// As a statement takes it: shop, till, key.
    pub(super) fn values(&self) -> [Value<'_>; 3] {
        let (shop, till) = (self.shop.into(), self.till.into());
        [Value::Integer(shop), Value::Integer(till), Value::Blob(self.key.as_bytes())]
    }
}

impl Fingerprint {
    /// Of redeeming this coupon on this order. That a till without a network has done so at a time is
    /// another request: it cannot take the answer of a call that was made for another sale.
    pub fn of_redemption(coupon: &Coupon, order: &Order, offline_at: Option<Timestamp>) -> Self {
        let time = offline_at.map(|at| at.millis().to_be_bytes());
        let (label, time): (&[u8], &[u8]) = match &time {
            None => (b"redemption/1", &[]),
            Some(time) => (b"offline/1", time),
        };
        Self(digest(&[
            label,
            time,
            &coupon.campaign().get().to_be_bytes(),
            coupon.serial().as_bytes(),
            &order.amount().minor_units().to_be_bytes(),
            order.currency().code().as_bytes(),
            order.reference().map_or("", |reference| reference.as_str()).as_bytes(),
        ]))
    }

    /// Of reversing this redemption.
    pub fn of_reversal(id: &RedemptionId) -> Self {
        Self(digest(&[b"reversal/1", id.to_string().as_bytes()]))
    }

    /// Of cancelling whatever a key did to this coupon.
    pub fn of_cancel(coupon: &Coupon) -> Self {
        let campaign = coupon.campaign().get().to_be_bytes();
        Self(digest(&[b"cancel/1", &campaign, coupon.serial().as_bytes()]))
    }
}

/// All parts but the last have a fixed length, so that no two lists of parts run together.
fn digest(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let mut first = [0; 16];
    for (to, from) in first.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_a_length_and_an_alphabet() {
        for good in ["a", "~!\"#;=", &"k".repeat(255)] {
            assert!(IdempotencyKey::parse(good).is_some(), "{good}");
        }
        for bad in ["", "a b", "a,b", "a\0", "é", "a\t", &"k".repeat(256)] {
            assert!(IdempotencyKey::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn the_hash_of_a_key_is_pinned() {
        // The first 16 bytes of SHA-256("abc"), FIPS 180-2 appendix B.1.
        let hash = IdempotencyKey::parse("abc").unwrap().hash();
        assert_eq!(hash.as_bytes()[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_eq!(hash.to_string(), "ungWv48Bz-pBQUDeXa4iIw");
    }
}
