//! One day: which shops lose their network, what they sell meanwhile, and which sales conflict.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};

/// What is assumed of every day.
pub(super) struct World {
    pub(super) shops: u32,
    pub(super) offline_per_mille: u32,
    pub(super) hours: u32,
    pub(super) hourly: u32,
    pub(super) fraud_percent: u32,
    pub(super) copies: u32,
}

/// How a day went at the shops that were without a network for a part of it.
pub(super) struct Day {
    shops: u64,
    /// Which sale of its shop each conflict was, from 0: how many conflicts there were of each.
    conflicts: BTreeMap<u64, u64>,
}

impl Day {
    /// So many days, each drawn from the lots that follow.
    pub(super) fn all(world: &World, seed: u64, days: u32) -> impl Iterator<Item = Self> {
        let mut lots = StdRng::seed_from_u64(seed);
        (0..days).map(move |_| Self::draw(world, &mut lots))
    }

    /// Shops that were without a network.
    pub(super) fn shops(&self) -> u64 {
        self.shops
    }

    /// Conflicts among the first so many sales of each shop.
    pub(super) fn conflicts_within(&self, sales: u64) -> u64 {
        self.conflicts.range(..sales).map(|(_, count)| count).sum()
    }

    fn draw(world: &World, lots: &mut StdRng) -> Self {
        let offline =
            (0..world.shops).filter(|_| lots.random_range(0..1000) < world.offline_per_mille);
        let shops = offline.count();
        // Of each shop the coupons that it sells on, in the order of the sales.
        let mut sales: Vec<Vec<u64>> = vec![Vec::new(); shops];
        let mut coupon = 0;
        for shop in 0..shops {
            let hours = lots.random_range(1..2 * world.hours);
            for _ in 0..hours * world.hourly {
                coupon += 1;
                let is_fraud = lots.random_range(0..100) < world.fraud_percent;
                let copies = if is_fraud { world.copies } else { 1 };
                for place in places(shop, copies, shops, lots) {
                    if let Some(sales) = sales.get_mut(place) {
                        sales.push(coupon);
                    }
                }
            }
        }
        for sales in &mut sales {
            sales.shuffle(lots);
        }
        // The networks come back in some order, and who sends first has redeemed.
        sales.shuffle(lots);
        let mut redeemed = BTreeSet::new();
        let mut conflicts = BTreeMap::new();
        for sales in &sales {
            for (position, coupon) in (0..).zip(sales) {
                if !redeemed.insert(*coupon) {
                    *conflicts.entry(position).or_default() += 1;
                }
            }
        }
        Self { shops: shops as u64, conflicts }
    }
}

/// Where a coupon is shown: at its first shop, and at others without a network.
fn places(first: usize, copies: u32, shops: usize, lots: &mut StdRng) -> BTreeSet<usize> {
    let mut places = BTreeSet::from([first]);
    let wanted = shops.min(usize::try_from(copies).unwrap_or(usize::MAX));
    while places.len() < wanted {
        places.insert(lots.random_range(0..shops));
    }
    places
}
