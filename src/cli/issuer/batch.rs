//! A line of `batches.ndjson`.

use serde::{Deserialize, Serialize};

use crate::campaign::CampaignId;
use crate::time::{Timestamp, as_rfc3339};
use crate::token::Version;

/// Coupons that were issued together.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Batch {
    /// Names the batch: random, 16 hexadecimal digits.
    pub(crate) batch: String,
    /// Whose coupons.
    pub(crate) campaign: CampaignId,
    /// Under which of the campaign's keys.
    pub(crate) kid: u16,
    /// Of which version their tokens are. A line from before there were two does not say it.
    #[serde(default)]
    pub(crate) token_version: Version,
    /// How many.
    pub(crate) count: u64,
    /// Worth how much each, in minor units.
    pub(crate) value: u32,
    /// From when they may be used.
    #[serde(with = "as_rfc3339")]
    pub(crate) not_before: Timestamp,
    /// Until when (exclusive) they may be used.
    #[serde(with = "as_rfc3339")]
    pub(crate) not_after: Timestamp,
    /// Bit set of shop groups; 0 = every group.
    pub(crate) scope: u32,
    /// The file they were written to, as it was named.
    pub(crate) file: String,
    /// When the run began.
    #[serde(with = "as_rfc3339")]
    pub(crate) created: Timestamp,
}
