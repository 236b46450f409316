//! Coupon keys: one per campaign and key id, derived from the issuer's root.

use std::fmt;

use super::layout::Fields;
use super::v1::{self, MacKey};
use super::v2::{self, PublicKey, SigningKey};
use super::{Proof, Version};
use crate::campaign::CampaignId;
use crate::secret::{Key, Root};

/// Which key proves a token: keys are looked up by the pair, so that a kid of one campaign says
/// nothing about another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId {
    /// The campaign.
    pub campaign: CampaignId,
    /// The key's number within the campaign.
    pub kid: u16,
}

impl KeyId {
    /// Reads `<campaign>/<kid>`; `None` if it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (campaign, kid) = text.split_once('/')?;
        let campaign = CampaignId::try_from(campaign.parse::<u32>().ok()?).ok()?;
        Some(Self { campaign, kid: kid.parse().ok()? })
    }

    /// The key that the root has for this id and version.
    fn derive(self, info: &[u8], root: &Root) -> Key {
        root.derive(&[info, &self.campaign.get().to_be_bytes(), &self.kid.to_be_bytes()])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.campaign, self.kid)
    }
}

/// The key that mints one campaign's coupons under one kid.
///
/// One of version 1 is symmetric: whoever verifies with it can also mint (see
/// `docs/adr/0002-symmetric-token.md`). One of version 2 stays with the issuer.
#[derive(Clone)]
pub struct CouponKey {
    id: KeyId,
    secret: Secret,
}

#[derive(Clone)]
pub(super) enum Secret {
    One(MacKey),
    Two(SigningKey),
}

impl CouponKey {
    /// Derives the key of version 1 from the issuer's root: HKDF-SHA-256 with info
    /// `coupon-edge/token/v1` ‖ campaign u32 ‖ kid u16, 32 bytes.
    pub fn derive(root: &Root, id: KeyId) -> Self {
        Self::new(id, &Self::secret(root, id))
    }

    /// Derives the key of version 2: the same with `v2` in the info, and the 32 bytes are the seed
    /// of an Ed25519 key.
    pub fn derive_signing(root: &Root, id: KeyId) -> Self {
        Self { id, secret: Secret::Two(SigningKey::new(&id.derive(v2::INFO, root))) }
    }

    /// The derived secret of version 1, for the edge's secret store.
    pub fn secret(root: &Root, id: KeyId) -> Key {
        id.derive(v1::INFO, root)
    }

    /// The key of version 1 whose derived secret this is.
    pub fn new(id: KeyId, secret: &Key) -> Self {
        Self { id, secret: Secret::One(MacKey::new(secret)) }
    }

    /// Which key this is.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Of which version its tokens are.
    pub fn version(&self) -> Version {
        match self.secret {
            Secret::One(_) => Version::One,
            Secret::Two(_) => Version::Two,
        }
    }

    /// What verifies its tokens, if that is no secret.
    pub fn public(&self) -> Option<PublicKey> {
        match &self.secret {
            Secret::One(_) => None,
            Secret::Two(key) => Some(key.public()),
        }
    }

    /// Both, to keep what verifies.
    pub(super) fn into_parts(self) -> (KeyId, Secret) {
        (self.id, self.secret)
    }

    /// What proves that the issuer meant these fields.
    pub(super) fn prove(&self, fields: &Fields) -> Proof {
        match &self.secret {
            Secret::One(key) => Proof::Tag(key.tag(fields)),
            Secret::Two(key) => Proof::Signature(key.sign(fields)),
        }
    }
}

impl fmt::Debug for CouponKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CouponKey({}, secret)", self.id)
    }
}
