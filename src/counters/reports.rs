//! When each shard was last heard of, and how far its consumers are. In memory: whoever forgets it
//! asks the shards again.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::campaign::{CampaignId, Shard};
use crate::journal::{Consumer, Origin, pace};
use crate::object::objects;
use crate::time::Timestamp;

/// How far a consumer of a shard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Progress {
    /// Entries that it has not.
    pub unsent: u64,
    /// When the oldest of these was made.
    pub oldest: Option<Timestamp>,
    /// It has every entry of before then.
    pub complete_until: Timestamp,
}

objects!(Progress);

/// What the shards of a campaign reported.
#[derive(Debug, Default)]
pub struct Reports {
    origin: Option<Origin>,
    shards: HashMap<u32, (Timestamp, [Progress; 3])>,
    newest_entry: Option<Timestamp>,
    /// Whether the shards were asked already.
    asked: bool,
}

/// Milliseconds until shards are asked for the first time: meanwhile some report by themselves.
const FIRST_MS: u64 = 1_000;

/// Most shards that are asked in one go.
const MAX_ASKED: usize = 500;

impl Reports {
    /// Whose shards these are: of any of them the origin.
    pub fn of_campaign(origin: Option<Origin>) -> Self {
        Self { origin, ..Self::default() }
    }

    /// A shard said how far its consumers are, in the order of [`Consumer::ALL`].
    pub fn heard(&mut self, origin: Origin, progress: [Progress; 3], now: Timestamp) {
        self.origin = Some(origin);
        self.shards.insert(origin.shard.index(), (now, progress));
    }

    /// An entry came at that time.
    pub fn entry(&mut self, at: Timestamp) {
        self.newest_entry = self.newest_entry.max(Some(at));
    }

    /// Milliseconds until the shards are to be asked; `None` while it is not known whose they are.
    /// What was forgotten is asked for at once.
    pub fn wait_ms(&self, now: Timestamp) -> Option<u64> {
        self.origin?;
        Some(if self.asked { self.every_ms(now) } else { FIRST_MS })
    }

    fn every_ms(&self, now: Timestamp) -> u64 {
        pace::report_every_ms(self.newest_entry.map_or(u64::MAX, |at| now.millis_since(at)))
    }

    /// The shards that were not heard of for so long and are to be asked now, those never heard of
    /// first.
    pub fn silent(&mut self, now: Timestamp) -> Vec<Origin> {
        let Some(Origin { shard, currency }) = self.origin else { return Vec::new() };
        self.asked = true;
        let campaign = shard.campaign();
        let longest = self.every_ms(now);
        let heard = |index: &u32| self.shards.get(index).map(|(at, _)| *at);
        let mut silent: Vec<_> = (0..campaign.shards())
            .filter(|index| heard(index).is_none_or(|at| now.millis_since(at) + 1000 >= longest))
            .collect();
        silent.sort_by_key(|index| heard(index));
        let shards = silent.into_iter().take(MAX_ASKED);
        shards
            .filter_map(|index| Shard::new(campaign, index))
            .map(|shard| Origin { shard, currency })
            .collect()
    }

    /// Of which campaign, as far as any shard was heard of.
    pub fn campaign(&self) -> Option<CampaignId> {
        self.origin.map(|origin| origin.shard.campaign())
    }

    /// How many shards were heard of.
    pub fn heard_of(&self) -> u32 {
        u32::try_from(self.shards.len()).unwrap_or(u32::MAX)
    }

    /// The time of the report that is the oldest.
    pub fn oldest_report(&self) -> Option<Timestamp> {
        self.shards.values().map(|(at, _)| *at).min()
    }

    /// Of a consumer: entries that it has not, the oldest of these, and until when it is complete,
    /// which it is not while any shard was never heard of.
    pub fn of(&self, consumer: Consumer) -> (u64, Option<Timestamp>, Option<Timestamp>) {
        let progress = || {
            let index = Consumer::ALL.iter().position(|it| *it == consumer).unwrap_or_default();
            self.shards.values().filter_map(move |(_, all)| all.get(index))
        };
        let all = self.campaign().is_some_and(|campaign| campaign.shards() == self.heard_of());
        let complete = progress().map(|it| it.complete_until).min().filter(|_| all);
        let oldest = progress().filter_map(|it| it.oldest).min();
        (progress().map(|it| it.unsent).sum(), oldest, complete)
    }
}
