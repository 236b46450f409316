//! Refusals: the closed list of ways to say no.
//!
//! A refusal is an outcome, not an error: the edge has understood the call and knows the answer.
//! [`Refusal`] carries the evidence, [`Code`] names it for good, [`table`] says what every code
//! means, [`words`] what a cashier reads. Faults, where the edge does *not* know the answer, are
//! [`Fault`]; they share the codes' table, because a client sees both as problem documents.

mod fault;
mod origin;
pub mod table;
pub mod words;

pub use fault::Fault;
pub use table::{Code, Fix};

use crate::money::{Currency, Price};
use crate::time::Timestamp;
use crate::token::Malformed;

/// A refusal with its evidence, in order of precedence: a call that deserves several gets the
/// first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such path, and no such redemption of this shop.
    NotFound,
    /// The path has no such method.
    MethodNotAllowed {
        /// The methods it has, as the `Allow` header lists them.
        allow: &'static str,
    },
    /// The body is not announced as JSON.
    UnsupportedMediaType,
    /// The body is over the limit.
    BodyTooLarge,
    /// A write without a usable `Idempotency-Key`.
    IdempotencyKeyMissing,
    /// No signature carries our tag.
    SignatureMissing,
    /// The signature is not what it must be.
    SignatureInvalid(&'static str),
    /// The signature was made too long ago, in the future, or to expire by now.
    SignatureStale {
        /// The edge's clock, to set the till's by.
        edge_time: Timestamp,
    },
    /// The shop or the till is suspended.
    ShopSuspended,
    /// The body is not what this call takes.
    MalformedRequest(String),
    /// The text is no token.
    TokenMalformed(Malformed),
    /// No live campaign has the token's key.
    TokenUnknownKey,
    /// The token's tag is wrong.
    TokenForged,
    /// This request redeemed the coupon, and that was undone.
    RedemptionReversed {
        /// When it was undone.
        at: Timestamp,
    },
    /// The key was used for another request on this coupon.
    IdempotencyKeyReused,
    /// The order is in another currency than the campaign.
    CurrencyMismatch {
        /// The campaign's.
        expected: Currency,
    },
    /// The campaign is paused.
    CampaignPaused,
    /// Too early.
    NotYetValid {
        /// From when on.
        from: Timestamp,
    },
    /// Too late.
    Expired {
        /// When it ended.
        at: Timestamp,
    },
    /// The shop is in none of the groups that may redeem it.
    OutOfScope,
    /// The order is too small.
    BelowMinimumSpend {
        /// The least order amount.
        minimum: Price,
    },
    /// The issuer took the coupon back.
    Revoked,
    /// The coupon has been used.
    AlreadyRedeemed {
        /// When.
        at: Timestamp,
        /// At which till, if it was this shop: tells a double scan from fraud.
        till: Option<u16>,
    },
    /// The redemption can no longer be undone.
    ReversalTooLate {
        /// When that ended.
        until: Timestamp,
    },
    /// The coupon was used and undone too often.
    LimitReached,
}

impl Refusal {
    /// Its name for good.
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::MethodNotAllowed { .. } => Code::MethodNotAllowed,
            Self::UnsupportedMediaType => Code::UnsupportedMediaType,
            Self::BodyTooLarge => Code::BodyTooLarge,
            Self::IdempotencyKeyMissing => Code::IdempotencyKeyMissing,
            Self::SignatureMissing => Code::SignatureMissing,
            Self::SignatureInvalid(_) => Code::SignatureInvalid,
            Self::SignatureStale { .. } => Code::SignatureStale,
            Self::ShopSuspended => Code::ShopSuspended,
            Self::MalformedRequest(_) => Code::MalformedRequest,
            Self::TokenMalformed(_) => Code::TokenMalformed,
            Self::TokenUnknownKey => Code::TokenUnknownKey,
            Self::TokenForged => Code::TokenForged,
            Self::RedemptionReversed { .. } => Code::RedemptionReversed,
            Self::IdempotencyKeyReused => Code::IdempotencyKeyReused,
            Self::CurrencyMismatch { .. } => Code::CurrencyMismatch,
            Self::CampaignPaused => Code::CampaignPaused,
            Self::NotYetValid { .. } => Code::NotYetValid,
            Self::Expired { .. } => Code::Expired,
            Self::OutOfScope => Code::OutOfScope,
            Self::BelowMinimumSpend { .. } => Code::BelowMinimumSpend,
            Self::Revoked => Code::Revoked,
            Self::AlreadyRedeemed { .. } => Code::AlreadyRedeemed,
            Self::ReversalTooLate { .. } => Code::ReversalTooLate,
            Self::LimitReached => Code::LimitReached,
        }
    }
}
