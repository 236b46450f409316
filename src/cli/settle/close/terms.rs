//! What a period is closed by, kept with it: up to what the issuer answers for shops' sales without a
//! network, and when a shop's day begins.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde::Serialize;

use crate::policy::CampaignDocument;

/// How many offline entries a shop may make a day at the issuer's risk, and what they may come to in
/// minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Allowance {
    pub(in super::super) count: u32,
    pub(in super::super) value: u64,
}

/// By what a campaign's conflicts are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Rule {
    /// Minutes ahead of UTC.
    pub(in super::super) utc_offset: i16,
    /// A shop's, for a day; `None` where nothing was said.
    pub(in super::super) offline: Option<Allowance>,
}

/// The terms of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Terms {
    /// Of campaigns whose policy was given, as it says.
    pub(in super::super) campaigns: BTreeMap<u32, Rule>,
    /// Of all others.
    pub(in super::super) others: Rule,
}

impl Terms {
    pub(super) fn of(&self, campaign: u32) -> Rule {
        self.campaigns.get(&campaign).copied().unwrap_or(self.others)
    }
}

impl Rule {
    /// As the policy has it. One that takes no sales without a network says nothing of who bears those
    /// that it took before.
    pub(super) fn of_policy(policy: &CampaignDocument) -> Self {
        let offline =
            policy.offline.map(|it| Allowance { count: it.count, value: it.value.minor_units() });
        Self { utc_offset: policy.utc_offset_minutes.into(), offline }
    }

    /// The local day of a time, counted from 1970.
    pub(super) fn day(&self, at: i64) -> i64 {
        (at + i64::from(self.utc_offset) * 60_000).div_euclid(86_400_000)
    }

    /// The allowance, which somebody must have stated: it is about money, and no default is right.
    pub(super) fn allowance(&self, campaign: u32) -> anyhow::Result<Allowance> {
        self.offline.with_context(|| {
            format!(
                "campaign {campaign} has conflicts, and nothing says who bears them: give its \
                 --policy, or --offline-allowance (count=0,value=0 if shops bear them all)"
            )
        })
    }
}

impl Allowance {
    /// Reads `count=20,value=50000`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (count, value) = text.split_once(',').unwrap_or_default();
        let count = count.strip_prefix("count=").and_then(|count| count.parse().ok());
        let value = value.strip_prefix("value=").and_then(|value| value.parse().ok());
        match (count, value) {
            (Some(count), Some(value)) => Ok(Self { count, value }),
            _ => Err("an allowance is like count=20,value=50000".to_owned()),
        }
    }

    /// Whether so much is within it.
    pub(super) fn holds(self, count: u64, value: u64) -> bool {
        count <= u64::from(self.count) && value <= self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_the_shops_midnight() {
        let rule = Rule { utc_offset: 480, offline: None };
        // 2026-02-06T15:59:59.999Z is a millisecond before midnight in China.
        assert_eq!(rule.day(1_770_393_599_999) + 1, rule.day(1_770_393_600_000));
    }

    #[test]
    fn an_allowance_is_read_in_one_spelling() {
        assert_eq!(Allowance::parse("count=2,value=5000"), Ok(Allowance { count: 2, value: 5000 }));
        for wrong in ["", "2,5000", "value=1,count=1", "count=-1,value=1", "count=1"] {
            assert!(Allowance::parse(wrong).is_err(), "{wrong}");
        }
    }
}
