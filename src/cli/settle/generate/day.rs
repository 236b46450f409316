//! What happens on a generated day, in the order of time, drawn by lot from a seed.
//!
//! Customers come as the published curve says, to shops and chains by the laws of
//! `surge::replay::shops`. The shares below are assumptions; nobody published such figures.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::campaign::Serial;
use crate::cli::surge::replay::plan::Plan;
use crate::cli::surge::replay::shops::{self, SHOPS};
use crate::ledger::{Entry, Fingerprint, Identity, KeyHash, Kind};
use crate::money::Amount;
use crate::policy::Epochs;
use crate::time::Timestamp;

/// Of a thousand customers, how many redeemed without a network.
const OFFLINE: f64 = 0.010;
/// How many of those had a coupon that somebody else had used.
const CONFLICTS: f64 = 0.02;
/// How many orders were cancelled before their redemption arrived.
const VOIDS: f64 = 0.0005;

/// An order comes off within so many milliseconds, and a till is without a network for as long.
const HOUR_MS: f64 = 3_600_000.0;

/// The redemptions that a conflict can be about.
const RECENT: usize = 1024;

/// The entries of a day.
pub(super) struct Day {
    plan: Plan,
    start: Timestamp,
    lots: StdRng,
    /// Of all redemptions, the part that is undone.
    reversals: f64,
    customers: u64,
    came: u64,
    /// When the next customer comes.
    coming: Option<u64>,
    chains: Vec<u16>,
    reversing: BinaryHeap<Reverse<Due>>,
    recent: Vec<Serial>,
}

/// A reversal that comes at its time; entries are only compared by that.
struct Due(u64, u64, Entry);

impl Day {
    pub(super) fn new(
        plan: Plan,
        start: Timestamp,
        seed: u64,
        customers: u64,
        reversals: f64,
    ) -> Self {
        let lots = StdRng::seed_from_u64(seed);
        let chains = (0..=SHOPS).map(shops::chain).collect();
        let (reversing, recent) = (BinaryHeap::new(), Vec::with_capacity(RECENT));
        let (came, coming) = (0, None);
        let mut day = Self {
            plan,
            start,
            lots,
            reversals,
            customers,
            came,
            coming,
            chains,
            reversing,
            recent,
        };
        day.coming = day.next_at();
        day
    }

    /// When the next customer comes: as evenly as the curve goes, each somewhere in his place.
    fn next_at(&mut self) -> Option<u64> {
        if self.came == self.customers {
            return None;
        }
        let place = (self.came as f64 + self.lots.random::<f64>()) / self.customers as f64;
        let whole = self.plan.expected(self.plan.seconds());
        let second = self.plan.second_of(place * whole).unwrap_or(self.plan.seconds());
        Some(self.start.millis() + (second * 1000.0) as u64)
    }

    fn customer(&mut self, at: u64) -> Entry {
        let shop = shops::shop(self.lots.random());
        let offline = self.lots.random::<f64>() < OFFLINE;
        let lot: f64 = self.lots.random();
        let recent = (self.lots.random::<f64>() * self.recent.len() as f64) as usize;
        let used = self.recent.get(recent).filter(|_| offline && lot < CONFLICTS).copied();
        let kind = match used {
            Some(_) => Kind::Conflict,
            None if !offline && lot < VOIDS => Kind::Void,
            None => Kind::Redemption,
        };
        let amount = Amount::from(1500 + (self.lots.random::<f64>() * 4500.0) as u32);
        let gives = |amount| if kind == Kind::Void { Amount::ZERO } else { amount };
        let discount = Amount::from(2500).min(amount);
        let delay = (self.lots.random::<f64>() * HOUR_MS) as u64;
        let bill = format!("A{:09}", self.came);
        let (serial, key, fingerprint) =
            (self.lots.random(), self.lots.random(), self.lots.random());
        Entry {
            seq: 0,
            serial: used.unwrap_or(Serial::from_bytes(serial)),
            n: if used.is_some() { -1 } else { 0 },
            kind,
            at: Timestamp::from_millis(at),
            by: Identity { shop, till: 1 + (self.came % 4) as u16, key: KeyHash::from_bytes(key) },
            chain: match kind {
                Kind::Void => 0,
                _ => self.chains.get(shop as usize).copied().unwrap_or(0),
            },
            fingerprint: Fingerprint::from_bytes(fingerprint),
            discount: gives(discount),
            order_amount: gives(amount),
            order_ref: bill.try_into().ok().filter(|_| kind != Kind::Void),
            epochs: Epochs { campaign: 1, shops: 1 },
            reversible_until: Timestamp::from_millis(at + 86_400_000),
            offline_at: offline.then(|| Timestamp::from_millis(at - delay)),
            answer: 1,
        }
    }

    /// What comes after this entry.
    fn note(&mut self, entry: &Entry) {
        if entry.kind != Kind::Redemption {
            return;
        }
        if self.lots.random::<f64>() < self.reversals {
            let at = entry.at.millis() + 1 + (self.lots.random::<f64>() * HOUR_MS) as u64;
            let (kind, time) = (Kind::Reversal, Timestamp::from_millis(at));
            let reversal = Entry { kind, at: time, n: 1, ..entry.clone() };
            self.reversing.push(Reverse(Due(at, self.came, reversal)));
        } else if self.recent.len() < RECENT {
            self.recent.push(entry.serial);
        } else if let Some(place) = self.recent.get_mut(self.came as usize % RECENT) {
            *place = entry.serial;
        }
    }
}

impl Iterator for Day {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let due = self.reversing.peek().map(|Reverse(Due(due, ..))| *due);
        let at = match (self.coming, due) {
            (Some(at), due) if due.is_none_or(|due| at < due) => at,
            _ => return self.reversing.pop().map(|Reverse(Due(.., entry))| entry),
        };
        self.came += 1;
        let entry = self.customer(at);
        self.note(&entry);
        self.coming = self.next_at();
        Some(entry)
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}
