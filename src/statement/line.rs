//! What a statement keeps of an entry, and shows of it.

use serde::{Serialize, Serializer};

use super::cursor::Position;
use crate::campaign::{CampaignId, Serial, Shard};
use crate::journal::Incarnation;
use crate::ledger::database::{Cell, Row};
use crate::ledger::entry::{blob, integer};
use crate::ledger::{Entry, Kind};
use crate::money::{Amount, Currency};
use crate::order::OrderRef;
use crate::time::Timestamp;

/// One entry of a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// Which shard has it.
    pub shard: Shard,
    /// In which of its lives.
    pub incarnation: Incarnation,
    /// At which place.
    pub seq: u64,
    /// What happened.
    pub kind: Kind,
    /// Which coupon: a redemption and its reversal have the same.
    pub serial: Serial,
    /// At which till.
    pub till: u16,
    /// Of the amounts.
    pub currency: Currency,
    /// What came off the bill, or went back on it.
    pub discount: Amount,
    /// The bill before that.
    pub order_amount: Amount,
    /// The till's bill number, if it gave one.
    pub order_ref: Option<OrderRef>,
    /// When a till without a network gave the goods.
    pub offline_at: Option<Timestamp>,
}

impl Line {
    /// Where it stands among the shop's lines.
    pub fn position(&self) -> Position {
        let Self { at, shard, incarnation, seq, .. } = *self;
        Position { at, campaign: shard.campaign().get(), shard: shard.index(), incarnation, seq }
    }

    /// Reads a row of [`LINES`](super::sql::LINES); `None` when it is none.
    pub(super) fn from_row(row: Row) -> Option<Self> {
        let mut cells = row.into_iter();
        let mut next = || cells.next();
        let at = Timestamp::from_millis(integer(next()?)?);
        let campaign = CampaignId::try_from(integer::<u32>(next()?)?).ok()?;
        Some(Self {
            at,
            shard: Shard::new(campaign, integer(next()?)?)?,
            incarnation: integer(next()?)?,
            seq: integer(next()?)?,
            kind: Kind::from_number(integer(next()?)?)?,
            serial: Serial::from_bytes(blob(next()?)?),
            till: integer(next()?)?,
            currency: text(next()?)?.try_into().ok()?,
            discount: Amount::try_from(integer::<u64>(next()?)?).ok()?,
            order_amount: Amount::try_from(integer::<u64>(next()?)?).ok()?,
            order_ref: match next()? {
                Cell::Null => None,
                reference => Some(OrderRef::try_from(text(reference)?).ok()?),
            },
            offline_at: match next()? {
                Cell::Null => None,
                at => Some(Timestamp::from_millis(integer(at)?)),
            },
        })
    }
}

/// The first parameter of [`KEEP`](super::sql::KEEP).
pub(super) fn parameter(entries: &[Entry]) -> String {
    let lines = entries.iter().map(|it| {
        #[rustfmt::skip]
        let line = (
            it.by.shop, it.at, it.seq, it.kind as u8, Hex(it.serial), it.n, it.by.till, it.chain,
            it.discount, it.order_amount, it.order_ref.as_ref(), it.offline_at,
        );
        line
    });
    // Numbers and texts in a list: writing them cannot fail.
    serde_json::to_string(&lines.collect::<Vec<_>>()).unwrap_or_default()
}

pub(super) fn text(cell: Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}

/// A serial as SQLite's `unhex` reads it.
struct Hex(Serial);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = self.0.as_bytes().iter().map(|byte| format!("{byte:02x}"));
        serializer.serialize_str(&digits.collect::<String>())
    }
}
