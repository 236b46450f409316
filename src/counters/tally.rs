//! Refusals that an instance of the edge counted and has not passed on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::campaign::CampaignId;
use crate::time::Timestamp;

/// How many kinds an instance counts apart, of each campaign, before it passes them on.
const MAX_KINDS: usize = 1_000;

/// How long it keeps them.
const KEPT_MS: u64 = 15_000;

/// Refusals that were not passed on yet, by campaign.
#[derive(Debug, Default)]
pub struct Tally {
    since: Option<Timestamp>,
    counts: BTreeMap<Option<CampaignId>, BTreeMap<(u16, &'static str), u64>>,
}

/// What goes to one campaign's counters: chain, code and how many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted(pub Vec<(u16, String, u64)>);

impl Tally {
    /// One was refused, for this reason; of which campaign and chain, as far as it was known.
    pub fn refused(
        &mut self,
        campaign: Option<CampaignId>,
        chain: u16,
        code: &'static str,
        now: Timestamp,
    ) {
        self.since.get_or_insert(now);
        let counts = self.counts.entry(campaign).or_default();
        let is_full = counts.len() >= MAX_KINDS && !counts.contains_key(&(chain, code));
        let chain = if is_full { 0 } else { chain };
        *counts.entry((chain, code)).or_default() += 1;
    }

    /// Whether it is time to pass them on.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.since.is_some_and(|since| now.millis_since(since) >= KEPT_MS)
    }

    /// What is to be passed on; it is forgotten here.
    pub fn take(&mut self) -> Vec<(Option<CampaignId>, Counted)> {
        self.since = None;
        let counts = std::mem::take(&mut self.counts).into_iter();
        counts
            .map(|(campaign, counts)| {
                let counts = counts.into_iter();
                let counts = counts.map(|((chain, code), count)| (chain, code.to_owned(), count));
                (campaign, Counted(counts.collect()))
            })
            .collect()
    }
}
