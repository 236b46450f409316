//! The coupon token, version 1: 71 characters that say what a coupon is worth, signed.
//!
//! In scope: the format, its keys, minting and verifying. Specified for strangers in
//! `docs/token.md`, pinned by `tests/vectors/token-v1.json`.
//!
//! Out of scope: whether a real coupon may be used here and now ([`policy`](crate::policy)), and
//! whether it has been used already ([`ledger`](crate::ledger)).
//!
//! Nothing in a token is used for a decision before its tag is right, except the pair (campaign,
//! kid) that names the key. Types see to it: [`UnverifiedToken`] shows nothing else, and only
//! [`UnverifiedToken::verify`] makes a [`VerifiedCoupon`].

mod coupon;
mod key;
mod layout;
mod verify;

pub use coupon::{Coupon, CouponFields, InvalidCoupon};
pub use key::{CouponKey, KeyId, Keyring};
pub use layout::{TOKEN_CHARS, UnverifiedToken};
pub use verify::{TokenRefusal, VerifiedCoupon};

/// Why a text is not a version 1 token, or an authentic one not a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Not exactly 71 bytes of UTF-8; a token has only ASCII characters.
    Length,
    /// Does not begin with `C1.`.
    Prefix,
    /// A character outside the base64url alphabet.
    Alphabet,
    /// Authentic, but it says what no version 1 coupon may say.
    Coupon(InvalidCoupon),
}

impl Malformed {
    /// One line for the integrator.
    pub fn detail(self) -> &'static str {
        match self {
            Self::Length => "a token is exactly 71 ASCII characters",
            Self::Prefix => "a token of version 1 begins with C1.",
            Self::Alphabet => "after C1. a token is base64url without padding",
            Self::Coupon(InvalidCoupon::Flags) => {
                "the token sets flags that version 1 does not define"
            }
            Self::Coupon(InvalidCoupon::Value) => "the token is worth nothing",
            Self::Coupon(InvalidCoupon::Window) => "the token's window is empty",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_be_malformed_has_a_line_of_its_own() {
        use InvalidCoupon::{Flags, Value, Window};
        let ways = [Malformed::Length, Malformed::Prefix, Malformed::Alphabet]
            .into_iter()
            .chain([Flags, Value, Window].map(Malformed::Coupon));
        let lines: Vec<_> = ways.map(Malformed::detail).collect();
        assert_eq!(
            lines,
            [
                "a token is exactly 71 ASCII characters",
                "a token of version 1 begins with C1.",
                "after C1. a token is base64url without padding",
                "the token sets flags that version 1 does not define",
                "the token is worth nothing",
                "the token's window is empty",
            ]
        );
    }
}
