//! The crowd: many tills at once on few coupons, doing what tills do and what they should not.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::site::Site;
use super::till::{Notes, SimulatedTill, Way};
use crate::prove::history::{Answer, Ask, Order};

/// How tills go about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// All at the same few coupons, with everything that a till may ask, and what it should not.
    Crowded,
    /// One coupon after the other, each redeemed by one till: the most redemptions in the time.
    Orderly,
}

impl Manner {
    /// How many visits a coupon gets on average.
    pub(super) fn visits(self) -> u64 {
        match self {
            Self::Crowded => 2,
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

/// A redemption that a till remembers.
struct Recent {
    coupon: u64,
    seq: u64,
    key: String,
    order: Order,
}

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
    let mut visitor = Visitor {
        site,
        till: SimulatedTill::new(site, plan.way, shop, till, ahead)?,
        lots: StdRng::seed_from_u64(plan.seed ^ (u64::from(number) << 32) ^ plan.first),
        recent: Vec::new(),
    };
    while Instant::now() < progress.until {
        let visit = progress.visits.fetch_add(1, Ordering::SeqCst);
        if visit >= progress.of {
            break;
        }
        match plan.manner {
            Manner::Orderly => visitor.redeem(plan.first + visit)?,
            Manner::Crowded => {
                let within = visit / plan.visits + visitor.lots.random_range(0..WINDOW);
                visitor.visit(plan.first + within.min(plan.coupons - 1))?;
            }
        }
    }
    drop(done);
    Ok(visitor.till.notes)
}

/// Says that a till has gone home, also when it had to.
struct Done<'a>(&'a Progress);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.working.fetch_sub(1, Ordering::SeqCst);
    }
}

struct Visitor<'a> {
    site: &'a Site,
    till: SimulatedTill,
    lots: StdRng,
    recent: Vec<Recent>,
}

impl Visitor<'_> {
    fn visit(&mut self, coupon: u64) -> Result<()> {
        let lot = self.lots.random_range(0..100);
        let own = self.recent.len().checked_sub(1).map(|last| self.lots.random_range(0..=last));
        let own = own.and_then(|index| self.recent.get(index));
        let own = own.map(|it| (it.coupon, it.seq, it.key.clone(), it.order.clone()));
        match (lot, own) {
            (70..75, _) => self.once(coupon, &Ask::Check { shop: self.till.shop }),
            (75..79, Some((coupon, seq, ..))) => {
                self.once(coupon, &Ask::Find { seq, shop: self.till.shop })
            }
            (79..85, Some((coupon, seq, ..))) => {
                let key = format!("undo-{coupon}-{}", self.few());
                let by = self.till.asker(&key);
                self.persist(coupon, &Ask::Reverse { seq, by }).map(drop)
            }
            (85..89, Some((coupon, _, key, order))) => {
                self.once(coupon, &Ask::Redeem { by: self.till.asker(&key), order })
            }
            (89..91, Some((coupon, _, key, order))) => {
                let order = Order { amount: order.amount + 1, ..order };
                self.once(coupon, &Ask::Redeem { by: self.till.asker(&key), order })
            }
            (91..95, Some((coupon, _, key, _))) => self.cancel(coupon, &key),
            (95..97, _) => {
                let key = self.key(coupon);
                self.cancel(coupon, &key)?;
                let order = self.order();
                self.once(coupon, &Ask::Redeem { by: self.till.asker(&key), order })
            }
            _ => self.redeem(coupon),
        }
    }

    /// Redeems as a till should: asks again, with the same key, when it hears nothing; and when it
    /// never hears, and the order is off, cancels.
    fn redeem(&mut self, coupon: u64) -> Result<()> {
        let (key, order) = (self.key(coupon), self.order());
        let by = self.till.asker(&key);
        match self.persist(coupon, &Ask::Redeem { by, order: order.clone() })? {
            Some(Answer::Redeemed { receipt, .. }) => {
                if self.recent.len() >= 8 {
                    self.recent.remove(0);
                }
                self.recent.push(Recent { coupon, seq: receipt.seq, key, order });
                Ok(())
            }
            Some(_) => Ok(()),
            None if self.lots.random_bool(0.5) => self.cancel(coupon, &key),
            None => Ok(()),
        }
    }

    fn cancel(&mut self, coupon: u64, key: &str) -> Result<()> {
        self.persist(coupon, &Ask::Cancel { by: self.till.asker(key) }).map(drop)
    }

    /// Asks up to three times, until an answer comes.
    fn persist(&mut self, coupon: u64, ask: &Ask) -> Result<Option<Answer>> {
        let issued = self.site.issuer.coupon(coupon)?;
        for _ in 0..2 {
            let answer = self.till.ask(coupon, &issued, ask)?;
            if answer.is_some() {
                return Ok(answer);
            }
            // Tills do not all come back in the same instant.
            std::thread::sleep(Duration::from_millis(self.lots.random_range(20..200)));
        }
        self.till.ask(coupon, &issued, ask)
    }

    fn once(&mut self, coupon: u64, ask: &Ask) -> Result<()> {
        let issued = self.site.issuer.coupon(coupon)?;
        self.till.ask(coupon, &issued, ask).map(drop)
    }

    /// A key of which there are few, so that two tills of a shop come upon the same, and a till
    /// upon one that it has used.
    fn key(&mut self, coupon: u64) -> String {
        format!("{coupon}-{}", self.few())
    }

    fn few(&mut self) -> u8 {
        self.lots.random_range(0..4)
    }

    fn order(&mut self) -> Order {
        let amount = if self.lots.random_bool(0.8) { 3000 } else { 1500 };
        let reference = self.lots.random_bool(0.3).then(|| "账单 7".to_owned());
        Order { amount, reference }
    }
}
