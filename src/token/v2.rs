//! Version 2: an Ed25519 signature ([RFC 8032]), which only who holds the private key can make, and
//! who holds the public key can check.
//!
//! [RFC 8032]: https://www.rfc-editor.org/rfc/rfc8032

use std::fmt;

use ed25519_dalek::{Signature, Signer, VerifyingKey};

use super::layout::{Fields, message};
use crate::base64url;
use crate::secret::Key;

/// What a token begins with. It is part of what is signed, so that a signature by the same key for
/// another purpose is none of a coupon.
pub(super) const PREFIX: [u8; 3] = *b"C2.";

/// Characters of a token, always; each is ASCII, so these are also its bytes.
pub(super) const CHARS: usize = 135;

/// Bytes of a signature.
pub(super) const SIGNATURE_BYTES: usize = 64;

/// The label that separates these keys from every other use of a root.
pub(super) const INFO: &[u8] = b"coupon-edge/token/v2";

/// The private key of a kid. Cleared from memory on drop.
#[derive(Clone)]
pub(super) struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key whose derived seed this is.
    pub(super) fn new(seed: &Key) -> Self {
        Self(seed.ed25519())
    }

    /// The key that checks what this one signs.
    pub(super) fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The signature on a coupon's fields: the same each time.
    pub(super) fn sign(&self, fields: &Fields) -> [u8; SIGNATURE_BYTES] {
        self.0.sign(&message(PREFIX, fields)).to_bytes()
    }
}

/// The public key of a kid of version 2: no secret, for who verifies coupons.
///
/// Its text always says what it is. A bare 32 bytes could be taken for a secret of version 1, with
/// which everybody who knows the public key could then mint.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// What the text of a public key begins with.
const MARK: &str = "ed25519:";

impl PublicKey {
    /// Reads `ed25519:` and base64url of 32 bytes; `None` if it is anything else, or no point of the
    /// curve.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = base64url::decode(text.strip_prefix(MARK)?)?;
        VerifyingKey::from_bytes(&bytes).ok().map(Self)
    }

    /// Whether the signature is this key's on the fields.
    pub(super) fn proves(&self, fields: &Fields, signature: &[u8; SIGNATURE_BYTES]) -> bool {
        self.signed(&message(PREFIX, fields), signature)
    }

    /// Strictly: plain verification also takes keys and points of small order, with which one
    /// signature is good for many messages.
    fn signed(&self, message: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{}", base64url::encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wycheproof::{bytes, groups};

    fn public(bytes: &[u8]) -> Option<PublicKey> {
        PublicKey::parse(&format!("{MARK}{}", base64url::encode(bytes)))
    }

    /// Signatures of 64 bytes, the only ones there are here.
    #[test]
    fn takes_what_wycheproof_calls_valid_and_nothing_else() {
        let mut taken = 0;
        for group in groups("ed25519") {
            let key = public(&bytes(&group["publicKey"]["pk"])).unwrap();
            for test in group["tests"].as_array().unwrap() {
                let (message, signature) = (bytes(&test["msg"]), bytes(&test["sig"]));
                let is_valid = test["result"] == "valid";
                let Ok(signature) = signature.try_into() else {
                    assert!(!is_valid, "no way to ask: {test}");
                    continue;
                };
                assert_eq!(key.signed(&message, &signature), is_valid, "{test}");
                taken += usize::from(is_valid);
            }
        }
        assert_eq!(taken, 88);
    }

    /// The neutral element as a key: plain verification takes one signature on every coupon.
    #[test]
    fn a_key_of_small_order_signs_nothing() {
        let neutral = [&[1][..], &[0; 31]].concat();
        // R is the base point, and S = 1.
        let signature = [&[0x58][..], &[0x66; 31], &[1], &[0; 31]].concat().try_into().unwrap();
        let key = public(&neutral).unwrap();
        let plain = ed25519_dalek::Verifier::verify(
            &key.0,
            &message(PREFIX, &[7; 35]),
            &Signature::from_bytes(&signature),
        );
        assert!(plain.is_ok(), "no test of anything");
        assert!(!key.proves(&[7; 35], &signature));
    }

    /// S and S + L are the same to who does not look.
    #[test]
    fn a_signature_has_one_spelling() {
        const L: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
            0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let key = SigningKey::new(&Key::parse(&"A".repeat(43)).unwrap());
        let mut signature = key.sign(&[7; 35]);
        assert!(key.public().proves(&[7; 35], &signature));
        let mut carry = 0;
        for (byte, more) in signature[32..].iter_mut().zip(L) {
            let sum = u16::from(*byte) + u16::from(more) + carry;
            (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        assert!(!key.public().proves(&[7; 35], &signature));
    }

    #[test]
    fn a_public_key_says_what_it_is() {
        let key = SigningKey::new(&Key::parse(&"A".repeat(43)).unwrap()).public();
        let text = key.to_string();
        assert_eq!(PublicKey::parse(&text), Some(key));
        let bare = text.strip_prefix("ed25519:").unwrap();
        for wrong in [
            bare,
            "",
            "ed25519:",
            &format!("Ed25519:{bare}"),
            &format!("ed25519:{bare}A"),
            &format!("ed25519:{bare}="),
            &format!("ed25519: {bare}"),
            &format!("ed25519:{}", &bare[1..]),
        ] {
            assert_eq!(PublicKey::parse(wrong), None, "{wrong}");
        }
        // No point of the curve has y = 2.
        assert!(public(&[&[2][..], &[0; 31]].concat()).is_none());
    }
}
