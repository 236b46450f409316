//! `campaigns/<id>.json`.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::campaign::CampaignId;
use crate::money::Currency;
use crate::policy::CampaignDocument;
use crate::time::UtcOffset;

/// A campaign as its issuer keeps it, with the draft of its policy.
pub(crate) type Campaign = CampaignFile<CampaignDocument>;

/// A campaign's file. Unless it is a [`Campaign`] the policy is not judged: coupons can be issued
/// while somebody is editing it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CampaignFile<P = Value> {
    /// Which campaign.
    pub(crate) campaign: CampaignId,
    /// Its key ids; the largest is the newest, and signs.
    pub(crate) kids: Vec<u16>,
    /// The draft of its policy.
    pub(crate) policy: P,
}

impl CampaignFile {
    /// When its coupons begin, RFC 3339.
    pub(crate) fn from(&self) -> Option<&str> {
        self.policy.pointer("/window/from")?.as_str()
    }

    /// When its coupons end, RFC 3339.
    pub(crate) fn until(&self) -> Option<&str> {
        self.policy.pointer("/window/until")?.as_str()
    }

    /// The words for people, which a policy always has.
    pub(crate) fn labels(&self) -> anyhow::Result<Labels> {
        Labels::deserialize(&self.policy)
            .with_context(|| format!("the policy of campaign {} cannot be read", self.campaign))
    }
}

/// What people read about a campaign.
#[derive(Debug, Deserialize)]
pub(crate) struct Labels {
    /// What they call it.
    pub(crate) name: String,
    /// The currency of its coupons.
    pub(crate) currency: Currency,
    /// Digits after the decimal point.
    pub(crate) currency_digits: u8,
    /// Its local time.
    pub(crate) utc_offset_minutes: UtcOffset,
}
