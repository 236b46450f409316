//! What a period is closed by, kept with it: allowances, and when a shop's day begins.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// How many offline entries a shop may make a day at the issuer's risk, and what they may come to in
/// minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Allowance {
    pub(in super::super) count: u32,
    pub(in super::super) value: u64,
}

/// The terms of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Terms {
    /// Minutes ahead of UTC.
    pub(in super::super) utc_offset: i16,
    pub(in super::super) offline: Allowance,
    /// For campaigns whose allowance is another.
    pub(in super::super) campaigns: BTreeMap<u32, Allowance>,
}

impl Terms {
    pub(super) fn new(
        utc_offset: i16,
        offline: Option<Allowance>,
        file: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let campaigns = match file {
            None => BTreeMap::new(),
            Some(path) => {
                let why = || format!("{} is no file of allowances", path.display());
                serde_json::from_slice(&fs::read(path).with_context(why)?).with_context(why)?
            }
        };
        Ok(Self { utc_offset, offline: offline.unwrap_or_default(), campaigns })
    }

    pub(super) fn allowance(&self, campaign: u32) -> Allowance {
        self.campaigns.get(&campaign).copied().unwrap_or(self.offline)
    }

    /// The local day of a time, counted from 1970.
    pub(super) fn day(&self, at: i64) -> i64 {
        (at + i64::from(self.utc_offset) * 60_000).div_euclid(86_400_000)
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
        let terms = Terms { utc_offset: 480, offline: Allowance::default(), campaigns: [].into() };
        // 2026-02-06T15:59:59.999Z is a millisecond before midnight in China.
        assert_eq!(terms.day(1_770_393_599_999) + 1, terms.day(1_770_393_600_000));
    }

    #[test]
    fn an_allowance_is_read_in_one_spelling() {
        assert_eq!(Allowance::parse("count=2,value=5000"), Ok(Allowance { count: 2, value: 5000 }));
        for wrong in ["", "2,5000", "value=1,count=1", "count=-1,value=1", "count=1"] {
            assert!(Allowance::parse(wrong).is_err(), "{wrong}");
        }
    }
}
