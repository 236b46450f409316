//! The campaigns of an issuer.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::edit::{Edit, complete_json};
use super::json::read_draft;
use super::{Campaign, Issuer};
use crate::campaign::CampaignId;
use crate::cli::output::{Complete, NewFile};

impl Issuer {
    /// The campaign, if it has a file.
    pub(crate) fn find_campaign(&self, id: CampaignId) -> anyhow::Result<Option<Campaign>> {
        let path = self.campaign_path(id);
        let Some(campaign) = read_draft::<Campaign>(&path)? else { return Ok(None) };
        if campaign.campaign != id {
            bail!("{} is the file of campaign {}", path.display(), campaign.campaign);
        }
        Ok(Some(campaign))
    }

    /// The campaign, which must have a file.
    pub(crate) fn campaign(&self, id: CampaignId) -> anyhow::Result<Campaign> {
        let campaign = self.find_campaign(id)?.with_context(|| {
            let dir = self.dir.display();
            format!("no campaign {id} in {dir}: make it with `coupon campaign create`")
        })?;
        // Of another version its kids would be other keys, which verify none of them.
        let mut out = self.versions_out(id)?.into_iter();
        if let Some(other) = out.find(|version| *version != campaign.token_version) {
            bail!(
                "{}: coupons of version {} are out: put back its `token_version`",
                self.campaign_path(id).display(),
                u8::from(other)
            );
        }
        Ok(campaign)
    }

    /// The campaign, to be changed.
    pub(crate) fn edit_campaign(&self, id: CampaignId) -> anyhow::Result<Edit<Campaign>> {
        Edit::begin(&self.campaign_path(id), || self.campaign(id))
    }

    /// Writes a campaign that must not be there yet.
    pub(super) fn new_campaign(&self, campaign: &Campaign) -> anyhow::Result<Complete> {
        let path = self.campaign_path(campaign.campaign);
        // Not what is said of files in general: a campaign is never replaced.
        if path.exists() {
            bail!("{} exists: choose another --number", path.display());
        }
        complete_json(NewFile::create(&path, false)?, campaign)
    }

    /// The campaigns that have a file.
    pub(crate) fn campaigns(&self) -> anyhow::Result<BTreeSet<CampaignId>> {
        let names = names(&self.dir.join("campaigns"))?;
        Ok(names.iter().filter_map(|name| id_of(name.strip_suffix(".json")?)).collect())
    }

    /// Every campaign that ever was, as far as the directory knows. A retired one has no file any
    /// more, but its coupons are out: its number must not be used again.
    pub(crate) fn known_campaigns(&self) -> anyhow::Result<BTreeSet<CampaignId>> {
        let mut known = self.campaigns()?;
        let published = names(&self.dir.join("published/policy"))?;
        known.extend(published.iter().filter_map(|name| id_of(name)));
        known.extend(self.issued()?.keys());
        Ok(known)
    }

    /// Where a campaign is kept.
    pub(crate) fn campaign_path(&self, id: CampaignId) -> PathBuf {
        self.dir.join("campaigns").join(format!("{id}.json"))
    }
}

fn id_of(name: &str) -> Option<CampaignId> {
    let id = CampaignId::try_from(name.parse::<u32>().ok()?).ok()?;
    // One spelling: 007 is nobody's file.
    (id.to_string() == name).then_some(id)
}

/// The names in a directory; none when it is not there.
fn names(dir: &Path) -> anyhow::Result<Vec<String>> {
    let why = || format!("cannot read the directory {}", dir.display());
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(why),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.with_context(why)?.file_name().into_string());
    }
    Ok(names)
}
