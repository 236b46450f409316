//! `coupon campaign rotate`.

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use crate::campaign::CampaignId;
use crate::cli::issuer::Issuer;
use crate::cli::shell::quoted;
use crate::cli::{Context, Outcome, args};

/// Add a key to a campaign: from now on it signs.
///
/// Coupons that were signed under older keys stay good. To end them, put their kid into the
/// policy's revoked kids and publish.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon campaign rotate 536870913")]
pub(crate) struct Rotate {
    /// The campaign's id.
    #[arg(value_name = "ID", value_parser = args::campaign)]
    campaign: CampaignId,
}

impl Rotate {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let issuer = Issuer::open(&context.dir)?;
        let secrets = issuer.edit_edge_secrets()?;
        let mut campaign = issuer.edit_campaign(self.campaign)?;
        let kids = &mut campaign.value.kids;
        let newest = kids.iter().max().copied().unwrap_or(0);
        let kid = newest.checked_add(1).context("the campaign has had every kid")?;
        kids.push(kid);
        let kids = kids.clone();
        secrets.save_with(campaign)?;

        let path = issuer.edge_secrets_path();
        let text = format!(
            "Campaign {} has kid {kid}: it signs from now on.\n\
             Before you issue coupons, tell the edge, or it refuses them:\n  \
             npx wrangler secret bulk {}",
            self.campaign,
            quoted(&path)
        );
        let json = json!({
            "campaign": self.campaign, "kid": kid, "kids": kids, "edge_secrets": path,
        });
        Ok(Outcome { text, json })
    }
}
