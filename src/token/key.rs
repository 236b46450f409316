//! Coupon keys: one per campaign and key id, derived from the issuer's root.

use std::collections::{BTreeMap, HashMap};

use hmac::{Hmac, Mac};
use sha2::Sha256;

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

    /// HMAC-SHA-256 over the signed part of a token, to be finished by the caller.
    pub(super) fn mac(&self, signed: &[u8]) -> Hmac<Sha256> {
        self.keyed.clone().chain_update(signed)
    }
}

impl std::fmt::Debug for CouponKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CouponKey({}/{}, secret)", self.id.campaign, self.id.kid)
    }
}

/// The keys of the live campaigns; several kids of one campaign verify at the same time.
#[derive(Debug, Default)]
pub struct Keyring(HashMap<KeyId, CouponKey>);

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
