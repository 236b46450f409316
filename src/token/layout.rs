//! The 35 bytes that a token of either version proves. Format: never change it within a version.
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

use super::CouponFields;
use crate::campaign::{CampaignId, Serial};

/// How many they are.
pub(super) const SIGNED_BYTES: usize = 35;

/// A kid and a coupon's fields, laid out.
pub(super) type Fields = [u8; SIGNED_BYTES];

const PREFIX_BYTES: usize = 3;

/// Lays out the fields.
pub(super) fn encode(fields: &CouponFields, kid: u16) -> Fields {
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
pub(super) fn decode(signed: &Fields, campaign: CampaignId) -> CouponFields {
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

/// The campaign's number and kid, of which nobody knows yet whether they are true.
pub(super) fn claimed_key(signed: &Fields) -> (u32, u16) {
    let [k0, k1, c0, c1, c2, c3, ..] = *signed;
    (u32::from_be_bytes([c0, c1, c2, c3]), u16::from_be_bytes([k0, k1]))
}

/// What is proved: the version and the fields.
pub(super) fn message(
    prefix: [u8; PREFIX_BYTES],
    signed: &Fields,
) -> [u8; PREFIX_BYTES + SIGNED_BYTES] {
    let mut bytes = [0; PREFIX_BYTES + SIGNED_BYTES];
    let (head, fields) = bytes.split_at_mut(PREFIX_BYTES);
    head.copy_from_slice(&prefix);
    fields.copy_from_slice(signed);
    bytes
}
