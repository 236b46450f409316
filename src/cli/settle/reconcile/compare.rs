//! Two lists side by side: both sorted by key, then one pass through both, however long they are.

use std::cmp::Ordering;

use rusqlite::{Connection, Row, Rows};

/// A row of either list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) key: String,
    pub(super) amount: i64,
    /// Whether it takes money back.
    negative: bool,
    /// Their line; none of ours has one.
    pub(super) line: Option<u64>,
    /// Their time, or what there is to say of ours.
    pub(super) note: String,
}

/// What became of a row, or of one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Matched,
    /// Both have it, with another amount.
    AmountDiffers,
    /// They have it, and we do not.
    MissingHere,
    /// We have it, and they do not.
    MissingThere,
    /// They have it more often than we do.
    Duplicate,
    /// We have a redemption and its reversal, they have neither.
    CancelledOut,
}

impl Verdict {
    pub(super) const ALL: [Self; 6] = [
        Self::Matched,
        Self::AmountDiffers,
        Self::MissingHere,
        Self::MissingThere,
        Self::Duplicate,
        Self::CancelledOut,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::AmountDiffers => "amount-differs",
            Self::MissingHere => "missing-here",
            Self::MissingThere => "missing-there",
            Self::Duplicate => "duplicate",
            Self::CancelledOut => "cancelled-out",
        }
    }
}

/// Compares the tables `theirs` and `ours`, key by key.
pub(super) fn compare(
    db: &Connection,
    mut tell: impl FnMut(Verdict, Option<&Item>, Option<&Item>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let order = "ORDER BY key, side, amount, line";
    let mut theirs = db.prepare(&format!(
        "SELECT key, side, amount, line, coalesce(time, '') FROM theirs {order}"
    ))?;
    let mut ours =
        db.prepare(&format!("SELECT key, side, amount, NULL AS line, note FROM ours {order}"))?;
    let mut theirs = Groups::new(theirs.query([])?)?;
    let mut ours = Groups::new(ours.query([])?)?;
    loop {
        let order = match (&theirs.next, &ours.next) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(their), Some(our)) => their.key.cmp(&our.key),
        };
        let their = if order.is_le() { theirs.take()? } else { Vec::new() };
        let our = if order.is_ge() { ours.take()? } else { Vec::new() };
        group(their, our, &mut tell)?;
    }
}

/// Compares what has one key. Equal amounts are matched first; what is left is paired as it comes.
fn group(
    mut their: Vec<Item>,
    mut our: Vec<Item>,
    tell: &mut impl FnMut(Verdict, Option<&Item>, Option<&Item>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let known = !our.is_empty();
    let mut pair = |verdict, same: fn(&Item, &Item) -> bool| -> anyhow::Result<()> {
        let mut left = Vec::new();
        for one in std::mem::take(&mut their) {
            match our.iter().position(|other| same(&one, other)) {
                Some(place) => tell(verdict, Some(&one), Some(&our.remove(place)))?,
                None => left.push(one),
            }
        }
        their = left;
        Ok(())
    };
    pair(Verdict::Matched, |one, other| one.amount == other.amount)?;
    pair(Verdict::AmountDiffers, |one, other| one.negative == other.negative)?;
    for one in &their {
        let verdict = if known { Verdict::Duplicate } else { Verdict::MissingHere };
        tell(verdict, Some(one), None)?;
    }
    while let Some(one) = our.pop() {
        match our.iter().position(|other| one.amount + other.amount == 0 && one.amount != 0) {
            Some(place) => {
                let other = our.remove(place);
                tell(Verdict::CancelledOut, None, Some(&one))?;
                tell(Verdict::CancelledOut, None, Some(&other))?;
            }
            // What pays nothing is missed by nobody.
            None if one.amount == 0 => {}
            None => tell(Verdict::MissingThere, None, Some(&one))?,
        }
    }
    Ok(())
}

/// A sorted list, a key at a time.
struct Groups<'a> {
    rows: Rows<'a>,
    next: Option<Item>,
}

impl<'a> Groups<'a> {
    fn new(mut rows: Rows<'a>) -> rusqlite::Result<Self> {
        let next = rows.next()?.map(Item::read).transpose()?;
        Ok(Self { rows, next })
    }

    fn take(&mut self) -> rusqlite::Result<Vec<Item>> {
        let mut group = Vec::new();
        while let Some(item) = self.next.take() {
            self.next = self.rows.next()?.map(Item::read).transpose()?;
            let is_last = self.next.as_ref().is_none_or(|next| next.key != item.key);
            group.push(item);
            if is_last {
                break;
            }
        }
        Ok(group)
    }
}

impl Item {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            key: row.get(0)?,
            negative: row.get(1)?,
            amount: row.get(2)?,
            line: row.get::<_, Option<i64>>(3)?.map(i64::unsigned_abs),
            note: row.get(4)?,
        })
    }
}
