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
    /// Position within the coupon, from 0.
    pub n: u8,
    /// What happened.
    pub kind: Kind,
    /// When: never before the entry that precedes it in the shard.
    pub at: Timestamp,
    /// Who did it, by which key.
    pub by: Identity,
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
}

impl Kind {
    fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Redemption),
            2 => Some(Self::Reversal),
            3 => Some(Self::Void),
            _ => None,
        }
    }
}

/// The columns of an entry, in the order in which [`Entry::from_row`] reads them.
macro_rules! columns {
    () => {
        "seq, serial, n, kind, at, shop, till, key, fingerprint, discount, order_amount, \
         order_ref, policy_epoch, shops_epoch, reversible_until, answer"
    };
}
pub(super) use columns;

impl Entry {
    /// Reads a row of [`columns`]; `None` when it is not one this build wrote.
    pub(super) fn from_row(row: Row) -> Option<Self> {
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
        })
    }
}

pub(super) fn integer<T: TryFrom<i64>>(cell: Cell) -> Option<T> {
    match cell {
        Cell::Integer(number) => number.try_into().ok(),
        _ => None,
    }
}

pub(super) fn blob<const N: usize>(cell: Cell) -> Option<[u8; N]> {
    match cell {
        Cell::Blob(bytes) => bytes.try_into().ok(),
        _ => None,
    }
}
