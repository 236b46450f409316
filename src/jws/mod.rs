//! Signatures that anybody can verify: JSON Web Signatures ([RFC 7515]) by Ed25519 ([RFC 8037]) in
//! the compact serialization, and the key sets ([RFC 7517]) to verify them with.
//!
//! In scope: keys, signing, strict verification. Out of scope: what is signed; that is its maker's.
//!
//! A compact JWS is three base64url texts with points between, so it is written here. The crates
//! that make one bring every algorithm that JOSE has, or a choice among them: in the Worker that is
//! tens of kilobytes of Wasm, and for whoever verifies a choice that a forger could make.
//!
//! [RFC 7515]: https://www.rfc-editor.org/rfc/rfc7515
//! [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517
//! [RFC 8037]: https://www.rfc-editor.org/rfc/rfc8037

mod compact;
mod jwks;
mod keys;
#[cfg(test)]
mod tests;

pub use compact::{MAX_BYTES, Rejected, Verified};
pub use keys::{PublicKey, PublicKeys, SigningKeys};

/// What a signature says: the header's `typ`. One made for one purpose is none for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typ {
    /// What the ledger holds of a redemption.
    Receipt,
    /// How far the archive has come.
    ArchiveHead,
}

impl Typ {
    /// As it stands in the header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receipt => "coupon-receipt+jws",
            Self::ArchiveHead => "coupon-archive-head+jws",
        }
    }
}
