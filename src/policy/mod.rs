//! Policies: what the issuer decides while coupons are out, without re-issuing one.
//!
//! Two kinds of document, each signed by the issuer, published in Workers KV and kept in the memory
//! of each edge instance:
//!
//! - [`CampaignPolicy`], one per campaign (`policy/{campaign}`): window, extensions, scope, pause,
//!   revocation;
//! - [`ShopsPolicy`], one for all campaigns (`policy/shops`): suspended shops and tills, credentials
//!   that were replaced. Apart, because a suspended shop is refused before its request is read (see
//!   `docs/adr/0005-shops-policy.md`).
//!
//! In scope: the documents, their signature, what a new one may change, how long a copy in memory
//! may be used, and the judgement on a coupon. Out of scope: fetching them
//! (`edge`), and whether a coupon has been used ([`ledger`](crate::ledger)).

mod campaign;
mod envelope;
mod held;
mod judge;
mod offline;
mod reader;
mod shops;
#[cfg(test)]
pub(crate) mod tests;

pub use campaign::{
    CampaignDocument, CampaignPolicy, Extension, LocationHint, Revoked, SerialRange, Window,
};
pub use envelope::{PolicyKeys, open, sign};
pub use held::{Freshness, Held, Policy, Rejected};
pub use judge::{PolicyRefusal, Terms};
pub use offline::{Offline, OfflineRefusal};
pub use reader::{Reader, Scope, ScopeRefusal};
pub use shops::{
    AdmissionRefusal, AdmittedTill, GroupTimeZone, KeyMinimum, ShopsDocument, ShopsPolicy, TillRef,
};

use serde::{Deserialize, Serialize};

use crate::object::objects;

/// The epochs of the two policies that a call was judged by. A ledger shard that has seen a higher
/// one of either refuses the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Epochs {
    /// Of the campaign's policy.
    pub campaign: u32,
    /// Of the shops' policy.
    pub shops: u32,
}

objects!(Epochs);

impl Epochs {
    /// Whether a call judged by these is out of date for someone who has seen `seen`.
    pub fn older_than(self, seen: Self) -> bool {
        self.campaign < seen.campaign || self.shops < seen.shops
    }

    /// The later epoch of each.
    #[must_use]
    pub fn latest(self, other: Self) -> Self {
        Self { campaign: self.campaign.max(other.campaign), shops: self.shops.max(other.shops) }
    }
}

/// Most entries of all the lists in one document.
pub const MAX_ENTRIES: usize = 10_000;

/// Largest document in bytes.
pub const MAX_BYTES: usize = 1 << 20;
