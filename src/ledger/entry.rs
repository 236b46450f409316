//! What the ledger stores: entries, only ever appended.

use serde::{Deserialize, Serialize};

use super::database::{Cell, Row};
use super::{Fingerprint, Identity, KeyHash};
use crate::campaign::Serial;
use crate::money::Amount;
use crate::order::OrderRef;
use crate::policy::Epochs;
use crate::time::Timestamp;

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Position in the shard, from 1. Sequence and time agree.
    pub seq: u64,
    /// Which coupon.
    pub serial: Serial,
    /// Position within the coupon, from 0; conflicts are counted apart, from -1 down.
    pub n: i16,
    /// What happened.
    pub kind: Kind,
    /// When: never before the entry that precedes it in the shard.
    pub at: Timestamp,
    /// Who did it, by which key.
    pub by: Identity,
    /// The shop's chain, 0 for none (of the redemption, also in its reversal; 0 in a void).
    pub chain: u16,
    /// What was asked.
    pub fingerprint: Fingerprint,
    /// What came off the bill (of the redemption, also in its reversal; 0 in a void).
    pub discount: Amount,
    /// The bill before that (likewise).
    pub order_amount: Amount,
    /// The till's bill number, if it gave one (likewise).
    pub order_ref: Option<OrderRef>,
    /// The policies it was judged by.
    pub epochs: Epochs,
    /// Until when a redemption can be reversed, inclusive.
    pub reversible_until: Timestamp,
    /// When a till without a network gave the goods, by its own clock (likewise).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline_at: Option<Timestamp>,
    /// Version of the answer that was given, so that it can be given again word for word.
    pub answer: u8,
}

/// The version of answers that this build gives to new redemptions.
pub const ANSWER_VERSION: u8 = 1;

/// What an entry records. The numbers are stored: never change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The coupon was used.
    Redemption = 1,
    /// The redemption just before it was undone.
    Reversal = 2,
    /// The coupon was free, and a key was spent so that it can never redeem it.
    Void = 3,
    /// A till without a network gave the goods although the coupon was used already. Outside the
    /// coupon's chain: it changes nothing for the coupon, and somebody has to bear it.
    Conflict = 4,
}

impl Kind {
    /// As people and programs read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Redemption => "redemption",
            Self::Reversal => "reversal",
            Self::Void => "void",
            Self::Conflict => "conflict",
        }
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Redemption),
            2 => Some(Self::Reversal),
            3 => Some(Self::Void),
            4 => Some(Self::Conflict),
            _ => None,
        }
    }
}

/// The columns of an entry, in the order in which [`Entry::from_row`] reads them.
macro_rules! columns {
    () => {
        "seq, serial, n, kind, at, shop, till, key, fingerprint, discount, order_amount, \
         order_ref, policy_epoch, shops_epoch, reversible_until, answer, chain, offline_at"
    };
}
pub(crate) use columns;

impl Entry {
    /// Reads a row of [`columns`]; `None` when it is not one this build wrote.
    pub(crate) fn from_row(row: Row) -> Option<Self> {
        let mut cells = row.into_iter();
        let mut next = || cells.next();
        Some(Self {
            seq: integer(next()?)?,
            serial: Serial::from_bytes(blob(next()?)?),
            n: integer(next()?)?,
            kind: Kind::from_number(integer(next()?)?)?,
            at: Timestamp::from_millis(integer(next()?)?),
            by: Identity {
                shop: integer(next()?)?,
                till: integer(next()?)?,
                key: KeyHash::from_bytes(blob(next()?)?),
            },
            fingerprint: Fingerprint::from_bytes(blob(next()?)?),
            discount: Amount::try_from(integer::<u64>(next()?)?).ok()?,
            order_amount: Amount::try_from(integer::<u64>(next()?)?).ok()?,
            order_ref: match next()? {
                Cell::Null => None,
                Cell::Text(text) => Some(OrderRef::try_from(text).ok()?),
                _ => return None,
            },
            epochs: Epochs { campaign: integer(next()?)?, shops: integer(next()?)? },
            reversible_until: Timestamp::from_millis(integer(next()?)?),
            answer: integer(next()?)?,
            chain: integer(next()?)?,
            offline_at: match next()? {
                Cell::Null => None,
                at => Some(Timestamp::from_millis(integer(at)?)),
            },
        })
    }
}

pub(crate) fn integer<T: TryFrom<i64>>(cell: Cell) -> Option<T> {
    match cell {
        Cell::Integer(number) => number.try_into().ok(),
        _ => None,
    }
}

pub(crate) fn blob<const N: usize>(cell: Cell) -> Option<[u8; N]> {
    match cell {
        Cell::Blob(bytes) => bytes.try_into().ok(),
        _ => None,
    }
}
