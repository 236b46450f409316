//! The text of a token: a prefix that names the version, and base64url of the fields and their proof.
//!
//! 51 bytes in version 1 and 99 in version 2: whole numbers of characters, so a token has one
//! spelling.

use super::layout::{self, Fields, SIGNED_BYTES};
use super::v1::{self, TAG_BYTES};
use super::v2::{self, SIGNATURE_BYTES};
use super::{Coupon, CouponKey, Malformed, Version};
use crate::base64url;

const V1_BYTES: usize = SIGNED_BYTES + TAG_BYTES;
const V2_BYTES: usize = SIGNED_BYTES + SIGNATURE_BYTES;

/// What says that the issuer meant the fields: of each version its own.
#[derive(Clone, Copy)]
pub(super) enum Proof {
    /// Of version 1.
    Tag([u8; TAG_BYTES]),
    /// Of version 2.
    Signature([u8; SIGNATURE_BYTES]),
}

/// A text of the right shape. What it says is not known to be true.
#[derive(Clone, Copy)]
pub struct UnverifiedToken {
    pub(super) signed: Fields,
    pub(super) proof: Proof,
}

impl UnverifiedToken {
    /// Reads the text form. Its length says of which version it would have to be.
    ///
    /// # Errors
    /// [`Malformed::Length`], [`Malformed::Prefix`] or [`Malformed::Alphabet`].
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        match text.len() {
            v1::CHARS => {
                let (signed, tag) = read::<V1_BYTES, _>(v1::PREFIX, text)?;
                Ok(Self { signed, proof: Proof::Tag(tag) })
            }
            v2::CHARS => {
                let (signed, signature) = read::<V2_BYTES, _>(v2::PREFIX, text)?;
                Ok(Self { signed, proof: Proof::Signature(signature) })
            }
            _ => Err(Malformed::Length),
        }
    }

    /// The campaign's number and kid that the token claims: only good for looking up a key.
    pub fn claimed_key(&self) -> (u32, u16) {
        layout::claimed_key(&self.signed)
    }

    /// Of which version it is.
    pub fn version(&self) -> Version {
        match self.proof {
            Proof::Tag(_) => Version::One,
            Proof::Signature(_) => Version::Two,
        }
    }
}

impl std::fmt::Debug for UnverifiedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UnverifiedToken({:?}, not shown)", self.claimed_key())
    }
}

/// A token's text in ASCII, without an allocation: what issuing ten million is made of.
#[derive(Clone, Copy)]
pub enum TokenText {
    /// Of version 1.
    One([u8; v1::CHARS]),
    /// Of version 2.
    Two([u8; v2::CHARS]),
}

impl TokenText {
    /// The characters.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::One(text) => text,
            Self::Two(text) => text,
        }
    }
}

impl Coupon {
    /// Signs the coupon: the same coupon under the same key always gives the same token. `None` when
    /// the key is another campaign's: such a token would verify nowhere.
    pub fn mint(&self, key: &CouponKey) -> Option<String> {
        String::from_utf8(self.mint_text(key)?.as_bytes().to_vec()).ok()
    }

    /// The same as ASCII bytes.
    pub fn mint_text(&self, key: &CouponKey) -> Option<TokenText> {
        if key.id().campaign != self.campaign() {
            return None;
        }
        let signed = layout::encode(self.fields(), key.id().kid);
        Some(match key.prove(&signed) {
            Proof::Tag(tag) => TokenText::One(write::<V1_BYTES, _>(v1::PREFIX, &signed, &tag)?),
            Proof::Signature(signature) => {
                TokenText::Two(write::<V2_BYTES, _>(v2::PREFIX, &signed, &signature)?)
            }
        })
    }
}

fn read<const BYTES: usize, const PROOF: usize>(
    prefix: [u8; 3],
    text: &str,
) -> Result<(Fields, [u8; PROOF]), Malformed> {
    let (head, encoded) = text.split_at_checked(prefix.len()).ok_or(Malformed::Prefix)?;
    if head.as_bytes() != prefix {
        return Err(Malformed::Prefix);
    }
    let bytes = base64url::decode::<BYTES>(encoded).ok_or(Malformed::Alphabet)?;
    split(&bytes).ok_or(Malformed::Length)
}

fn write<const BYTES: usize, const CHARS: usize>(
    prefix: [u8; 3],
    signed: &Fields,
    proof: &[u8],
) -> Option<[u8; CHARS]> {
    let mut bytes = [0; BYTES];
    let (fields, rest) = bytes.split_at_mut_checked(SIGNED_BYTES)?;
    fields.copy_from_slice(signed);
    rest.copy_from_slice(proof);
    let mut text = [0; CHARS];
    let (head, encoded) = text.split_at_mut_checked(prefix.len())?;
    head.copy_from_slice(&prefix);
    base64url::encode_into(&bytes, encoded)?;
    Some(text)
}

fn split<const A: usize, const B: usize>(bytes: &[u8]) -> Option<([u8; A], [u8; B])> {
    let (head, tail) = bytes.split_at_checked(A)?;
    Some((head.try_into().ok()?, tail.try_into().ok()?))
}
