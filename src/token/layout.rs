//! The 51 bytes of a token, and its text. Format: never change it within version 1.
//!
//! | offset | size | field |
//! |---|---|---|
//! | 0 | 2 | kid |
//! | 2 | 4 | campaign |
//! | 6 | 12 | serial |
//! | 18 | 4 | value |
//! | 22 | 4 | not before |
//! | 26 | 4 | not after |
//! | 30 | 4 | scope |
//! | 34 | 1 | flags |
//! | 35 | 16 | tag |

use super::{Coupon, CouponFields, CouponKey, Malformed};
use crate::base64url;
use crate::campaign::{CampaignId, Serial};

/// Characters of a token, always; each is ASCII, so these are also its bytes.
pub const TOKEN_CHARS: usize = 71;

/// Version 1. It is part of what is signed, so that a tag of one version is none of another.
const PREFIX: &str = "C1.";
const SIGNED_BYTES: usize = 35;
pub(super) const TAG_BYTES: usize = 16;
const BYTES: usize = SIGNED_BYTES + TAG_BYTES;

/// A text of the right shape. What it says is not known to be true.
#[derive(Clone, Copy)]
pub struct UnverifiedToken {
    pub(super) signed: [u8; SIGNED_BYTES],
    pub(super) tag: [u8; TAG_BYTES],
}

impl UnverifiedToken {
    /// Reads the text form.
    ///
    /// # Errors
    /// [`Malformed::Length`], [`Malformed::Prefix`] or [`Malformed::Alphabet`].
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.len() != TOKEN_CHARS {
            return Err(Malformed::Length);
        }
        let encoded = text.strip_prefix(PREFIX).ok_or(Malformed::Prefix)?;
        let bytes = base64url::decode::<BYTES>(encoded).ok_or(Malformed::Alphabet)?;
        let (signed, tag) = split::<SIGNED_BYTES, TAG_BYTES>(&bytes).ok_or(Malformed::Length)?;
        Ok(Self { signed, tag })
    }

    /// The campaign's number and kid that the token claims: only good for looking up a key.
    pub fn claimed_key(&self) -> (u32, u16) {
        let [k0, k1, c0, c1, c2, c3, ..] = self.signed;
        (u32::from_be_bytes([c0, c1, c2, c3]), u16::from_be_bytes([k0, k1]))
    }

    /// What is authenticated: the version and the fields.
    pub(super) fn signed_parts(&self) -> [u8; PREFIX.len() + SIGNED_BYTES] {
        with_prefix(&self.signed)
    }
}

impl std::fmt::Debug for UnverifiedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UnverifiedToken({:?}, not shown)", self.claimed_key())
    }
}

impl Coupon {
    /// Signs the coupon: the same coupon under the same key always gives the same token. `None` when
    /// the key is another campaign's: such a token would verify nowhere.
    pub fn mint(&self, key: &CouponKey) -> Option<String> {
        String::from_utf8(self.mint_bytes(key)?.to_vec()).ok()
    }

    /// The same as ASCII bytes, without an allocation: what issuing ten million is made of.
    pub fn mint_bytes(&self, key: &CouponKey) -> Option<[u8; TOKEN_CHARS]> {
        if key.id().campaign != self.campaign() {
            return None;
        }
        let signed = encode(self.fields(), key.id().kid);
        let mut bytes = [0; BYTES];
        let (fields, tag) = bytes.split_at_mut(SIGNED_BYTES);
        fields.copy_from_slice(&signed);
        tag.copy_from_slice(&key.tag(&with_prefix(&signed)));
        let mut text = [0; TOKEN_CHARS];
        let (prefix, encoded) = text.split_at_mut(PREFIX.len());
        prefix.copy_from_slice(PREFIX.as_bytes());
        base64url::encode_into(&bytes, encoded)?;
        Some(text)
    }
}

fn encode(fields: &CouponFields, kid: u16) -> [u8; SIGNED_BYTES] {
    let mut bytes = [0; SIGNED_BYTES];
    // Places known when this is compiled: a loop over the parts costs a fifth of minting.
    bytes[0..2].copy_from_slice(&kid.to_be_bytes());
    bytes[2..6].copy_from_slice(&fields.campaign.get().to_be_bytes());
    bytes[6..18].copy_from_slice(fields.serial.as_bytes());
    bytes[18..22].copy_from_slice(&fields.value.to_be_bytes());
    bytes[22..26].copy_from_slice(&fields.not_before.to_be_bytes());
    bytes[26..30].copy_from_slice(&fields.not_after.to_be_bytes());
    bytes[30..34].copy_from_slice(&fields.scope.to_be_bytes());
    bytes[34] = fields.flags;
    bytes
}

/// Reads the fields; the campaign is the one whose key verified the token.
pub(super) fn decode(signed: &[u8; SIGNED_BYTES], campaign: CampaignId) -> CouponFields {
    let [_, _, _, _, _, _, rest @ ..] = *signed;
    let [s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, rest @ ..] = rest;
    let [v0, v1, v2, v3, b0, b1, b2, b3, a0, a1, a2, a3, g0, g1, g2, g3, flags] = rest;
    CouponFields {
        campaign,
        serial: Serial::from_bytes([s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11]),
        value: u32::from_be_bytes([v0, v1, v2, v3]),
        not_before: u32::from_be_bytes([b0, b1, b2, b3]),
        not_after: u32::from_be_bytes([a0, a1, a2, a3]),
        scope: u32::from_be_bytes([g0, g1, g2, g3]),
        flags,
    }
}

fn with_prefix(signed: &[u8; SIGNED_BYTES]) -> [u8; PREFIX.len() + SIGNED_BYTES] {
    let mut bytes = [0; PREFIX.len() + SIGNED_BYTES];
    let (prefix, fields) = bytes.split_at_mut(PREFIX.len());
    prefix.copy_from_slice(PREFIX.as_bytes());
    fields.copy_from_slice(signed);
    bytes
}

fn split<const A: usize, const B: usize>(bytes: &[u8]) -> Option<([u8; A], [u8; B])> {
    let (head, tail) = bytes.split_at_checked(A)?;
    Some((head.try_into().ok()?, tail.try_into().ok()?))
}
