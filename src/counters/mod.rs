//! What the operator watches: how much each campaign redeems and refuses, for which chains, and how
//! far those are who wait for the journal.
//!
//! What happened to coupons comes from the journal and is counted exactly once ([`Totals`]).
//! Refusals leave no entry: each instance of the edge counts its own ([`Tally`]) and passes them on
//! from time to time; what an instance had not passed on when it ended is lost. Money never rests on
//! these.

mod metrics;
mod refusals;
mod reports;
mod tally;
mod totals;

pub use metrics::{Backlog, Campaign, MEDIA_TYPE, Said, write};
pub use refusals::Refusals;
pub use reports::{Progress, Reports};
pub use tally::{Counted, Tally};
pub use totals::{ByChain, MIGRATIONS, Totals};

use crate::campaign::CampaignId;

/// The name of a campaign's object; of no campaign, that of the refusals before one was known.
pub fn object_name(campaign: Option<CampaignId>) -> String {
    format!("m{}", campaign.map_or(0, CampaignId::get))
}

#[cfg(test)]
mod tests;
