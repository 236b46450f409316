//! The counters as [OpenMetrics] text, which Prometheus reads.
//!
//! [OpenMetrics]: https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::campaign::CampaignId;
use crate::journal::Sum;

/// The media type.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Chains that are shown one by one, of each campaign: those with the most entries. The others are
/// shown together as chain "other".
const MAX_CHAINS: usize = 1_000;

/// A campaign, and what its counters say if they answered.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Which; `None` for refusals of before a campaign was known.
    pub id: Option<CampaignId>,
    /// What its counters say.
    pub said: Option<Said>,
}

/// What the counters of a campaign say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Entries by chain and kind.
    pub entries: Vec<(u16, String, Sum)>,
    /// Refusals by chain and code.
    pub refusals: Vec<(u16, String, u64)>,
    /// How far each consumer is; empty while no shard was heard of.
    pub consumers: Vec<Backlog>,
    /// How many shards were heard of.
    pub heard_of: u32,
    /// Seconds since the shard was heard of that was silent for longest.
    pub silent_s: Option<u64>,
}

/// What a consumer has not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backlog {
    /// Its name.
    pub consumer: String,
    /// How many entries.
    pub entries: u64,
    /// The age of the oldest, in seconds.
    pub age_s: u64,
    /// Unix time: it has every entry of before then.
    pub complete_until: Option<u64>,
}

/// A name and its value.
type Label = (&'static str, String);

/// Labels beside the campaign's, and the value.
type Sample = (Vec<Label>, u64);

/// Samples of one metric.
struct Family {
    name: &'static str,
    kind: Kind,
    help: &'static str,
    samples: fn(&Campaign) -> Vec<Sample>,
}

enum Kind {
    Counter,
    Gauge,
}
use Kind::{Counter, Gauge};

#[rustfmt::skip]
const FAMILIES: [Family; 10] = [
    Family { kind: Counter, name: "coupon_entries",
        help: "Entries of the journal, by kind.",
        samples: |it| entries(it, |sum| sum.count) },
    Family { kind: Counter, name: "coupon_discount_minor_units",
        help: "Discounts of the entries, in minor units of the campaign's currency.",
        samples: |it| entries(it, |sum| sum.discount) },
    Family { kind: Counter, name: "coupon_refusals",
        help: "Refused calls and items of batches, by code.",
        samples: refusals },
    Family { kind: Gauge, name: "coupon_backlog_entries",
        help: "Entries that a consumer has not yet.",
        samples: |it| consumers(it, |backlog| Some(backlog.entries)) },
    Family { kind: Gauge, name: "coupon_backlog_age_seconds",
        help: "Age of the oldest of these.",
        samples: |it| consumers(it, |backlog| Some(backlog.age_s)) },
    Family { kind: Gauge, name: "coupon_complete_until_timestamp_seconds",
        help: "A consumer has every entry of before then; absent while a shard has not reported.",
        samples: |it| consumers(it, |backlog| backlog.complete_until) },
    Family { kind: Gauge, name: "coupon_shards",
        help: "Ledger shards of the campaign.",
        samples: |it| of_shards(it, |id, _| Some(id.shards().into())) },
    Family { kind: Gauge, name: "coupon_shards_heard_of",
        help: "Shards that have reported.",
        samples: |it| of_shards(it, |_, said| Some(said?.heard_of.into())) },
    Family { kind: Gauge, name: "coupon_shard_silent_seconds",
        help: "Time since the report of the shard that is silent for longest.",
        samples: |it| of_shards(it, |_, said| said?.silent_s) },
    Family { kind: Gauge, name: "coupon_up",
        help: "Whether the campaign's counters answered.",
        samples: |it| vec![(Vec::new(), it.said.is_some().into())] },
];

/// The text, of all campaigns.
pub fn write(campaigns: &[Campaign]) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    for Family { name, kind, help, samples } in FAMILIES {
        let (kind, suffix) = match kind {
            Counter => ("counter", "_total"),
            Gauge => ("gauge", ""),
        };
        let _ = write!(text, "# TYPE {name} {kind}\n# HELP {name} {help}\n");
        for campaign in campaigns {
            let id = campaign.id.map_or(0, CampaignId::get);
            for (labels, value) in samples(campaign) {
                let _ = write!(text, "{name}{suffix}{{campaign=\"{id}\"");
                for (label, is) in labels {
                    let _ = write!(text, ",{label}=\"{is}\"");
                }
                let _ = writeln!(text, "}} {value}");
            }
        }
    }
    text.push_str("# EOF\n");
    text
}

fn entries(it: &Campaign, of: fn(&Sum) -> u64) -> Vec<Sample> {
    let all = it.said.iter().flat_map(|said| &said.entries);
    by_chain(it, "kind", all.map(|(chain, kind, sum)| (*chain, kind, of(sum))))
}

fn refusals(it: &Campaign) -> Vec<Sample> {
    let all = it.said.iter().flat_map(|said| &said.refusals);
    by_chain(it, "code", all.map(|(chain, code, count)| (*chain, code, *count)))
}

/// The sums of each chain that is shown, and of the others together.
fn by_chain<'a>(
    it: &Campaign,
    label: &'static str,
    counts: impl Iterator<Item = (u16, &'a String, u64)>,
) -> Vec<Sample> {
    let shown = it.said.as_ref().map(shown).unwrap_or_default();
    let mut sums = BTreeMap::<_, u64>::new();
    for (chain, what, count) in counts {
        let chain = if shown.contains(&chain) { chain.to_string() } else { "other".to_owned() };
        *sums.entry((chain, what)).or_default() += count;
    }
    let labels = |chain, what: &String| vec![("chain", chain), (label, what.clone())];
    sums.into_iter().map(|((chain, what), sum)| (labels(chain, what), sum)).collect()
}

/// The chains of a campaign that are shown one by one.
fn shown(said: &Said) -> BTreeSet<u16> {
    let mut counts = BTreeMap::<u16, u64>::new();
    for (chain, _, sum) in &said.entries {
        *counts.entry(*chain).or_default() += sum.count;
    }
    for (chain, ..) in &said.refusals {
        counts.entry(*chain).or_default();
    }
    let mut chains: Vec<_> = counts.into_iter().collect();
    chains.sort_by_key(|(chain, count)| (Reverse(*count), *chain));
    chains.into_iter().take(MAX_CHAINS).map(|(chain, _)| chain).collect()
}

fn consumers(it: &Campaign, of: fn(&Backlog) -> Option<u64>) -> Vec<Sample> {
    let consumers = it.said.iter().flat_map(|said| &said.consumers);
    let label = |it: &Backlog| vec![("consumer", it.consumer.clone())];
    consumers.filter_map(|backlog| Some((label(backlog), of(backlog)?))).collect()
}

fn of_shards(it: &Campaign, of: fn(CampaignId, Option<&Said>) -> Option<u64>) -> Vec<Sample> {
    let value = it.id.and_then(|id| of(id, it.said.as_ref()));
    value.map(|value| (Vec::new(), value)).into_iter().collect()
}
