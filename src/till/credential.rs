//! The secret that belongs to a till's key id.

use std::collections::BTreeMap;

use hmac::Mac;
use subtle::ConstantTimeEq;

use super::Till;
use crate::secret::{Key, Root};

/// The label that separates these secrets from every other use of a root.
const INFO: &[u8] = b"coupon-edge/shop/v1";

/// A till's secret: it signs that till's requests.
#[derive(Debug)]
pub struct TillKey(Key);

impl TillKey {
    /// Derives the secret from the POS root: HKDF-SHA-256 with info `coupon-edge/shop/v1` ‖ the 18
    /// bytes of the key id, 32 bytes.
    pub fn derive(root: &Root, till: &Till) -> Self {
        Self(root.derive(&[INFO, &till.to_bytes()]))
    }

    /// Reads a secret, base64url of 32 bytes; `None` if it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Key::parse(text).map(Self)
    }

    /// The secret's text form, for the shop's credential file.
    pub fn reveal(&self) -> String {
        self.0.reveal()
    }

    /// HMAC-SHA-256 of a signature base.
    pub fn sign(&self, base: &[u8]) -> [u8; 32] {
        self.0.hmac().chain_update(base).finalize().into_bytes().into()
    }

    /// Whether `tag` is this till's over `base`; takes as long whatever the tag.
    pub fn signed(&self, base: &[u8], tag: &[u8; 32]) -> bool {
        self.sign(base).ct_eq(tag).into()
    }
}

/// The POS roots in use, by number: 16 places, so that roots rotate with overlap.
#[derive(Debug, Default)]
pub struct PosRoots([Option<Root>; 16]);

impl PosRoots {
    /// Reads the edge's secret: a JSON object from a root's number to the root; `None` when a part
    /// of it is something else.
    pub fn parse(json: &str) -> Option<Self> {
        let texts: BTreeMap<String, String> = serde_json::from_str(json).ok()?;
        let mut roots = Self::default();
        for (number, root) in &texts {
            roots.insert(number.parse().ok()?, Root::parse(root)?)?;
        }
        Some(roots)
    }

    /// Puts a root in its place; `None` when the number is over 15.
    pub fn insert(&mut self, number: u8, root: Root) -> Option<()> {
        *self.0.get_mut(usize::from(number))? = Some(root);
        Some(())
    }

    /// The secret that belongs to this key id; `None` when its root is not in use.
    pub fn key_of(&self, till: &Till) -> Option<TillKey> {
        let root = self.0.get(usize::from(till.key_version.root()))?.as_ref()?;
        Some(TillKey::derive(root, till))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::till::KeyVersion;
    use crate::wycheproof::{bytes, groups};

    fn till() -> Till {
        let key_version = KeyVersion::new(0, 1).unwrap();
        Till { shop: 1, till: 2, chain: 3, groups: 4, key_version, not_after: 5 }
    }

    #[test]
    fn any_other_attribute_gives_another_key() {
        let root = Root::from_bytes([9; 32]);
        let key = TillKey::derive(&root, &till()).reveal();
        let others = [
            Till { shop: 9, ..till() },
            Till { till: 9, ..till() },
            Till { chain: 9, ..till() },
            Till { groups: 9, ..till() },
            Till { key_version: KeyVersion::new(0, 9).unwrap(), ..till() },
            Till { not_after: 9, ..till() },
        ];
        for other in others {
            assert_ne!(TillKey::derive(&root, &other).reveal(), key, "{other:?}");
        }
    }

    #[test]
    fn a_secret_reads_back_from_the_shops_credential_file() {
        let key = TillKey::derive(&Root::from_bytes([9; 32]), &till());
        assert_eq!(TillKey::parse(&key.reveal()).unwrap().reveal(), key.reveal());
        assert!(TillKey::parse(&key.reveal()[1..]).is_none());
    }

    #[test]
    fn a_root_out_of_use_gives_no_key() {
        let mut roots = PosRoots::default();
        assert!(roots.key_of(&till()).is_none());
        roots.insert(0, Root::from_bytes([9; 32])).unwrap();
        assert!(roots.key_of(&till()).is_some());
        let later = Till { key_version: KeyVersion::new(1, 1).unwrap(), ..till() };
        assert!(roots.key_of(&later).is_none());
        assert!(roots.insert(16, Root::from_bytes([9; 32])).is_none());
    }

    #[test]
    fn the_edges_secret_is_read_whole_or_not_at_all() {
        let read =
            |json: &str| PosRoots::parse(&json.replace("KEY", &Root::from_bytes([9; 32]).reveal()));
        let roots = read(r#"{"0":"KEY","15":"KEY"}"#).unwrap();
        let expected = TillKey::derive(&Root::from_bytes([9; 32]), &till()).reveal();
        assert_eq!(roots.key_of(&till()).unwrap().reveal(), expected);
        for wrong in ["", "[]", r#"{"16":"KEY"}"#, r#"{"0":"KEYA"}"#, r#"{"0":"KEY","x":"KEY"}"#] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }

    /// Tags of 32 bytes; that any other length is refused is up to the header
    /// (`signature::tests::structured_fields`).
    #[test]
    fn takes_what_wycheproof_calls_valid_and_nothing_else() {
        let mut taken = 0;
        for group in groups("hmac_sha256") {
            for test in group["tests"].as_array().unwrap() {
                let Some(key) = TillKey::parse(&base64url::encode(&bytes(&test["key"]))) else {
                    assert_ne!(group["keySize"], 256, "{test}");
                    continue;
                };
                let (message, tag) = (bytes(&test["msg"]), bytes(&test["tag"]));
                let Ok(tag) = <[u8; 32]>::try_from(&*tag) else {
                    assert_eq!(group["tagSize"], 128, "no way to ask: {test}");
                    continue;
                };
                let is_valid = test["result"] == "valid";
                assert_eq!(key.signed(&message, &tag), is_valid, "{test}");
                assert_eq!(key.sign(&message) == tag, is_valid, "{test}");
                taken += usize::from(is_valid);
            }
        }
        assert_eq!(taken, 27);
    }
}
