//! Values that several commands read: from arguments, from a shop list, from a campaign's policy.

use std::path::PathBuf;

use crate::campaign::CampaignId;
use crate::money::Amount;
use crate::policy::{Offline, PolicyKeys};
use crate::time::Timestamp;
use crate::token::{KeyId, PublicKey};

/// A campaign's id.
pub(crate) fn campaign(text: &str) -> Result<CampaignId, String> {
    let id = text.parse::<u32>().map_err(|error| error.to_string())?;
    CampaignId::try_from(id).map_err(str::to_owned)
}

/// A time as tokens and credentials hold it: Unix seconds in 32 bits. A part of a second is
/// refused, not rounded: which way would be a decision about money.
pub(crate) fn seconds(text: &str) -> Result<u32, String> {
    let time = Timestamp::parse_rfc3339(text)
        .ok_or("a time is RFC 3339 in UTC, like 2026-02-06T04:00:00Z")?;
    whole_seconds(time)
}

/// The same of a time that was read already.
pub(crate) fn whole_seconds(time: Timestamp) -> Result<u32, String> {
    if !time.millis().is_multiple_of(1000) {
        return Err("a time is in whole seconds".to_owned());
    }
    u32::try_from(time.seconds()).map_err(|_| "a time is before 2106-02-07T06:28:16Z".to_owned())
}

/// A bit set of shop groups: decimal, or hexadecimal after `0x`.
pub(crate) fn groups(text: &str) -> Result<u32, String> {
    let (digits, radix) = text.strip_prefix("0x").map_or((text, 10), |digits| (digits, 16));
    // Rust's own parser takes a plus sign as well, which would be a second spelling.
    let bits = match digits.starts_with('+') {
        true => None,
        false => u32::from_str_radix(digits, radix).ok(),
    };
    bits.ok_or_else(|| "groups are 32 bits, decimal or like 0x5".to_owned())
}

/// A bit set of shop groups, as people read it.
pub(crate) fn group_list(bits: u32) -> Vec<u32> {
    (0..u32::BITS).filter(|bit| bits >> bit & 1 == 1).collect()
}

/// What a campaign takes from tills without a network: count, value, seconds.
pub(crate) fn offline(text: &str) -> Result<Offline, String> {
    let numbers: Result<Vec<u64>, _> = text.split(',').map(str::parse).collect();
    let wrong = || "this is three numbers, like 20,50000,86400".to_owned();
    let [count, value, max_age_s] =
        <[u64; 3]>::try_from(numbers.map_err(|_| wrong())?).map_err(|_| wrong())?;
    Ok(Offline {
        count: count.try_into().map_err(|_| wrong())?,
        value: Amount::try_from(value)?,
        max_age_s: max_age_s.try_into().map_err(|_| wrong())?,
    })
}

/// A campaign and the file with its policy.
pub(crate) fn policy_of(text: &str) -> Result<(CampaignId, PathBuf), String> {
    let (id, path) = text.split_once('=').ok_or("a policy is CAMPAIGN=FILE")?;
    Ok((campaign(id)?, path.into()))
}

/// The keys that policies are signed with, as the edge has them in `POLICY_KEYS`.
pub(crate) fn policy_keys(text: &str) -> Result<PolicyKeys, String> {
    PolicyKeys::parse(text).ok_or_else(|| "a policy key is 43 characters of base64url".to_owned())
}

/// A public key and its id, as `coupon campaign public-key` writes them.
pub(crate) fn public_key(text: &str) -> Result<(KeyId, PublicKey), String> {
    let key = text.split_once('=').and_then(|(id, key)| {
        let (id, key) = (KeyId::parse(id)?, PublicKey::parse(key)?);
        Some((id, key))
    });
    key.ok_or_else(|| {
        "a public key is CAMPAIGN/KID=ed25519: and 43 characters of base64url".to_owned()
    })
}
