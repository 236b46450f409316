//! The public id of a redemption. It routes itself: no index is needed to find the entry.
//!
//! Format: `R1.` and base64url of 12 bytes, 19 characters in all:
//! campaign u32 ‖ shard u16 ‖ sequence number u48, big-endian.

use crate::base64url;
use crate::campaign::{CampaignId, Shard};

/// Names an entry of a shard that can exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedemptionId {
    shard: Shard,
    seq: u64,
}

const PREFIX: &str = "R1.";

/// The last sequence number that an id can carry: 2⁴⁸ - 1.
const MAX_SEQ: u64 = (1 << 48) - 1;

impl RedemptionId {
    /// The id of an entry; `None` past 2⁴⁸ entries.
    pub fn new(shard: Shard, seq: u64) -> Option<Self> {
        (seq <= MAX_SEQ).then_some(Self { shard, seq })
    }

    /// Reads an id; `None` if the text is none, or if its campaign has no such shard.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = base64url::decode::<12>(text.strip_prefix(PREFIX)?)?;
        let [c0, c1, c2, c3, h0, h1, q0, q1, q2, q3, q4, q5] = bytes;
        let campaign = CampaignId::try_from(u32::from_be_bytes([c0, c1, c2, c3])).ok()?;
        let shard = Shard::new(campaign, u32::from(u16::from_be_bytes([h0, h1])))?;
        Some(Self { shard, seq: u64::from_be_bytes([0, 0, q0, q1, q2, q3, q4, q5]) })
    }

    /// The shard that has the entry.
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// The entry's sequence number.
    pub fn seq(&self) -> u64 {
        self.seq
    }
}

impl std::fmt::Display for RedemptionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [c0, c1, c2, c3] = self.shard.campaign().get().to_be_bytes();
        let [_, _, h0, h1] = self.shard.index().to_be_bytes();
        let [_, _, q0, q1, q2, q3, q4, q5] = self.seq.to_be_bytes();
        let bytes = [c0, c1, c2, c3, h0, h1, q0, q1, q2, q3, q4, q5];
        write!(f, "{PREFIX}{}", base64url::encode(&bytes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_id_is_pinned() {
        let campaign = CampaignId::new(4, 1).unwrap();
        let id = RedemptionId::new(Shard::new(campaign, 10).unwrap(), 258).unwrap();
        assert_eq!(id.to_string(), "R1.IAAAAQAKAAAAAAEC");
        let read = RedemptionId::parse("R1.IAAAAQAKAAAAAAEC").unwrap();
        assert_eq!((read.shard().object_name(), read.seq()), ("c536870913/10".to_owned(), 258));
    }

    #[test]
    fn a_shard_that_the_campaign_has_not_is_no_id() {
        assert!(RedemptionId::parse("R1.IAAAAQAPAAAAAAEC").is_some());
        assert!(RedemptionId::parse("R1.IAAAAQAQAAAAAAEC").is_none());
        for wrong in ["", "R1.", "r1.IAAAAQAPAAAAAAEC", "R1.IAAAAQAPAAAAAAE", "R1.IAAAAQAPAAAAAAE="]
        {
            assert!(RedemptionId::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_sequence_number_has_48_bits() {
        let shard = Shard::new(CampaignId::new(4, 1).unwrap(), 10).unwrap();
        let last = RedemptionId::new(shard, 0xffff_ffff_ffff).unwrap();
        assert_eq!(last.to_string(), "R1.IAAAAQAK________");
        assert_eq!(RedemptionId::new(shard, 0x1_0000_0000_0000), None);
    }

    proptest! {
        #[test]
        fn every_id_reads_back(log2 in 0_u32..=16, number in 0_u32..1 << 27, index: u16, seq in 0..=MAX_SEQ) {
            let campaign = CampaignId::new(log2, number).unwrap();
            let shard = Shard::new(campaign, u32::from(index) % campaign.shards()).unwrap();
            let id = RedemptionId::new(shard, seq).unwrap();
            prop_assert_eq!(RedemptionId::parse(&id.to_string()), Some(id));
        }
    }
}
