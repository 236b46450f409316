//! `coupon campaign publish`.

use anyhow::bail;
use clap::Args;

use super::changes;
use crate::campaign::CampaignId;
use crate::cli::args::{self, groups, offline, seconds};
use crate::cli::issuer::{Campaign, Delivery, Issuer};
use crate::cli::{Context, Outcome};
use crate::policy::{CampaignPolicy, Extension, Offline};
use crate::time::Timestamp;
use crate::token::Version;

/// Sign a campaign's policy for the edge.
///
/// Takes the draft in campaigns/ID.json as it is, with the changes that the options say, gives it
/// the next epoch, and signs it. Edges take a new policy within two minutes of KV having it.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon campaign publish 536870913 --wrangler
  coupon campaign publish 536870913 --pause --wrangler
  coupon campaign publish 536870913 --extend-until 2026-02-28T00:00:00Z --kid 1 --widen 0x8
  coupon campaign publish 536870913 --offline 20,50000,86400")]
pub(crate) struct Publish {
    /// The campaign's id.
    #[arg(value_name = "ID", value_parser = args::campaign)]
    campaign: CampaignId,

    /// Stop redemptions. Reversals go on.
    #[arg(long, conflicts_with = "resume")]
    pause: bool,

    /// Go on with redemptions.
    #[arg(long)]
    resume: bool,

    /// Let coupons that are already out end later, RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    extend_until: Option<u32>,

    /// Extend only coupons that were signed under this kid; may be repeated.
    #[arg(long, requires = "extend_until")]
    kid: Vec<u16>,

    /// Bit set of more shop groups that may redeem every coupon, like 0x8.
    #[arg(long, value_name = "BITS", value_parser = groups)]
    widen: Option<u32>,

    /// Take sales of tills without a network: so many and so much, in minor units, of a shop and day
    /// at the issuer's risk, told within so many seconds.
    #[arg(long, value_name = "COUNT,VALUE,SECONDS", value_parser = offline)]
    offline: Option<Offline>,

    /// Take no more sales of tills without a network, also none that were made before.
    #[arg(long, conflicts_with = "offline")]
    no_offline: bool,

    #[command(flatten)]
    delivery: Delivery,
}

impl Publish {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let issuer = Issuer::open(&context.dir)?;
        let mut file = issuer.edit_campaign(self.campaign)?;
        let changes = self.change(&mut file.value, context.now)?;
        let kv_key = CampaignPolicy::kv_key_of(self.campaign);
        self.delivery.publish(context, &issuer, &kv_key, file, |it| &mut it.policy, &changes)
    }

    /// Does what the options say; tells what that was.
    fn change(&self, file: &mut Campaign, now: Timestamp) -> anyhow::Result<Vec<String>> {
        let policy = &mut file.policy;
        let mut told = Vec::new();
        if self.pause || self.resume {
            policy.paused = self.pause;
            told.push(match self.pause {
                true => "Paused: nothing is redeemed.".to_owned(),
                false => "Not paused.".to_owned(),
            });
        }
        if let Some(until) = self.extend_until.map(Timestamp::from_seconds) {
            if until <= now {
                bail!("--extend-until is over: say a time to come");
            }
            if let Some(kid) = self.kid.iter().find(|kid| !file.kids.contains(kid)) {
                bail!("campaign {} has no kid {kid}: it has {:?}", self.campaign, file.kids);
            }
            let kids = (!self.kid.is_empty()).then(|| self.kid.clone());
            told.extend(changes::extend(policy, Extension { until, kids, serials: None }));
        }
        if let Some(groups) = self.widen {
            told.push(changes::widen(policy, groups));
        }
        if self.offline.is_some() || self.no_offline {
            if self.offline.is_some() && file.token_version != Version::Two {
                bail!(
                    "campaign {} has coupons of version 1: no till can verify them without a \
                     network",
                    self.campaign
                );
            }
            told.push(changes::offline(policy, self.offline));
        }
        Ok(told)
    }
}
