//! What was issued so far, from `batches.ndjson`.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Serialize;

use super::json::read_text;
use super::{Batch, Issuer};
use crate::campaign::CampaignId;
use crate::token::Version;

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
        let mut issued = BTreeMap::<CampaignId, Issued>::new();
        for (batch, line) in self.batches()? {
            let so_far = issued.entry(batch.campaign).or_default();
            *so_far = so_far
                .plus(&batch)
                .context("more than can be counted was issued")
                .with_context(|| line)?;
        }
        Ok(issued)
    }

    /// Of which versions the tokens of a campaign are that are out.
    pub(super) fn versions_out(&self, campaign: CampaignId) -> anyhow::Result<Vec<Version>> {
        let batches = self.batches()?.into_iter().filter(|(it, _)| it.campaign == campaign);
        Ok(batches.map(|(batch, _)| batch.token_version).collect())
    }

    /// The batches, each with the place of its line.
    fn batches(&self) -> anyhow::Result<Vec<(Batch, String)>> {
        let path = self.dir.join("batches.ndjson");
        let text = read_text(&path)?.unwrap_or_default();
        let lines = text.lines().enumerate().map(|(index, line)| {
            let place = format!("{}, line {}", path.display(), index + 1);
            let batch = serde_json::from_str(line).with_context(|| place.clone())?;
            Ok((batch, place))
        });
        lines.collect()
    }
}
