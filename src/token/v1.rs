//! Version 1: a tag, which only who holds the secret key can make or check.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::layout::{Fields, message};
use crate::secret::Key;

/// What a token begins with. It is part of what is proved, so that a tag of one version is none of
/// another.
pub(super) const PREFIX: [u8; 3] = *b"C1.";

/// Characters of a token, always; each is ASCII, so these are also its bytes.
pub(super) const CHARS: usize = 71;

/// Bytes of a tag.
pub(super) const TAG_BYTES: usize = 16;

/// The label that separates these keys from every other use of a root.
pub(super) const INFO: &[u8] = b"coupon-edge/token/v1";

/// The secret key of a kid.
#[derive(Clone)]
pub(super) struct MacKey {
    // Holds the two key blocks already hashed, so that a verification starts from a copy.
    keyed: Hmac<Sha256>,
}

impl MacKey {
    /// The key whose derived secret this is.
    pub(super) fn new(secret: &Key) -> Self {
        Self { keyed: secret.hmac() }
    }

    /// The tag of a coupon's fields.
    pub(super) fn tag(&self, fields: &Fields) -> [u8; TAG_BYTES] {
        self.tag_of(&message(PREFIX, fields))
    }

    /// Whether the tag is this key's over the fields.
    pub(super) fn proves(&self, fields: &Fields, tag: &[u8; TAG_BYTES]) -> bool {
        self.tagged(&message(PREFIX, fields), tag)
    }

    /// Takes as long whatever the tag. Both sides are 16 bytes by type: a comparison of a prefix
    /// cannot be asked for.
    fn tagged(&self, message: &[u8], tag: &[u8; TAG_BYTES]) -> bool {
        self.tag_of(message).ct_eq(tag).into()
    }

    /// The first 16 bytes of the message's HMAC-SHA-256.
    fn tag_of(&self, message: &[u8]) -> [u8; TAG_BYTES] {
        let mac: [u8; 32] = self.keyed.clone().chain_update(message).finalize().into_bytes().into();
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&mac[..TAG_BYTES]);
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::campaign::{CampaignId, Serial};
    use crate::token::{
        Coupon, CouponFields, CouponKey, KeyId, Keyring, Malformed, TokenRefusal, UnverifiedToken,
    };
    use crate::wycheproof::{bytes, groups};

    /// Tags of 16 bytes under keys of 32, the only ones there are here.
    #[test]
    fn takes_what_wycheproof_calls_valid_and_nothing_else() {
        let mut valid = 0;
        for group in groups("hmac_sha256") {
            for test in group["tests"].as_array().unwrap() {
                let secret = base64url::encode(&bytes(&test["key"]));
                let Some(secret) = Key::parse(&secret) else {
                    assert_ne!(group["keySize"], 256, "{test}");
                    continue;
                };
                let (message, tag) = (bytes(&test["msg"]), bytes(&test["tag"]));
                let Ok(tag) = <[u8; TAG_BYTES]>::try_from(&*tag) else {
                    assert_eq!(group["tagSize"], 256, "no way to ask: {test}");
                    continue;
                };
                let taken = MacKey::new(&secret).tagged(&message, &tag);
                assert_eq!(taken, test["result"] == "valid", "{test}");
                valid += usize::from(taken);
            }
        }
        assert_eq!(valid, 27);
    }

    /// As a token's text says it: the whole HMAC, a part of it, or the tag and more.
    #[test]
    fn a_tag_of_any_other_length_is_no_tag() {
        let secret = Key::parse(&"A".repeat(43)).unwrap();
        let id = KeyId { campaign: CampaignId::new(4, 1).unwrap(), kid: 1 };
        let key = CouponKey::new(id, &secret);
        let fields = CouponFields {
            campaign: id.campaign,
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
