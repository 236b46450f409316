//! The keys that verify coupons.

use std::collections::{BTreeMap, BTreeSet};

use super::key::Secret;
use super::layout::Fields;
use super::v1::MacKey;
use super::{CouponKey, KeyId, Proof, PublicKey};
use crate::campaign::CampaignId;
use crate::secret::Key;

/// The keys of the live campaigns; several kids of one campaign verify at the same time.
#[derive(Default)]
pub struct Keyring(BTreeMap<KeyId, VerifyingKey>);

/// What verifies under a kid: of one version, so a kid is of one version.
enum VerifyingKey {
    One(MacKey),
    Two(PublicKey),
}

impl VerifyingKey {
    fn parse(text: &str) -> Option<Self> {
        let public = PublicKey::parse(text).map(Self::Two);
        public.or_else(|| Some(Self::One(MacKey::new(&Key::parse(text)?))))
    }

    /// Whether the proof is this key's; `None` when it is of another version. Each version's key
    /// takes that version's proof alone, so there is no algorithm for a token to choose.
    fn proves(&self, fields: &Fields, proof: &Proof) -> Option<bool> {
        match (self, proof) {
            (Self::One(key), Proof::Tag(tag)) => Some(key.proves(fields, tag)),
            (Self::Two(key), Proof::Signature(signature)) => Some(key.proves(fields, signature)),
            (Self::One(_), Proof::Signature(_)) | (Self::Two(_), Proof::Tag(_)) => None,
        }
    }
}

impl Keyring {
    /// Reads the edge's secret: a JSON object from `<campaign>/<kid>` to the derived secret of
    /// version 1 or the public key of version 2; `None` when a part of it is something else.
    pub fn parse(json: &str) -> Option<Self> {
        let keys: BTreeMap<String, String> = serde_json::from_str(json).ok()?;
        let keys =
            keys.iter().map(|(id, key)| Some((KeyId::parse(id)?, VerifyingKey::parse(key)?)));
        keys.collect::<Option<_>>().map(Self)
    }

    /// Whether the proof is that of this id's key; `None` when there is no such key of its version.
    pub(super) fn proves(&self, id: KeyId, fields: &Fields, proof: &Proof) -> Option<bool> {
        self.0.get(&id)?.proves(fields, proof)
    }

    /// The campaigns that are live, each once.
    pub fn campaigns(&self) -> BTreeSet<CampaignId> {
        self.0.keys().map(|id| id.campaign).collect()
    }

    /// Whether any key of the campaign is here, that is, whether the campaign is live.
    pub fn knows(&self, campaign: CampaignId) -> bool {
        self.0.keys().any(|id| id.campaign == campaign)
    }
}

/// Of each key what verifies.
impl FromIterator<CouponKey> for Keyring {
    fn from_iter<I: IntoIterator<Item = CouponKey>>(keys: I) -> Self {
        let keys = keys.into_iter().map(CouponKey::into_parts);
        Self(
            keys.map(|(id, secret)| match secret {
                Secret::One(key) => (id, VerifyingKey::One(key)),
                Secret::Two(key) => (id, VerifyingKey::Two(key.public())),
            })
            .collect(),
        )
    }
}

/// Public keys alone: what a till without a network has.
impl FromIterator<(KeyId, PublicKey)> for Keyring {
    fn from_iter<I: IntoIterator<Item = (KeyId, PublicKey)>>(keys: I) -> Self {
        Self(keys.into_iter().map(|(id, key)| (id, VerifyingKey::Two(key))).collect())
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring({} keys, not shown)", self.0.len())
    }
}
