//! The head of a shard's archive: how far it goes, signed. Without it nobody could tell an archive
//! whose last segments are missing from a shorter one.

use serde::{Deserialize, Serialize};

use super::{Incarnation, Origin, SegmentHash, Sums, segment};
use crate::object::objects;
use crate::time::Timestamp;

/// What the head says. It is kept as a JWS of [`Typ::ArchiveHead`](crate::jws::Typ).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Head {
    pub(super) v: u8,
    /// Whose archive.
    pub origin: Origin,
    /// The life of the shard that wrote the last segment.
    pub incarnation: Incarnation,
    /// How many segments there are.
    pub segments: u64,
    /// The last entry's sequence number; 0 when there is none.
    pub last: u64,
    /// The last segment's hash.
    pub hash: SegmentHash,
    /// What all entries come to.
    pub sums: Sums,
    /// Every entry of before then is in these segments, and no other will ever be.
    pub complete_until: Timestamp,
}

objects!(Head);

/// The version of heads that this build writes and reads.
const VERSION: u8 = 1;

impl Head {
    /// The head of an archive in which nothing is yet.
    pub fn new(origin: Origin, incarnation: Incarnation) -> Self {
        Self {
            v: VERSION,
            origin,
            incarnation,
            segments: 0,
            last: 0,
            hash: SegmentHash::NONE,
            sums: Sums::default(),
            complete_until: Timestamp::from_millis(0),
        }
    }

    /// Reads what was signed; `None` when it is no head of this version.
    pub fn parse(json: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Self>(json).ok().filter(|head| head.v == VERSION)
    }

    /// This head, which says until when it has all.
    #[must_use]
    pub fn complete(self, complete_until: Timestamp) -> Self {
        Self { complete_until, ..self }
    }

    /// Whether it goes further than the other: to later entries, or in a later life.
    pub fn is_after(&self, other: &Self) -> bool {
        (self.incarnation, self.last) > (other.incarnation, other.last)
    }

    /// Where the archive keeps it.
    pub fn key(&self) -> String {
        format!("{}head.jws", segment::folder(self.origin))
    }
}
