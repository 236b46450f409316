//! `coupon shop publish`.

use clap::Args;

use super::changes::{self, Place};
use crate::calendar::TimeZone;
use crate::cli::issuer::{Delivery, Issuer};
use crate::cli::{Context, Outcome};
use crate::policy::{GroupTimeZone, KeyMinimum, ShopsPolicy};

/// Sign the shops' policy for the edge: which shops and tills may not redeem, and where their days
/// begin.
///
/// Takes the draft in shops.json as it is, with the changes that the options say, gives it the
/// next epoch, and signs it. Edges take a new policy within two minutes of KV having it.
///
/// Without a policy that is good the edge redeems nothing, so publish it again before it ends.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon shop publish --wrangler
  coupon shop publish --suspend 1001 --suspend 1002/3 --wrangler
  coupon shop publish --restore 1001 --minimum-issue 1001=2")]
pub(crate) struct Publish {
    /// Refuse a shop, or one of its tills; may be repeated.
    #[arg(long, value_name = "SHOP[/TILL]", value_parser = changes::place)]
    suspend: Vec<Place>,

    /// Let a shop or a till in again; may be repeated.
    #[arg(long, value_name = "SHOP[/TILL]", value_parser = changes::place)]
    restore: Vec<Place>,

    /// Refuse a shop's credentials of lower issues; may be repeated.
    #[arg(long, value_name = "SHOP=ISSUE", value_parser = changes::key_minimum)]
    minimum_issue: Vec<KeyMinimum>,

    /// Refuse all credentials that were derived from this POS root; may be repeated.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=15))]
    retire_root: Vec<u8>,

    /// Where the days of the shops' statements begin, like Asia/Shanghai.
    #[arg(long, value_name = "ZONE", value_parser = changes::time_zone)]
    time_zone: Option<TimeZone>,

    /// Where those of a group's shops begin; may be repeated.
    #[arg(long, value_name = "GROUP=ZONE", value_parser = changes::group_time_zone)]
    group_time_zone: Vec<GroupTimeZone>,

    #[command(flatten)]
    delivery: Delivery,
}

impl Publish {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let issuer = Issuer::open(&context.dir)?;
        let mut file = issuer.edit_shops()?;
        let policy = &mut file.value;
        let mut told = Vec::new();
        told.extend(self.suspend.iter().map(|place| changes::suspend(policy, *place)));
        told.extend(self.restore.iter().flat_map(|place| changes::restore(policy, *place)));
        told.extend(self.minimum_issue.iter().map(|least| changes::raise(policy, *least)));
        told.extend(self.retire_root.iter().map(|root| changes::retire(policy, *root)));
        told.extend(self.time_zone.iter().map(|zone| changes::place_all(policy, zone)));
        told.extend(self.group_time_zone.iter().map(|it| changes::place_group(policy, it)));
        self.delivery.publish(context, &issuer, ShopsPolicy::KV_KEY, file, |it| it, &told)
    }
}
