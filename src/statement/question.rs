//! What the Worker asks a statement object.

use serde::{Deserialize, Serialize};

use super::{Cursor, Position};
use crate::calendar::{Day, TimeZone};
use crate::campaign::CampaignId;
use crate::object::objects;
use crate::policy::Scope;
use crate::time::Timestamp;

/// From when until when: a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first millisecond.
    pub from: Timestamp,
    /// The first one after it.
    pub until: Timestamp,
}

/// What a shop's statement says of a day, from some line on. Made from a [`Scope`] only. Worker and
/// object may be of two builds during a deployment, hence the version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Question {
    v: u8,
    pub(super) shop: u32,
    pub(super) chain: Option<u16>,
    day: Day,
    time_zone: TimeZone,
    from: Timestamp,
    until: Timestamp,
    after: Option<Cursor>,
    pub(super) limit: u16,
    /// Those that are live: the statement is complete when all their shards have said so.
    pub(super) campaigns: Vec<CampaignId>,
}

objects!(Question);

/// The version of questions that this build asks and takes.
const VERSION: u8 = 1;

/// Most lines of an answer.
pub const MAX_LINES: u16 = 500;

impl Question {
    /// Asks for a day's first lines; `period` is that day in that time zone.
    pub fn new(
        scope: Scope,
        (day, time_zone): (Day, TimeZone),
        period: Period,
        limit: u16,
        campaigns: Vec<CampaignId>,
    ) -> Self {
        let (shop, chain, limit) = (scope.shop(), scope.chain(), limit.min(MAX_LINES));
        let Period { from, until } = period;
        let (v, after) = (VERSION, None);
        Self { v, shop, chain, day, time_zone, from, until, after, limit, campaigns }
    }

    /// Goes on after the page that ended with this cursor; `None` when it is of another statement.
    #[must_use]
    pub fn after(self, cursor: Cursor) -> Option<Self> {
        cursor.position(self.shop, self.period())?;
        Some(Self { after: Some(cursor), ..self })
    }

    /// Reads a question; `None` when it is none of this version.
    pub fn parse(json: &str) -> Option<Self> {
        let question = serde_json::from_str::<Self>(json).ok()?;
        (question.v == VERSION && question.limit <= MAX_LINES).then_some(question)
    }

    /// Whose statement.
    pub fn shop(&self) -> u32 {
        self.shop
    }

    /// Which day.
    pub fn day(&self) -> &Day {
        &self.day
    }

    /// Where it is that day.
    pub fn time_zone(&self) -> &TimeZone {
        &self.time_zone
    }

    /// From when until when it is.
    pub fn period(&self) -> Period {
        Period { from: self.from, until: self.until }
    }

    /// The line after which to go on.
    pub(super) fn position(&self) -> Position {
        let period = self.period();
        let position = self.after.and_then(|cursor| cursor.position(self.shop, period));
        position.unwrap_or_else(|| Position::before(period))
    }
}
