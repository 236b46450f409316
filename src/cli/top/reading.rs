//! What the counters said at one moment, by campaign.

use std::collections::BTreeMap;

use super::samples::Sample;

/// All campaigns, by their ids.
#[derive(Debug, Default)]
pub(super) struct Reading(pub(super) BTreeMap<u32, Campaign>);

/// What is known of one.
#[derive(Debug, Default)]
pub(super) struct Campaign {
    /// Whether its counters answered.
    pub(super) up: bool,
    /// Redemptions, by chain.
    pub(super) redemptions: BTreeMap<String, u64>,
    pub(super) reversals: u64,
    /// By code.
    pub(super) refusals: BTreeMap<String, u64>,
    pub(super) consumers: BTreeMap<String, Consumer>,
    pub(super) shards: u64,
    pub(super) heard_of: u64,
    pub(super) silent_s: Option<u64>,
}

/// How far a consumer of the journal is.
#[derive(Debug, Default)]
pub(super) struct Consumer {
    pub(super) backlog: u64,
    pub(super) age_s: u64,
    pub(super) complete_until: Option<u64>,
}

impl Reading {
    /// What the samples come to. Those of a later edge that are not known here are left out.
    pub(super) fn of(samples: &[Sample<'_>]) -> Self {
        let mut reading = Self::default();
        for sample in samples {
            let id = sample.labels.get("campaign").and_then(|id| id.parse().ok());
            if let Some(id) = id {
                reading.0.entry(id).or_default().add(sample);
            }
        }
        reading
    }
}

impl Campaign {
    fn add(&mut self, Sample { name, labels, value }: &Sample<'_>) {
        let label = |name| labels.get(name).copied().unwrap_or_default();
        let consumer = || label("consumer").to_owned();
        match (*name, label("kind")) {
            ("coupon_up", _) => self.up = *value == 1,
            ("coupon_entries_total", "redemption") => {
                *self.redemptions.entry(label("chain").to_owned()).or_default() += value;
            }
            ("coupon_entries_total", "reversal") => self.reversals += value,
            ("coupon_refusals_total", _) => {
                *self.refusals.entry(label("code").to_owned()).or_default() += value;
            }
            ("coupon_backlog_entries", _) => {
                self.consumers.entry(consumer()).or_default().backlog = *value;
            }
            ("coupon_backlog_age_seconds", _) => {
                self.consumers.entry(consumer()).or_default().age_s = *value;
            }
            ("coupon_complete_until_timestamp_seconds", _) => {
                self.consumers.entry(consumer()).or_default().complete_until = Some(*value);
            }
            ("coupon_shards", _) => self.shards = *value,
            ("coupon_shards_heard_of", _) => self.heard_of = *value,
            ("coupon_shard_silent_seconds", _) => self.silent_s = Some(*value),
            _ => {}
        }
    }
}
