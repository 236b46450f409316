//! Campaigns, their coupons' serials, and the ledger shard that decides on a coupon.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base64url::bytes_type;

/// A campaign's number: the top 5 bits are log2 of its ledger shards (0 to 16), the other 27 tell
/// campaigns apart. The number of shards is thereby signed into every coupon and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct CampaignId(u32);

impl CampaignId {
    /// The largest log2 of the number of shards: 65,536 shards.
    pub const MAX_SHARDS_LOG2: u32 = 16;

    /// The largest number within one count of shards.
    pub const MAX_NUMBER: u32 = (1 << 27) - 1;

    /// The campaign `number` (27 bits) with 2^`shards_log2` shards; `None` when either is too big.
    pub const fn new(shards_log2: u32, number: u32) -> Option<Self> {
        if shards_log2 > Self::MAX_SHARDS_LOG2 || number > Self::MAX_NUMBER {
            return None;
        }
        Some(Self(shards_log2 << 27 | number))
    }

    /// How many ledger shards the campaign has: 1 to 65,536.
    pub const fn shards(self) -> u32 {
        1 << (self.0 >> 27)
    }

    /// The id as it stands in tokens.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The shard that decides on a coupon: the first 4 bytes of SHA-256(campaign ‖ serial), modulo
    /// the number of shards. Hashed because imported serials may not be uniform.
    pub fn shard_of(self, serial: Serial) -> Shard {
        let digest = Sha256::new().chain_update(self.0.to_be_bytes()).chain_update(serial.0);
        let [a, b, c, d, ..] = <[u8; 32]>::from(digest.finalize());
        Shard { campaign: self, index: u32::from_be_bytes([a, b, c, d]) % self.shards() }
    }
}

impl TryFrom<u32> for CampaignId {
    type Error = &'static str;

    fn try_from(id: u32) -> Result<Self, Self::Error> {
        match id >> 27 {
            0..=Self::MAX_SHARDS_LOG2 => Ok(Self(id)),
            _ => Err("a campaign id has at most 2^16 shards in its top 5 bits"),
        }
    }
}

impl From<CampaignId> for u32 {
    fn from(id: CampaignId) -> Self {
        id.0
    }
}

impl std::fmt::Display for CampaignId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// One shard of a campaign's ledger: it exists, because only [`CampaignId`] makes it. Its text form,
/// also in JSON, is the name of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    campaign: CampaignId,
    index: u32,
}

impl Shard {
    /// The campaign's shard `index`; `None` when the campaign has no such shard.
    pub fn new(campaign: CampaignId, index: u32) -> Option<Self> {
        (index < campaign.shards()).then_some(Self { campaign, index })
    }

    /// Whose ledger it is part of.
    pub fn campaign(self) -> CampaignId {
        self.campaign
    }

    /// Which shard of the campaign, from 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// The name of the Durable Object. Never change it: the ledger would start empty.
    pub fn object_name(self) -> String {
        format!("c{}/{}", self.campaign, self.index)
    }

    /// Reads an object's name; `None` when no shard has it.
    pub fn parse(name: &str) -> Option<Self> {
        let (campaign, index) = name.strip_prefix('c')?.split_once('/')?;
        let campaign = CampaignId::try_from(campaign.parse::<u32>().ok()?).ok()?;
        let shard = Self::new(campaign, index.parse().ok()?)?;
        // A number has other spellings, a name has one.
        (shard.object_name() == name).then_some(shard)
    }
}

impl TryFrom<String> for Shard {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name).ok_or("a shard is c<campaign>/<index>, and the campaign has so many")
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.object_name()
    }
}

bytes_type! {
    /// A coupon's 96-bit number, unique within its campaign. (campaign, serial) *is* the coupon; a
    /// token is only a paper that names it.
    Serial, 12
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_shards_is_in_the_id() {
        for log2 in 0..=16 {
            let id = CampaignId::new(log2, 7).unwrap();
            assert_eq!(id.shards(), 1 << log2);
            assert_eq!(CampaignId::try_from(id.get()), Ok(id));
        }
        assert_eq!(CampaignId::new(17, 0), None);
        assert_eq!(CampaignId::new(0, 1 << 27), None);
        assert!(CampaignId::try_from(17 << 27).is_err());
    }

    #[test]
    fn shards_and_object_names_are_pinned() {
        // SHA-256(20000001 000102030405060708090a0b) begins with 4 bytes computed elsewhere.
        let id = CampaignId::new(4, 1).unwrap();
        let serial = Serial::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        assert_eq!(id.get(), 0x2000_0001);
        assert_eq!(id.shard_of(serial).index(), 1);
        assert_eq!(id.shard_of(serial).object_name(), "c536870913/1");
        assert_eq!(Shard::parse("c536870913/1"), Some(id.shard_of(serial)));
        for wrong in ["", "c536870913", "c536870913/16", "c536870913/01", "536870913/1", "c+5/0"] {
            assert_eq!(Shard::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_shard_outside_the_campaign_is_not_one() {
        let id = CampaignId::new(4, 1).unwrap();
        assert!(Shard::new(id, 15).is_some());
        assert!(Shard::new(id, 16).is_none());
    }
}
