//! The keys: one that signs, and those that are verified with.

use ed25519_dalek::{SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::base64url;

/// What an entry of [`SigningKeys`] begins with that is a public key only.
const PUBLIC: &str = "public:";

/// A key that verifies, and the name by which signatures call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    pub(super) key: VerifyingKey,
    kid: String,
}

impl PublicKey {
    /// Reads base64url of 32 bytes; `None` if they are no key, or one of small order, for which
    /// anybody can sign.
    pub fn parse(text: &str) -> Option<Self> {
        let key = VerifyingKey::from_bytes(&base64url::decode(text)?).ok()?;
        (!key.is_weak()).then(|| Self::of(key))
    }

    fn of(key: VerifyingKey) -> Self {
        let x = base64url::encode(key.as_bytes());
        // The members that make the key, in alphabetical order (RFC 7638 section 3, RFC 8037
        // appendix A.3).
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        Self { key, kid: base64url::encode(&thumbprint) }
    }

    /// Its name: the thumbprint ([RFC 7638]), 43 characters. It follows from the key, so that two
    /// keys never have one name.
    ///
    /// [RFC 7638]: https://www.rfc-editor.org/rfc/rfc7638
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key, base64url of 32 bytes.
    pub fn reveal(&self) -> String {
        base64url::encode(self.key.as_bytes())
    }
}

/// The keys that signatures are verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKeys(pub(super) Vec<PublicKey>);

impl PublicKeys {
    /// The key of this name.
    pub(super) fn find(&self, kid: &str) -> Option<&PublicKey> {
        self.0.iter().find(|key| key.kid == kid)
    }
}

/// A key that signs, and the public keys that go with it: its own first, then those of signatures
/// that were made before, or will be made next. Never printed.
pub struct SigningKeys {
    pub(super) signer: SigningKey,
    public: PublicKeys,
}

impl SigningKeys {
    /// Reads a list, separated by commas: base64url of a 32-byte seed, of which the first signs, or
    /// `public:` and base64url of a 32-byte public key. `None` when one cannot be read or is there
    /// twice.
    pub fn parse(text: &str) -> Option<Self> {
        let mut entries = text.split(',').map(str::trim);
        let signer = seed(entries.next()?)?;
        let mut public = vec![PublicKey::of(signer.verifying_key())];
        for entry in entries {
            let key = match entry.strip_prefix(PUBLIC) {
                Some(key) => PublicKey::parse(key)?,
                None => PublicKey::of(seed(entry)?.verifying_key()),
            };
            if public.contains(&key) {
                return None;
            }
            public.push(key);
        }
        Some(Self { signer, public: PublicKeys(public) })
    }

    /// The entry that lists a key without its seed.
    pub fn retired(key: &PublicKey) -> String {
        format!("{PUBLIC}{}", key.reveal())
    }

    /// What its signatures are verified with.
    pub fn public(&self) -> &PublicKeys {
        &self.public
    }

    /// The key that signs.
    pub fn signer(&self) -> PublicKey {
        PublicKey::of(self.signer.verifying_key())
    }
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKeys(secret)")
    }
}

fn seed(text: &str) -> Option<SigningKey> {
    base64url::decode(text).map(|seed| SigningKey::from_bytes(&seed))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037 appendix A.1: the seed, and the public key.
    const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    #[test]
    fn a_key_is_called_by_its_thumbprint_as_in_rfc_8037_a_3() {
        let key = SigningKeys::parse(SEED).unwrap().signer();
        assert_eq!(key.reveal(), X);
        assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(PublicKey::parse(X), Some(key));
    }

    #[test]
    fn the_first_signs_and_all_are_listed() {
        let other = base64url::encode(&[7; 32]);
        let third = SigningKeys::parse(&base64url::encode(&[8; 32])).unwrap().signer();
        let text = format!("{SEED}, {other},{}", SigningKeys::retired(&third));
        let keys = SigningKeys::parse(&text).unwrap();
        assert_eq!(keys.signer().reveal(), X);
        let listed: Vec<_> = keys.public().0.iter().map(PublicKey::reveal).collect();
        let second = SigningKeys::parse(&other).unwrap().signer();
        assert_eq!(listed, [X.to_owned(), second.reveal(), third.reveal()]);
    }

    #[test]
    fn a_list_that_is_none_is_refused() {
        let public = format!("public:{X}");
        // The neutral element: a key of small order.
        let weak = format!("public:{}", base64url::encode(&[&[1][..], &[0; 31]].concat()));
        let no_point = format!("public:{}", base64url::encode(&[&[2][..], &[0; 31]].concat()));
        for wrong in [
            "",
            ",",
            &public,
            &format!("{SEED},"),
            &format!("{SEED},{SEED}"),
            &format!("{SEED},{public}"),
            &format!("{SEED},{weak}"),
            &format!("{SEED},{no_point}"),
            &format!("{SEED},public: {X}"),
            &format!("{SEED}A"),
            &format!("{SEED}="),
            &SEED.replace('_', "/"),
        ] {
            assert!(SigningKeys::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn is_not_printed() {
        let keys = SigningKeys::parse(SEED).unwrap();
        assert_eq!(format!("{keys:?}"), "SigningKeys(secret)");
    }
}
