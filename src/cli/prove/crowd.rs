//! The crowd: many tills at once, on few coupons or on many.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::site::Site;
use super::till::{Notes, SimulatedTill, Way};
use super::visitor::Visitor;

/// How tills go about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// All at the same few coupons, with everything that a till may ask, and what it should not.
    Crowded,
    /// One coupon after the other, each redeemed by one till: the most redemptions in the time.
    Orderly,
    /// Crowded, and now and then an order of which the Worker dies.
    Deadly,
}

impl Manner {
    /// How many visits a coupon gets on average.
    pub(super) fn visits(self) -> u64 {
        match self {
            Self::Crowded | Self::Deadly => 2,
            Self::Orderly => 1,
        }
    }
}

/// What a crowd is to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// The number of the first coupon.
    pub(super) first: u64,
    /// How many coupons.
    pub(super) coupons: u64,
    /// How many visits a coupon gets on average. A visit is one customer at one till.
    pub(super) visits: u64,
    /// How many tills call at the same time; two of them are one shop.
    pub(super) tills: u32,
    /// How.
    pub(super) manner: Manner,
    /// By which way.
    pub(super) way: Way,
    /// Whether every third till's clock is wrong.
    pub(super) wrong_clocks: bool,
    /// What everything drawn by lot is drawn from.
    pub(super) seed: u64,
    /// No visit begins after this.
    pub(super) longest: Duration,
}

/// A crowd at work, as the one who makes trouble sees it.
pub(super) struct Progress {
    visits: AtomicU64,
    of: u64,
    until: Instant,
    working: AtomicU64,
}

/// How many coupons are passed around at the same time.
const WINDOW: u64 = 12;

/// How many of a hundred visits are batches: with so many about a third of the redemptions are items
/// of one.
const BATCHES: u64 = 4;

/// Most items of a batch. More than there are coupons at the same time, so that some come up twice.
const MAX_BATCH: u64 = 20;

impl Progress {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            visits: AtomicU64::new(0),
            of: plan.coupons * plan.visits,
            until: Instant::now() + plan.longest,
            working: AtomicU64::new(u64::from(plan.tills)),
        }
    }

    /// Whether all tills have gone home.
    pub(super) fn is_over(&self) -> bool {
        self.working.load(Ordering::SeqCst) == 0
    }

    /// How many visits have begun.
    pub(super) fn visits(&self) -> u64 {
        self.visits.load(Ordering::SeqCst).min(self.of)
    }

    /// How many coupons have been passed around so far.
    pub(super) fn coupons(&self, plan: &Plan) -> u64 {
        (self.visits() / plan.visits + WINDOW).min(plan.coupons)
    }
}

/// One till's work, until the coupons are used up or time is.
pub(super) fn work(site: &Site, plan: &Plan, progress: &Progress, number: u32) -> Result<Notes> {
    let done = Done(progress);
    let ahead = match (plan.wrong_clocks, number % 6) {
        (true, 0) => 3600,
        (true, 3) => -3600,
        (true, 1) => 280,
        (true, 4) => -280,
        _ => 0,
    };
    let (shop, till) = (1 + number / 2, u16::try_from(1 + number % 2)?);
    let till = SimulatedTill::new(site, plan.way, shop, till, ahead)?;
    let lots = plan.seed ^ (u64::from(number) << 32) ^ plan.first;
    let mut visitor = Visitor::new(site, till, lots, plan.manner == Manner::Deadly);
    while Instant::now() < progress.until {
        let visit = progress.visits.fetch_add(1, Ordering::SeqCst);
        if visit >= progress.of {
            break;
        }
        match plan.manner {
            Manner::Orderly => visitor.redeem(plan.first + visit)?,
            Manner::Crowded | Manner::Deadly => {
                let is_batch = visitor.draw(100) < BATCHES;
                let count = if is_batch { 2 + visitor.draw(MAX_BATCH - 1) } else { 1 };
                let coupons: Vec<u64> = (0..count)
                    .map(|_| visit / plan.visits + visitor.draw(WINDOW))
                    .map(|within| plan.first + within.min(plan.coupons - 1))
                    .collect();
                match *coupons.as_slice() {
                    [coupon] => visitor.visit(coupon)?,
                    _ => visitor.batch(&coupons)?,
                }
            }
        }
    }
    drop(done);
    Ok(visitor.notes())
}

/// Says that a till has gone home, also when it had to.
struct Done<'a>(&'a Progress);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.working.fetch_sub(1, Ordering::SeqCst);
    }
}
