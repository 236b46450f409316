//! An entry as a line: its columns, separated by tabs. No value has a tab or a line feed in it.

use std::fmt::Write as _;
use std::str::{FromStr, Split};

use crate::base64url;
use crate::campaign::Serial;
use crate::ledger::{Entry, Fingerprint, Identity, KeyHash, Kind};
use crate::money::Amount;
use crate::order::OrderRef;
use crate::policy::Epochs;
use crate::time::Timestamp;

/// What stands where there is no value.
const ABSENT: &str = "-";

/// Adds the entry's line, with its end.
pub(super) fn write(entry: &Entry, to: &mut String) {
    let Entry { seq, serial, n, at, by, chain, fingerprint, epochs, answer, .. } = entry;
    let (at, until, kind) = (at.millis(), entry.reversible_until.millis(), letter(entry.kind));
    let (discount, amount) = (entry.discount.minor_units(), entry.order_amount.minor_units());
    let offline = entry.offline_at.map_or(ABSENT.to_owned(), |at| at.millis().to_string());
    // The last column may itself be "-": a missing one is an empty one.
    let order_ref = entry.order_ref.as_ref().map_or("", OrderRef::as_str);
    // Writing to a string does not fail.
    let _ = writeln!(
        to,
        "{seq}\t{kind}\t{at}\t{serial}\t{n}\t{}\t{}\t{}\t{chain}\t{fingerprint}\t{discount}\t\
         {amount}\t{}\t{}\t{until}\t{answer}\t{offline}\t{order_ref}",
        by.shop, by.till, by.key, epochs.campaign, epochs.shops,
    );
}

/// Reads a line; `None` if it is none that [`write`] would write.
pub(super) fn read(line: &str) -> Option<Entry> {
    let mut columns = line.split('\t');
    let of = &mut columns;
    // In the order of the columns: the fields are filled as they are written here.
    let entry = Entry {
        seq: number(of)?,
        kind: kind(of.next()?)?,
        at: time(of.next()?)?,
        serial: Serial::from_bytes(base64url::decode(of.next()?)?),
        n: number(of)?,
        by: Identity {
            shop: number(of)?,
            till: number(of)?,
            key: KeyHash::from_bytes(base64url::decode(of.next()?)?),
        },
        chain: number(of)?,
        fingerprint: Fingerprint::from_bytes(base64url::decode(of.next()?)?),
        discount: Amount::try_from(number::<u64>(of)?).ok()?,
        order_amount: Amount::try_from(number::<u64>(of)?).ok()?,
        epochs: Epochs { campaign: number(of)?, shops: number(of)? },
        reversible_until: time(of.next()?)?,
        answer: number(of)?,
        offline_at: match of.next()? {
            ABSENT => None,
            at => Some(time(at)?),
        },
        order_ref: match of.next()? {
            "" => None,
            text => Some(OrderRef::try_from(text.to_owned()).ok()?),
        },
    };
    of.next().is_none().then_some(entry)
}

fn letter(kind: Kind) -> char {
    match kind {
        Kind::Redemption => 'R',
        Kind::Reversal => 'U',
        Kind::Void => 'V',
        Kind::Conflict => 'C',
    }
}

fn kind(letter: &str) -> Option<Kind> {
    match letter {
        "R" => Some(Kind::Redemption),
        "U" => Some(Kind::Reversal),
        "V" => Some(Kind::Void),
        "C" => Some(Kind::Conflict),
        _ => None,
    }
}

/// A time that there is: one past the last would be taken for the last.
fn time(text: &str) -> Option<Timestamp> {
    let millis = canonical(text)?;
    let time = Timestamp::from_millis(millis);
    (time.millis() == millis).then_some(time)
}

fn number<T: FromStr>(columns: &mut Split<'_, char>) -> Option<T> {
    canonical(columns.next()?)
}

/// A number in its one spelling: no plus sign, no zeros before it.
fn canonical<T: FromStr>(text: &str) -> Option<T> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits == "0" || digits.starts_with(|first: char| ('1'..='9').contains(&first));
    if plain && text != "-0" { text.parse().ok() } else { None }
}
