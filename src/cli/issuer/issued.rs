//! What was issued so far, from `batches.ndjson`.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Serialize;

use super::json::read_text;
use super::{Batch, Issuer};
use crate::campaign::CampaignId;

/// What was issued of a campaign.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Issued {
    /// How many coupons.
    pub(crate) count: u64,
    /// What they are worth together, in minor units: what the issuer may have to pay.
    pub(crate) liability: u64,
}

impl Issued {
    fn plus(self, batch: &Batch) -> Option<Self> {
        let worth = batch.count.checked_mul(u64::from(batch.value))?;
        Some(Self {
            count: self.count.checked_add(batch.count)?,
            liability: self.liability.checked_add(worth)?,
        })
    }
}

impl Issuer {
    /// What was issued of each campaign.
    pub(crate) fn issued(&self) -> anyhow::Result<BTreeMap<CampaignId, Issued>> {
        let path = self.dir.join("batches.ndjson");
        let mut issued = BTreeMap::<CampaignId, Issued>::new();
        for (index, line) in read_text(&path)?.unwrap_or_default().lines().enumerate() {
            let line_number = || format!("{}, line {}", path.display(), index + 1);
            let batch: Batch = serde_json::from_str(line).with_context(line_number)?;
            let so_far = issued.entry(batch.campaign).or_default();
            *so_far = so_far
                .plus(&batch)
                .context("more than can be counted was issued")
                .with_context(line_number)?;
        }
        Ok(issued)
    }
}
