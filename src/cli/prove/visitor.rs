//! A till at work: it does what tills do, and what they should not.

use std::thread;
use std::time::Duration;

use anyhow::Result;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use super::batch::Item;
use super::clock::Clock;
use super::site::Site;
use super::till::{Notes, SimulatedTill};
use crate::prove::history::{Answer, Ask, Order, Sale};

/// A sale that a till remembers: a redemption, or a conflict.
struct Recent {
    coupon: u64,
    seq: u64,
    key: String,
    sale: Sale,
}

/// A till at work.
pub(super) struct Visitor<'a> {
    site: &'a Site,
    till: SimulatedTill,
    lots: StdRng,
    /// Some of its orders kill the Worker.
    deadly: bool,
    recent: Vec<Recent>,
}

/// References of orders of which the Worker in `tests/variants/panics.patch` dies: in itself, in the
/// ledger's object, and there after it wrote.
const DEADLY: [&str; 3] = ["panic:worker", "panic:object", "panic:written"];

impl<'a> Visitor<'a> {
    /// A till that has done nothing yet.
    pub(super) fn new(site: &'a Site, till: SimulatedTill, seed: u64, deadly: bool) -> Self {
        Self { site, till, lots: StdRng::seed_from_u64(seed), deadly, recent: Vec::new() }
    }

    /// A number below `end`, drawn by lot.
    pub(super) fn draw(&mut self, end: u64) -> u64 {
        self.lots.random_range(0..end)
    }

    /// What it wrote down.
    pub(super) fn notes(self) -> Notes {
        self.till.notes
    }

    /// One customer, or one more question about an earlier one.
    pub(super) fn visit(&mut self, coupon: u64) -> Result<()> {
        let lot = self.lots.random_range(0..100);
        let own = self.recent.len().checked_sub(1).map(|last| self.lots.random_range(0..=last));
        let own = own.and_then(|index| self.recent.get(index));
        let own = own.map(|it| (it.coupon, it.seq, it.key.clone(), it.sale.clone()));
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
            (85..89, Some((coupon, _, key, sale))) => {
                self.once(coupon, &Ask::Redeem { by: self.till.asker(&key), sale })
            }
            (89..91, Some((coupon, _, key, mut sale))) => {
                sale.order.amount += 1;
                self.once(coupon, &Ask::Redeem { by: self.till.asker(&key), sale })
            }
            (91..95, Some((coupon, _, key, _))) => self.cancel(coupon, &key),
            (95..97, _) => {
                let key = self.key(coupon);
                self.cancel(coupon, &key)?;
                let sale = self.sale();
                self.once(coupon, &Ask::Redeem { by: self.till.asker(&key), sale })
            }
            _ => self.redeem(coupon),
        }
    }

    /// Redeems as a till should: asks again, with the same key, when it hears nothing; and when it
    /// never hears, and the order is off, cancels.
    pub(super) fn redeem(&mut self, coupon: u64) -> Result<()> {
        let item = self.item(coupon)?;
        self.settle(item)
    }

    /// Redeems for several customers in one call, as a till does that has stored what it could not
    /// send. What it hears nothing of it asks again under the same keys: in another batch, or each
    /// alone.
    pub(super) fn batch(&mut self, coupons: &[u64]) -> Result<()> {
        let items = coupons.iter().map(|coupon| self.item(*coupon));
        let mut open = items.collect::<Result<Vec<_>>>()?;
        for _ in 0..2 {
            let answers = self.till.ask_together(&open)?;
            let mut unknown = Vec::new();
            for (item, answer) in open.into_iter().zip(answers) {
                match answer {
                    Some(answer) => self.remember(item, &answer),
                    None => unknown.push(item),
                }
            }
            open = unknown;
            if open.is_empty() || self.lots.random_bool(0.5) {
                break;
            }
            self.pause();
        }
        open.into_iter().try_for_each(|item| self.settle(item))
    }

    /// What a customer wants to redeem.
    fn item(&mut self, coupon: u64) -> Result<Item> {
        let (key, sale) = (self.key(coupon), self.sale());
        let issued = self.site.issuer.coupon(coupon)?;
        Ok(Item { coupon, issued, by: self.till.asker(&key), sale })
    }

    /// Asks for it alone until it is known, or the order is off.
    fn settle(&mut self, item: Item) -> Result<()> {
        match self.persist(item.coupon, &item.ask())? {
            Some(answer) => self.remember(item, &answer),
            None if self.lots.random_bool(0.5) => self.cancel(item.coupon, &item.by.key)?,
            None => {}
        }
        Ok(())
    }

    fn remember(&mut self, item: Item, answer: &Answer) {
        let seq = match answer {
            Answer::Redeemed { receipt, .. } => receipt.seq,
            Answer::Conflict { conflict, .. } => conflict.seq,
            _ => return,
        };
        if self.recent.len() >= 8 {
            self.recent.remove(0);
        }
        let Item { coupon, by, sale, .. } = item;
        self.recent.push(Recent { coupon, seq, key: by.key, sale });
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
            self.pause();
        }
        self.till.ask(coupon, &issued, ask)
    }

    /// Tills do not all come back in the same instant.
    fn pause(&mut self) {
        thread::sleep(Duration::from_millis(self.lots.random_range(20..200)));
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

    /// Some tills had no network for a while, and tell of what they sold then.
    fn sale(&mut self) -> Sale {
        let offline = self.site.issuer.takes_offline() && self.lots.random_bool(0.2);
        let offline_at = offline.then(|| Clock::ago(self.lots.random_range(1..3600)));
        Sale { order: self.order(), offline_at }
    }

    fn order(&mut self) -> Order {
        let amount = if self.lots.random_bool(0.8) { 3000 } else { 1500 };
        let reference = match self.deadly && self.lots.random_bool(0.03) {
            true => DEADLY.choose(&mut self.lots).copied(),
            false => self.lots.random_bool(0.3).then_some("账单 7"),
        };
        Order { amount, reference: reference.map(str::to_owned) }
    }
}
