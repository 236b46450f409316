//! Root secrets, and the keys that are derived from them.

use ed25519_dalek::SigningKey;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::base64url;

/// A 256-bit root secret, from which keys are derived by HKDF-SHA-256 ([RFC 5869]) with an empty
/// salt. Cleared from memory on drop; never printed.
///
/// [RFC 5869]: https://www.rfc-editor.org/rfc/rfc5869
pub struct Root {
    bytes: [u8; 32],
    // The extract step, done once: deriving a key is then one expand.
    extracted: Hkdf<Sha256>,
}

impl Root {
    /// A root from 32 bytes of good randomness.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self { bytes, extracted: Hkdf::new(None, &bytes) }
    }

    /// Reads base64url of 32 bytes; `None` if it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        base64url::decode(text).map(Self::from_bytes)
    }

    /// The secret's text form, for the file or the secret store that keeps it.
    pub fn reveal(&self) -> String {
        base64url::encode(&self.bytes)
    }

    /// The key for this `info` (its parts are put one after the other).
    pub fn derive(&self, info: &[&[u8]]) -> Key {
        let mut key = Key([0; 32]);
        // Cannot fail: 32 bytes is one block of SHA-256, and HKDF gives up to 255.
        let _ = self.extracted.expand_multi_info(info, &mut key.0);
        key
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Root(secret)")
    }
}

/// A 256-bit key derived from a root. Cleared from memory on drop; never printed.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

impl Key {
    /// Reads base64url of 32 bytes; `None` if it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        base64url::decode(text).map(Self)
    }

    /// The key's text form, for the file or the secret store that keeps it.
    pub fn reveal(&self) -> String {
        base64url::encode(&self.0)
    }

    /// HMAC-SHA-256 under this key, ready to take a message.
    pub fn hmac(&self) -> Hmac<Sha256> {
        // HMAC pads a key with zeros to its 64-byte block (RFC 2104). Given as the whole block, so
        // that there is no length to get wrong.
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(&self.0) {
            *to = *from;
        }
        let keyed = Hmac::new(&block.into());
        block.zeroize();
        keyed
    }

    /// The Ed25519 key whose seed this is.
    pub fn ed25519(&self) -> SigningKey {
        SigningKey::from_bytes(&self.0)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(secret)")
    }
}

#[cfg(test)]
mod tests {
    use hmac::Mac;

    use super::*;
    use crate::wycheproof::{bytes, groups};

    /// The first 32 bytes of what HKDF gives for this root: what [`Root::derive`] takes of it. The
    /// vectors that ask for more than HKDF can give ask for what nobody here can ask.
    #[test]
    fn derives_what_wycheproof_does() {
        let mut as_ours = 0;
        for group in groups("hkdf_sha256") {
            for test in group["tests"].as_array().unwrap() {
                let [input, salt, info, okm] =
                    ["ikm", "salt", "info", "okm"].map(|name| bytes(&test[name]));
                let root = match Root::parse(&base64url::encode(&input)) {
                    Some(root) if salt.is_empty() => root,
                    root => {
                        assert_eq!(root.is_some(), input.len() == 32, "{test}");
                        // A salt, or an input of another length: no root of ours, for the expand step.
                        Root { bytes: [0; 32], extracted: Hkdf::new(Some(&salt), &input) }
                    }
                };
                if test["result"] == "invalid" {
                    assert!(test["size"].as_u64() > Some(255 * 32), "{test}");
                    continue;
                }
                let length = okm.len().min(32);
                for at in [0, info.len() / 2, info.len()] {
                    let (head, tail) = info.split_at(at);
                    assert_eq!(root.derive(&[head, tail]).0[..length], okm[..length], "{test}");
                }
                as_ours += usize::from(input.len() == 32 && salt.is_empty());
            }
        }
        assert_eq!(as_ours, 8);
    }

    #[test]
    fn derives_as_rfc_5869_with_an_empty_salt() {
        // Same construction as RFC 5869 appendix A.3 (salt and info empty), here with our 32-byte
        // input; the expected value is from an independent implementation (Python's hmac).
        let key = Root::from_bytes([0x0b; 32]).derive(&[b"coupon", b"-edge"]);
        assert_eq!(key.reveal(), "uK6_6KQCRg3b31nXEh6DkoV68Fk5IyNeG6yB4Qf5RMs");
    }

    #[test]
    fn is_not_printed() {
        assert_eq!(format!("{:?}", Root::from_bytes([7; 32])), "Root(secret)");
        assert_eq!(format!("{:?}", Key([7; 32])), "Key(secret)");
    }

    #[test]
    fn signs_as_hmac_sha256() {
        // RFC 4231 test case 1 has a 20-byte key; HMAC pads with zeros, so 32 bytes with 12 zeros
        // at the end are the same key.
        let mut key = Key([0; 32]);
        key.0[..20].fill(0x0b);
        let tag = key.hmac().chain_update(b"Hi There").finalize().into_bytes();
        assert_eq!(base64url::encode(&tag), "sDRMYdjbOFNcqK_OrwvxK4gdwgDJgz2nJuk3bC4yz_c");
    }
}
