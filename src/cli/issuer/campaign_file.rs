//! `campaigns/<id>.json`.

use serde::{Deserialize, Serialize};

use crate::campaign::CampaignId;
use crate::policy::CampaignDocument;
use crate::token::{KeyId, Version};

/// A campaign as its issuer keeps it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Campaign {
    /// Which campaign.
    pub(crate) campaign: CampaignId,
    /// Its key ids; the largest is the newest, and signs.
    pub(crate) kids: Vec<u16>,
    /// Of which version its tokens are. It never changes: of another version, each kid would be
    /// another key. A file from before there were two versions does not say it.
    #[serde(default)]
    pub(crate) token_version: Version,
    /// The draft of its policy: well-formed, but only judged when it is published.
    pub(crate) policy: CampaignDocument,
}

impl Campaign {
    /// The ids of its keys.
    pub(crate) fn key_ids(&self) -> impl Iterator<Item = KeyId> {
        self.kids.iter().map(|&kid| KeyId { campaign: self.campaign, kid })
    }
}
