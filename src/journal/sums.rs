//! What entries come to, by kind.

use serde::{Deserialize, Serialize};

use crate::ledger::{Entry, Kind};
use crate::object::objects;

/// Entries of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Sum {
    /// How many.
    pub count: u64,
    /// Their discounts, in minor units.
    pub discount: u64,
}

/// Entries by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Sums {
    /// Coupons used.
    pub redemptions: Sum,
    /// Redemptions undone.
    pub reversals: Sum,
    /// Keys spent for nothing.
    pub voids: Sum,
    /// Goods given without a network for a coupon that was used already.
    pub conflicts: Sum,
}

objects!(Sum, Sums);

impl Sums {
    /// Adds an entry.
    pub fn add(&mut self, entry: &Entry) {
        self.of(entry.kind).add(Sum { count: 1, discount: entry.discount.minor_units() });
    }

    /// Adds other entries.
    pub fn merge(&mut self, other: &Self) {
        for kind in [Kind::Redemption, Kind::Reversal, Kind::Void, Kind::Conflict] {
            let mut theirs = *other;
            self.of(kind).add(*theirs.of(kind));
        }
    }

    /// How many entries.
    pub fn count(&self) -> u64 {
        [self.redemptions, self.reversals, self.voids, self.conflicts]
            .iter()
            .fold(0, |count, sum| count.saturating_add(sum.count))
    }

    fn of(&mut self, kind: Kind) -> &mut Sum {
        match kind {
            Kind::Redemption => &mut self.redemptions,
            Kind::Reversal => &mut self.reversals,
            Kind::Void => &mut self.voids,
            Kind::Conflict => &mut self.conflicts,
        }
    }
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.discount = self.discount.saturating_add(other.discount);
    }
}

impl FromIterator<Entry> for Sums {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut sums = Self::default();
        entries.into_iter().for_each(|entry| sums.add(&entry));
        sums
    }
}
