//! The journal: how a shard's entries leave it, for those who need them elsewhere.
//!
//! A shard appends entries in the order of their sequence numbers, and ships them in that order to
//! each of its consumers: the archive (segments that prove themselves), the shops' statements and
//! the counters that the operator watches. A redemption waits for none of them.
//!
//! In scope: what a [`segment`] of the archive is and when segments make a [`chain`], what is sent
//! to the other consumers, and what of it each has. Out of scope: carrying it (`edge`), and what
//! finance makes of it (`cli::settle`).

pub mod chain;
pub mod head;
mod origin;
pub mod outbox;
pub mod pace;
mod parcel;
pub mod segment;
mod sums;

pub use chain::Chain;
pub use head::Head;
pub use origin::{Incarnation, Origin};
pub use outbox::{Consumer, Outbox};
pub use parcel::{Parcel, Received};
pub use segment::Segment;
pub use sums::{Sum, Sums};

use crate::base64url::bytes_type;

bytes_type! {
    /// The SHA-256 of a segment, up to its last line.
    SegmentHash, 32
}

impl SegmentHash {
    /// What the first segment of a journal names as the one before it.
    pub const NONE: Self = Self([0; 32]);
}
