//! Which format a token has.

use serde::{Deserialize, Serialize};

use super::{CouponKey, KeyId, v1, v2};
use crate::secret::Root;

/// The version of a token's format, and with it how a token is proved. A key is of one version, and
/// so is each kid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Version {
    /// `C1.`: a tag by a secret key, 71 characters. Who verifies could also mint.
    #[default]
    One,
    /// `C2.`: a signature by a private key, 135 characters. Who verifies needs the public key alone.
    Two,
}

impl Version {
    /// Characters of each of its tokens.
    pub const fn chars(self) -> usize {
        match self {
            Self::One => v1::CHARS,
            Self::Two => v2::CHARS,
        }
    }

    /// The key of this version and id, derived from the issuer's root.
    pub fn key(self, root: &Root, id: KeyId) -> CouponKey {
        match self {
            Self::One => CouponKey::derive(root, id),
            Self::Two => CouponKey::derive_signing(root, id),
        }
    }

    /// What the edge is told of that key, as [`Keyring::parse`](super::Keyring::parse) reads it.
    pub fn edge_key(self, root: &Root, id: KeyId) -> String {
        match self.key(root, id).public() {
            None => CouponKey::secret(root, id).reveal(),
            Some(public) => public.to_string(),
        }
    }
}

/// Its number.
impl From<Version> for u8 {
    fn from(version: Version) -> Self {
        match version {
            Version::One => 1,
            Version::Two => 2,
        }
    }
}

impl TryFrom<u8> for Version {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            _ => Err("a token's version is 1 or 2"),
        }
    }
}
