//! How redemptions go into [`statement::REDEEM`](super::statement::REDEEM), and what comes back.

use std::collections::BTreeSet;
use std::iter::Peekable;

use serde::{Deserialize, Serialize, Serializer};

use super::command::{Command, Redeem};
use super::database::Row;
use super::entry::{ANSWER_VERSION, blob, integer};
use super::{Entry, Kind};
use crate::campaign::Serial;
use crate::object::objects;
use crate::policy::Epochs;
use crate::time::Timestamp;

/// The redemptions of different coupons that follow on one another: the statement takes them
/// together. A coupon that comes up again has to wait until it is decided what the first did.
pub(super) fn together(
    first: Redeem,
    commands: &mut Peekable<impl Iterator<Item = Command>>,
) -> Vec<Redeem> {
    let mut serials = BTreeSet::from([first.serial]);
    let mut together = vec![first];
    let mut is_another =
        |next: &Command| matches!(next, Command::Redeem(next) if serials.insert(next.serial));
    while let Some(Command::Redeem(next)) = commands.next_if(&mut is_another) {
        together.push(next);
    }
    together
}

/// The statement's first parameter.
pub(super) fn parameter(redeems: &[Redeem]) -> String {
    let requests = redeems.iter().map(|it| {
        let (by, window_ms) = (&it.by, u64::from(it.reversal_window_s) * 1000);
        let (key, fingerprint) = (Hex(by.key.as_bytes()), Hex(it.fingerprint.as_bytes()));
        let serial = Hex(it.serial.as_bytes());
        let bill = (it.discount, it.order_amount, it.order_ref.as_ref());
        #[rustfmt::skip]
        let request = (
            serial, by.shop, by.till, key, fingerprint, bill.0, bill.1, bill.2, window_ms, it.chain,
            it.offline_at,
        );
        request
    });
    // Numbers and texts in a list: writing them cannot fail, and the database takes no empty text.
    serde_json::to_string(&requests.collect::<Vec<_>>()).unwrap_or_default()
}

/// What the statement decides of an entry that it appends; all else was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Appended {
    seq: u64,
    n: u8,
    at: Timestamp,
}
objects!(Appended);

impl Appended {
    /// Reads a row that the statement returns; `None` when it is none.
    pub(super) fn from_row(row: Row) -> Option<(Serial, Self)> {
        let [seq, serial, n, at] = <[_; 4]>::try_from(row).ok()?;
        let (seq, n, at) = (integer(seq)?, integer(n)?, Timestamp::from_millis(integer(at)?));
        Some((Serial::from_bytes(blob(serial)?), Self { seq, n, at }))
    }

    /// The whole entry, with what was asked for.
    pub(super) fn entry(self, redeem: Redeem, epochs: Epochs) -> Entry {
        Entry {
            seq: self.seq,
            serial: redeem.serial,
            n: self.n.into(),
            kind: Kind::Redemption,
            at: self.at,
            by: redeem.by,
            fingerprint: redeem.fingerprint,
            discount: redeem.discount,
            order_amount: redeem.order_amount,
            order_ref: redeem.order_ref,
            epochs,
            reversible_until: self.at.plus_seconds(redeem.reversal_window_s),
            chain: redeem.chain,
            offline_at: redeem.offline_at,
            answer: ANSWER_VERSION,
        }
    }
}

/// Bytes as SQLite's `unhex` reads them.
struct Hex<'a>(&'a [u8]);

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
        serializer.serialize_str(&digits.collect::<String>())
    }
}
