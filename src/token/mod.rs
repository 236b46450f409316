//! The coupon token: a text that says what a coupon is worth, and that its issuer meant it.
//!
//! In scope: the format in its two versions, its keys, minting and verifying. Specified for
//! strangers in `docs/token.md`, pinned by `tests/vectors/token-v1.json` and `token-v2.json`. The
//! versions differ in how a token is proved, in `v1` and `v2`, and in nothing else.
//!
//! Out of scope: whether a real coupon may be used here and now ([`policy`](crate::policy)), and
//! whether it has been used already ([`ledger`](crate::ledger)).
//!
//! Nothing in a token is used for a decision before its proof is right, except the pair (campaign,
//! kid) that names the key. Types see to it: [`UnverifiedToken`] shows nothing else, and only
//! [`UnverifiedToken::verify`] makes a [`VerifiedCoupon`].

mod coupon;
mod key;
mod keyring;
mod layout;
mod text;
mod v1;
mod v2;
mod verify;
mod version;

pub use coupon::{Coupon, CouponFields, InvalidCoupon};
pub use key::{CouponKey, KeyId};
pub use keyring::Keyring;
use text::Proof;
pub use text::{TokenText, UnverifiedToken};
pub use v2::PublicKey;
pub use verify::{TokenRefusal, VerifiedCoupon};
pub use version::Version;

/// Why a text is not a token, or an authentic one not a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Neither 71 nor 135 bytes of UTF-8; a token has only ASCII characters.
    Length,
    /// Does not begin with `C1.` or, when it is of 135 bytes, with `C2.`.
    Prefix,
    /// A character outside the base64url alphabet.
    Alphabet,
    /// Authentic, but it says what no coupon may say.
    Coupon(InvalidCoupon),
}

impl Malformed {
    /// One line for the integrator.
    pub fn detail(self) -> &'static str {
        match self {
            Self::Length => "a token is exactly 71 ASCII characters, or 135 in version 2",
            Self::Prefix => "a token of 71 characters begins with C1., one of 135 with C2.",
            Self::Alphabet => "after C1. or C2. a token is base64url without padding",
            Self::Coupon(InvalidCoupon::Flags) => "the token sets flags, and none is defined",
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
                "a token is exactly 71 ASCII characters, or 135 in version 2",
                "a token of 71 characters begins with C1., one of 135 with C2.",
                "after C1. or C2. a token is base64url without padding",
                "the token sets flags, and none is defined",
                "the token is worth nothing",
                "the token's window is empty",
            ]
        );
    }
}
