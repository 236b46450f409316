//! Coupon keys: one per campaign and key id, derived from the issuer's root.

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::layout::TAG_BYTES;
use crate::campaign::CampaignId;
use crate::secret::{Key, Root};

/// Which key signed a token: keys are looked up by the pair, so that a kid of one campaign says
/// nothing about another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId {
    /// The campaign.
    pub campaign: CampaignId,
    /// The key's number within the campaign.
    pub kid: u16,
}

/// The key that signs and verifies one campaign's coupons under one kid.
///
/// Symmetric: whoever holds it can mint (see `docs/adr/0002-symmetric-token.md`).
#[derive(Clone)]
pub struct CouponKey {
    id: KeyId,
    // Holds the two key blocks already hashed, so that a verification starts from a copy.
    keyed: Hmac<Sha256>,
}

/// The label that separates these keys from every other use of a root.
const INFO: &[u8] = b"coupon-edge/token/v1";

impl CouponKey {
    /// Derives the key from the issuer's root: HKDF-SHA-256 with info
    /// `coupon-edge/token/v1` ‖ campaign u32 ‖ kid u16, 32 bytes.
    pub fn derive(root: &Root, id: KeyId) -> Self {
        Self::new(id, &Self::secret(root, id))
    }

    /// The derived secret, for the edge's secret store.
    pub fn secret(root: &Root, id: KeyId) -> Key {
        root.derive(&[INFO, &id.campaign.get().to_be_bytes(), &id.kid.to_be_bytes()])
    }

    /// The key whose derived secret this is.
    pub fn new(id: KeyId, secret: &Key) -> Self {
        Self { id, keyed: secret.hmac() }
    }

    /// Which key this is.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The tag of the signed part of a token: the first 16 bytes of its HMAC-SHA-256.
    pub(super) fn tag(&self, signed: &[u8]) -> [u8; TAG_BYTES] {
        let mac: [u8; 32] = self.keyed.clone().chain_update(signed).finalize().into_bytes().into();
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&mac[..TAG_BYTES]);
        tag
    }

    /// Whether `tag` is this key's over the signed part; takes as long whatever the tag. Both sides
    /// are 16 bytes by type: a comparison of a prefix cannot be asked for.
    pub(super) fn signed(&self, signed: &[u8], tag: &[u8; TAG_BYTES]) -> bool {
        self.tag(signed).ct_eq(tag).into()
    }
}

impl std::fmt::Debug for CouponKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CouponKey({}/{}, secret)", self.id.campaign, self.id.kid)
    }
}

/// The keys of the live campaigns; several kids of one campaign verify at the same time.
#[derive(Debug, Default)]
pub struct Keyring(BTreeMap<KeyId, CouponKey>);

impl Keyring {
    /// Reads the edge's secret: a JSON object from `<campaign>/<kid>` to the derived key; `None`
    /// when a part of it is something else.
    pub fn parse(json: &str) -> Option<Self> {
        let keys: BTreeMap<String, String> = serde_json::from_str(json).ok()?;
        keys.iter()
            .map(|(id, secret)| {
                let (campaign, kid) = id.split_once('/')?;
                let campaign = CampaignId::try_from(campaign.parse::<u32>().ok()?).ok()?;
                let id = KeyId { campaign, kid: kid.parse().ok()? };
                Some(CouponKey::new(id, &Key::parse(secret)?))
            })
            .collect()
    }

    /// The key of this id.
    pub fn find(&self, id: KeyId) -> Option<&CouponKey> {
        self.0.get(&id)
    }

    /// Whether any key of the campaign is here, that is, whether the campaign is live.
    pub fn knows(&self, campaign: CampaignId) -> bool {
        self.0.keys().any(|id| id.campaign == campaign)
    }
}

impl FromIterator<CouponKey> for Keyring {
    fn from_iter<I: IntoIterator<Item = CouponKey>>(keys: I) -> Self {
        Self(keys.into_iter().map(|key| (key.id, key)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::campaign::Serial;
    use crate::token::{Coupon, CouponFields, Malformed, TokenRefusal, UnverifiedToken};
    use crate::wycheproof::{bytes, groups};

    fn id() -> KeyId {
        KeyId { campaign: CampaignId::new(4, 1).unwrap(), kid: 1 }
    }

    /// Tags of 16 bytes under keys of 32, the only ones there are here.
    #[test]
    fn takes_what_wycheproof_calls_valid_and_nothing_else() {
        let mut taken = 0;
        for group in groups("hmac_sha256") {
            for test in group["tests"].as_array().unwrap() {
                let secret = base64url::encode(&bytes(&test["key"]));
                let Some(secret) = Key::parse(&secret) else {
                    assert_ne!(group["keySize"], 256, "{test}");
                    continue;
                };
                let key = CouponKey::new(id(), &secret);
                let (message, tag) = (bytes(&test["msg"]), bytes(&test["tag"]));
                let Ok(tag) = <[u8; TAG_BYTES]>::try_from(&*tag) else {
                    assert_eq!(group["tagSize"], 256, "no way to ask: {test}");
                    continue;
                };
                assert_eq!(key.signed(&message, &tag), test["result"] == "valid", "{test}");
                taken += usize::from(test["result"] == "valid");
            }
        }
        assert_eq!(taken, 27);
    }

    /// As a token's text says it: the whole HMAC, a part of it, or the tag and more.
    #[test]
    fn a_tag_of_any_other_length_is_no_tag() {
        let secret = Key::parse(&"A".repeat(43)).unwrap();
        let key = CouponKey::new(id(), &secret);
        let fields = CouponFields {
            campaign: id().campaign,
            serial: Serial::from_bytes([7; 12]),
            value: 1,
            not_before: 1,
            not_after: 2,
            scope: 0,
            flags: 0,
        };
        let token = Coupon::new(fields).unwrap().mint(&key).unwrap();
        let signed = &base64url::decode::<51>(token.strip_prefix("C1.").unwrap()).unwrap()[..35];
        let mac = secret.hmac().chain_update([b"C1.", signed].concat()).finalize().into_bytes();

        let keyring: Keyring = [key].into_iter().collect();
        let judge = |tag: &[u8]| {
            let text = format!("C1.{}", base64url::encode(&[signed, tag].concat()));
            UnverifiedToken::parse(&text).map_err(TokenRefusal::Malformed)?.verify(&keyring)
        };
        for length in 0..=mac.len() {
            match judge(&mac[..length]) {
                Ok(_) => assert_eq!(length, 16),
                Err(why) => assert_eq!(why, TokenRefusal::Malformed(Malformed::Length), "{length}"),
            }
        }
        assert!(judge(&mac[..16]).is_ok());
        let longer = judge(&[&mac[..16], &[0; 16]].concat());
        assert_eq!(longer, Err(TokenRefusal::Malformed(Malformed::Length)));
        for bit in 0..128 {
            let mut tag = mac[..16].to_vec();
            tag[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(judge(&tag), Err(TokenRefusal::Forged), "bit {bit}");
        }
    }
}
