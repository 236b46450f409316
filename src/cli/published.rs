//! A campaign's policy in a file, as it was published: `published/policy/ID` of the issuer's directory.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::campaign::CampaignId;
use crate::policy::{CampaignPolicy, PolicyKeys, open};

/// Reads the policy, if one of these keys signed it for this campaign. Whether it is in force is
/// another question.
pub(super) fn read(
    path: &Path,
    campaign: CampaignId,
    keys: &PolicyKeys,
) -> anyhow::Result<CampaignPolicy> {
    let name = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    open(&CampaignPolicy::kv_key_of(campaign), &text, keys)
        .with_context(|| format!("{name} is no policy of campaign {campaign}"))
}
