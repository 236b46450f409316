//! A till's attributes, and the key id that spells them.
//!
//! Format: `S1.` and base64url of 18 bytes, 27 characters in all:
//! shop u32 ‖ till u16 ‖ chain u16 ‖ groups u32 ‖ key version u16 ‖ not after u32, big-endian.

use crate::base64url;
use crate::time::Timestamp;

/// A till and the attributes its credential was issued with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Till {
    /// The shop.
    pub shop: u32,
    /// The till within the shop; 0 is the shop's own system.
    pub till: u16,
    /// The chain the shop belongs to; 0 means none and equals nothing.
    pub chain: u16,
    /// Bit set of the groups the shop belongs to.
    pub groups: u32,
    /// Which issue of the credential this is.
    pub key_version: KeyVersion,
    /// First second in which the credential is no longer good, Unix time.
    pub not_after: u32,
}

/// The version of a credential: the top 4 bits number the POS root it is derived from, the other
/// 12 count the credential's issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyVersion(u16);

impl KeyVersion {
    /// The largest issue number.
    pub const MAX_ISSUE: u16 = (1 << 12) - 1;

    /// Issue `issue` (12 bits) under root `root` (4 bits); `None` when either is too big.
    pub const fn new(root: u8, issue: u16) -> Option<Self> {
        if root > 15 || issue > Self::MAX_ISSUE {
            return None;
        }
        Some(Self((root as u16) << 12 | issue))
    }

    /// Number of the POS root, 0 to 15.
    pub const fn root(self) -> u8 {
        (self.0 >> 12) as u8
    }

    /// Which issue of the credential, 0 to 4095.
    pub const fn issue(self) -> u16 {
        self.0 & Self::MAX_ISSUE
    }
}

const PREFIX: &str = "S1.";

impl Till {
    /// The 18 bytes of the key id.
    pub fn to_bytes(&self) -> [u8; 18] {
        let mut bytes = [0; 18];
        let parts = [
            &self.shop.to_be_bytes()[..],
            &self.till.to_be_bytes(),
            &self.chain.to_be_bytes(),
            &self.groups.to_be_bytes(),
            &self.key_version.0.to_be_bytes(),
            &self.not_after.to_be_bytes(),
        ];
        for (to, from) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
            *to = *from;
        }
        bytes
    }

    /// The key id, 27 characters.
    pub fn keyid(&self) -> String {
        format!("{PREFIX}{}", base64url::encode(&self.to_bytes()))
    }

    /// Reads a key id. Each of them is *some* till's; whether the caller is that till, only a
    /// signature tells. `None` if the text is no key id.
    pub fn parse(keyid: &str) -> Option<Self> {
        let bytes = base64url::decode::<18>(keyid.strip_prefix(PREFIX)?)?;
        let [s0, s1, s2, s3, t0, t1, c0, c1, g0, g1, g2, g3, v0, v1, n0, n1, n2, n3] = bytes;
        Some(Self {
            shop: u32::from_be_bytes([s0, s1, s2, s3]),
            till: u16::from_be_bytes([t0, t1]),
            chain: u16::from_be_bytes([c0, c1]),
            groups: u32::from_be_bytes([g0, g1, g2, g3]),
            key_version: KeyVersion(u16::from_be_bytes([v0, v1])),
            not_after: u32::from_be_bytes([n0, n1, n2, n3]),
        })
    }

    /// Whether this is no till of a shop but a chain's own system: shop 0, and the chain's number as
    /// its till too, so that each can be suspended by itself. It reads the statements of the chain's
    /// shops, and does nothing else.
    pub fn is_chain_system(&self) -> bool {
        self.shop == 0 && self.till == self.chain && self.chain != 0
    }

    /// Until when (exclusive) the credential is good.
    pub fn expires(&self) -> Timestamp {
        Timestamp::from_seconds(self.not_after)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_key_id_is_pinned() {
        let till = Till {
            shop: 0x0102_0304,
            till: 0x0506,
            chain: 0x0708,
            groups: 0x090a_0b0c,
            key_version: KeyVersion::new(1, 2).unwrap(),
            not_after: 0x0d0e_0f10,
        };
        assert_eq!(till.keyid(), "S1.AQIDBAUGBwgJCgsMEAINDg8Q");
        assert_eq!(till.key_version.root(), 1);
        assert_eq!(till.key_version.issue(), 2);
    }

    proptest! {
        #[test]
        fn every_18_bytes_are_one_key_id(bytes: [u8; 18]) {
            let keyid = format!("S1.{}", base64url::encode(&bytes));
            let till = Till::parse(&keyid).unwrap();
            prop_assert_eq!(till.to_bytes(), bytes);
            prop_assert_eq!(till.keyid(), keyid);
        }

        #[test]
        fn nothing_else_is_a_key_id(text in "(S1\\.|s1\\.|S2\\.|)[A-Za-z0-9_=+/-]{0,40}") {
            let looks_right = text.len() == 27 && text.starts_with("S1.")
                && !text.contains(['=', '+', '/']);
            prop_assert_eq!(Till::parse(&text).is_some(), looks_right);
        }
    }
}
