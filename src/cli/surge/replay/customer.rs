//! What the n-th customer does: a function of n and the seed, so that a run can be had again.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::shops;
use crate::cli::load::gap;

/// Of a hundred customers, how many do what is not just to redeem.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mix {
    /// Whose coupon another shop scans at the same moment.
    pub(super) duplicates: f64,
    /// Whose coupon the same till scans a second time.
    pub(super) double_scans: f64,
    /// Whose coupon nobody signed.
    pub(super) forged: f64,
    /// Whose order is off after all.
    pub(super) reversals: f64,
}

/// A customer at a till.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Customer {
    /// The shop, and the one that would see a duplicate.
    pub(super) shop: u32,
    pub(super) other: u32,
    pub(super) visit: Visit,
    /// How long after the one before, where one comes in a unit of time on the average.
    pub(super) gap: f64,
    /// A lot between 0 and 1, for waits.
    pub(super) lot: f64,
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visit {
    /// The coupon is redeemed.
    Plain,
    /// A copy of the coupon is at another till at the same moment.
    Duplicate,
    /// The till sends the same request again, although it was answered.
    SameAgain,
    /// The coupon is scanned again for a new bill at the same till.
    NewBill,
    /// The coupon is a forgery.
    Forged,
    /// The order is off: the redemption is undone.
    Reversed,
}

impl Mix {
    /// What part of the requests is left when only redemptions are counted: requests of a customer.
    pub(super) fn requests_of_a_customer(&self) -> f64 {
        1.0 + (self.duplicates + self.double_scans + self.reversals) / 100.0
    }

    /// Half of the double scans are the same request, half a new bill.
    fn visit(&self, lot: f64) -> Visit {
        let parts = [
            (self.duplicates, Visit::Duplicate),
            (self.double_scans / 2.0, Visit::SameAgain),
            (self.double_scans / 2.0, Visit::NewBill),
            (self.forged, Visit::Forged),
            (self.reversals, Visit::Reversed),
        ];
        let mut below = 0.0;
        for (percent, visit) in parts {
            below += percent / 100.0;
            if lot < below {
                return visit;
            }
        }
        Visit::Plain
    }
}

impl Customer {
    pub(super) fn of(n: u64, seed: u64, mix: &Mix) -> Self {
        let mut lots = StdRng::seed_from_u64(seed.rotate_left(32) ^ n);
        let shop = shops::shop(lots.random());
        let mut other = shops::shop(lots.random());
        if other == shop {
            other = shop % shops::SHOPS + 1;
        }
        let gap = gap(&mut lots);
        Self { shop, other, visit: mix.visit(lots.random()), gap, lot: lots.random() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIX: Mix = Mix { duplicates: 4.0, double_scans: 2.0, forged: 1.0, reversals: 3.0 };

    #[test]
    fn a_customer_is_a_function_of_number_and_seed() {
        let of = |n, seed| Customer::of(n, seed, &MIX);
        assert_eq!(of(7, 1), of(7, 1));
        assert_ne!(of(7, 1), of(8, 1));
        assert_ne!(of(7, 1), of(7, 2));
    }

    #[test]
    fn the_mix_is_as_asked_for() {
        let count = 200_000_u32;
        let all: Vec<_> = (0..count).map(|n| Customer::of(n.into(), 1, &MIX)).collect();
        let percent = |visit| {
            let these = all.iter().filter(|customer| customer.visit == visit).count();
            these as f64 * 100.0 / f64::from(count)
        };
        for (visit, expected) in [
            (Visit::Plain, 90.0),
            (Visit::Duplicate, 4.0),
            (Visit::SameAgain, 1.0),
            (Visit::NewBill, 1.0),
            (Visit::Forged, 1.0),
            (Visit::Reversed, 3.0),
        ] {
            let there = percent(visit);
            assert!((there - expected).abs() < 0.3, "{visit:?}: {there} %");
        }
        assert!(all.iter().all(|customer| customer.shop != customer.other));
        let gap = all.iter().map(|customer| customer.gap).sum::<f64>() / f64::from(count);
        assert!((gap - 1.0).abs() < 0.01, "{gap}");
        assert!((MIX.requests_of_a_customer() - 1.09).abs() < 1e-12);
    }
}
