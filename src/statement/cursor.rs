//! Where a page of a statement ended, as the shop brings it back for the next.

use serde::{Deserialize, Serialize};

use super::Period;
use crate::base64url;
use crate::journal::Incarnation;
use crate::time::Timestamp;

/// Where a line stands among the lines of its shop: they are shown in this order, which never
/// changes, whatever else arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// When it happened.
    pub at: Timestamp,
    /// Whose coupon.
    pub campaign: u32,
    /// Which shard of the campaign.
    pub shard: u32,
    /// In which of its lives.
    pub incarnation: Incarnation,
    /// At which place of it.
    pub seq: u64,
}

impl Position {
    /// Before all lines of a period: no entry has the sequence number 0.
    pub fn before(period: Period) -> Self {
        Self { at: period.from, campaign: 0, shard: 0, incarnation: 0, seq: 0 }
    }
}

/// A position in the statement of one shop and day. Its text, opaque to the shop, is base64url of
/// shop u32 ‖ campaign u32 ‖ the day's begin u64 ‖ its end u64 ‖ at u64 ‖ shard u32 ‖ incarnation u32
/// ‖ sequence number u64, big-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    shop: u32,
    period: Period,
    position: Position,
}

/// No shard gets that far: ids have 48 bits for it.
const MAX_SEQ: u64 = (1 << 48) - 1;

impl Cursor {
    /// Goes on after this position, in this statement.
    pub fn new(shop: u32, period: Period, position: Position) -> Self {
        Self { shop, period, position }
    }

    /// Reads a cursor; `None` if the text is none. It need not be one that was given out: it says
    /// where to go on, and lets nobody see more.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = base64url::decode::<48>(text)?;
        let numbers = <[[u8; 8]; 6]>::try_from(bytes.as_chunks().0).ok()?;
        let [who, from, until, at, place, seq] = numbers.map(u64::from_be_bytes);
        let [from, until, at] = [from, until, at].map(Timestamp::from_millis);
        let ([shop, campaign], [shard, incarnation]) = (halves(who), halves(place));
        let position = Position { at, campaign, shard, incarnation, seq };
        (seq <= MAX_SEQ).then_some(Self { shop, period: Period { from, until }, position })
    }

    /// Where to go on in this statement; `None` when the cursor is another one's.
    pub fn position(&self, shop: u32, period: Period) -> Option<Position> {
        ((self.shop, self.period) == (shop, period)).then_some(self.position)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { shop, period, position: Position { at, campaign, shard, incarnation, seq } } =
            *self;
        let numbers = [
            whole([shop, campaign]),
            period.from.millis(),
            period.until.millis(),
            at.millis(),
            whole([shard, incarnation]),
            seq,
        ];
        f.write_str(&base64url::encode(numbers.map(u64::to_be_bytes).as_flattened()))
    }
}

impl TryFrom<String> for Cursor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("it is none")
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}

fn halves(number: u64) -> [u32; 2] {
    [(number >> 32) as u32, number as u32]
}

fn whole([high, low]: [u32; 2]) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}
