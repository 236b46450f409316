//! `campaigns/<id>.json`.

use serde::{Deserialize, Serialize};

use crate::campaign::CampaignId;
use crate::policy::CampaignDocument;

/// A campaign as its issuer keeps it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Campaign {
    /// Which campaign.
    pub(crate) campaign: CampaignId,
    /// Its key ids; the largest is the newest, and signs.
    pub(crate) kids: Vec<u16>,
    /// The draft of its policy: well-formed, but only judged when it is published.
    pub(crate) policy: CampaignDocument,
}
