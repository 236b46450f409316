//! `keys.json`: the secrets that an issuer starts from.

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::Context;
use ed25519_dalek::SigningKey;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use super::key_set::{KeySet, KeyUse};
use crate::base64url;
use crate::secret::Root;

/// Every secret of the issuer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    /// Coupon keys are derived from it.
    issuer_root: Secret,
    /// Tills' secrets are derived from these, by number, 0 to 15.
    pos_roots: BTreeMap<u8, Secret>,
    /// Seed of the Ed25519 key that signs policies.
    policy_key: Secret,
    /// Sign receipts. An earlier version did not make these and the next.
    receipt_keys: Option<KeySet>,
    /// Sign the archive's head.
    archive_keys: Option<KeySet>,
}

impl Keys {
    /// New keys, from the system's randomness.
    pub(super) fn generate() -> anyhow::Result<Self> {
        Ok(Self {
            issuer_root: Secret::generate()?,
            pos_roots: BTreeMap::from([(0, Secret::generate()?)]),
            policy_key: Secret::generate()?,
            receipt_keys: Some(KeySet::generate()?),
            archive_keys: Some(KeySet::generate()?),
        })
    }

    /// Whether all are there.
    pub(super) fn are_complete(&self) -> bool {
        self.receipt_keys.is_some() && self.archive_keys.is_some()
    }

    /// Makes those that are not there, and leaves the others as they are.
    pub(super) fn complete(&mut self) -> anyhow::Result<()> {
        for place in [&mut self.receipt_keys, &mut self.archive_keys] {
            if place.is_none() {
                *place = Some(KeySet::generate()?);
            }
        }
        Ok(())
    }

    /// The keys of one use.
    pub(super) fn set(&self, of: KeyUse) -> anyhow::Result<&KeySet> {
        let set = match of {
            KeyUse::Receipt => &self.receipt_keys,
            KeyUse::Archive => &self.archive_keys,
        };
        set.as_ref().context("keys.json is of an earlier version: `coupon init` completes it")
    }

    /// Puts others in their place.
    pub(super) fn replace(&mut self, of: KeyUse, set: KeySet) {
        match of {
            KeyUse::Receipt => self.receipt_keys = Some(set),
            KeyUse::Archive => self.archive_keys = Some(set),
        }
    }

    /// The root of the coupon keys.
    pub(super) fn issuer_root(&self) -> Root {
        Root::from_bytes(*self.issuer_root.0)
    }

    /// A root of tills' secrets.
    pub(super) fn pos_root(&self, number: u8) -> Option<Root> {
        self.pos_roots.get(&number).map(|root| Root::from_bytes(*root.0))
    }

    /// The roots of tills' secrets, as the edge reads them.
    pub(super) fn revealed_pos_roots(&self) -> BTreeMap<String, String> {
        let roots = self.pos_roots.iter();
        roots.map(|(number, root)| (number.to_string(), base64url::encode(&*root.0))).collect()
    }

    /// The key that signs policies.
    pub(super) fn policy_key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.policy_key.0)
    }
}

/// 32 secret bytes, base64url in the file. Cleared from memory on drop; never printed.
pub(super) struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    pub(super) fn generate() -> anyhow::Result<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut()).context("the system gives no randomness")?;
        Ok(Self(bytes))
    }

    /// Its text form.
    pub(super) fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(base64url::encode(self.0.as_ref()))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.reveal())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'_, str>>::deserialize(deserializer)?;
        let bytes = base64url::decode(&text);
        bytes
            .map(|bytes| Self(Zeroizing::new(bytes)))
            .ok_or_else(|| D::Error::custom("a secret is base64url of 32 bytes"))
    }
}
