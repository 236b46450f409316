//! The shop's signature over a request: [RFC 9421] HTTP Message Signatures, `hmac-sha256`.
//!
//! In scope: which signature of a request is ours, what it must cover, the body's digest, the
//! clock. Both sides are here, so that the issuer's command and the load generator sign with the
//! code that the edge verifies with; any conforming client in any language can call as well.
//!
//! Out of scope: whether the till is suspended ([`policy`](crate::policy)). Replay of a captured
//! request within the five minutes of its clock is harmless because of the ledger, not because of
//! the signature.
//!
//! [RFC 9421]: https://www.rfc-editor.org/rfc/rfc9421

mod base;
mod component;
mod digest;
mod input;
mod sign;
#[cfg(test)]
mod tests;
mod verify;

pub use component::{Component, SignedRequest};
pub use digest::content_digest;
pub use sign::{SignatureHeaders, sign};
pub use verify::{AuthenticatedTill, SignatureRefusal, Verifier};

/// The tag that marks a signature as meant for us ([RFC 9421 section 2.3]).
///
/// [RFC 9421 section 2.3]: https://www.rfc-editor.org/rfc/rfc9421#section-2.3
pub const TAG: &str = "coupon-pos";

/// How far a till's clock may be off, either way, in seconds.
pub const MAX_CLOCK_SKEW_S: u64 = 300;
