//! Which object has a shop's statement.

use sha2::{Digest, Sha256};

use crate::journal::Parcel;

/// One of the objects that the shops are spread over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(u32);

/// How many there are. Never change it: the shops' lines would be looked for elsewhere.
///
/// Each shard sends what it has to each of them, so that many would cost many calls; and each takes
/// thousands of lines a second, so that few are enough.
const BUCKETS: u32 = 16;

/// The label that separates this use of the hash from every other.
const LABEL: &[u8] = b"coupon-edge/statement/v1";

impl Bucket {
    /// The one that has the shop: the first 4 bytes of SHA-256(label ‖ shop), modulo their number.
    /// Hashed because the numbers of shops need not be spread evenly.
    pub fn of(shop: u32) -> Self {
        let digest = Sha256::new().chain_update(LABEL).chain_update(shop.to_be_bytes());
        let [a, b, c, d, ..] = <[u8; 32]>::from(digest.finalize());
        Self(u32::from_be_bytes([a, b, c, d]) % BUCKETS)
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..BUCKETS).map(Self)
    }

    /// What each of them gets of a parcel: the entries of its shops, or the word that there are none.
    pub fn split(parcel: &Parcel) -> impl Iterator<Item = (Self, Parcel)> {
        let buckets: Vec<_> = parcel.entries.iter().map(|entry| Self::of(entry.by.shop)).collect();
        Self::all().map(move |bucket| {
            let entries = parcel.entries.iter().zip(&buckets);
            let own = entries.filter(|(_, of)| **of == bucket).map(|(entry, _)| entry.clone());
            (bucket, parcel.with(own.collect()))
        })
    }

    /// The name of the Durable Object. Never change it: the statements would start empty.
    pub fn object_name(self) -> String {
        format!("s{}", self.0)
    }
}
