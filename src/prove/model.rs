//! One coupon as its users may rely on it: the sequential specification.
//!
//! Written from the contract (`docs/architecture.md`), not from the ledger's rule or its SQL, so
//! that a mistake there is not repeated here. It is a relation, not a function: [`Coupon::after`]
//! says whether an answer is right, and what the coupon may be like afterwards. The less is known
//! of a coupon, the more answers are right: that a call got no answer never makes another's wrong.

use super::deeds::{Deeds, What};
use super::history::{Answer, Ask, Asker, Moment, Sale};
use crate::time::Timestamp;

/// Most entries of a coupon. Of conflicts it may have more than a history has calls.
const MAX_ENTRIES: usize = 20;

/// What never changes for the coupons of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Terms {
    /// Face value, in minor units.
    pub value: u64,
    /// How long a redemption can be undone.
    pub reversal_window_ms: u64,
}

/// A coupon between two calls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coupon {
    pub(super) value: u64,
    pub(super) deeds: Deeds,
}

/// What a key was used for first.
enum Use {
    /// To redeem, and it still is redeemed.
    Redeem,
    /// To redeem, which was undone; or it was spent without redeeming. Since which deed.
    Dead(usize),
    /// To undo a redemption.
    Undo,
    /// For a sale without a network, of the coupon that was used.
    Conflict,
}

impl Coupon {
    /// A coupon that nobody has used.
    pub fn issued(terms: Terms) -> Self {
        Self { value: terms.value, deeds: Deeds::none(terms.reversal_window_ms) }
    }

    /// Whether it is redeemed now.
    pub fn is_redeemed(&self) -> bool {
        self.deeds.live().is_some()
    }

    /// What the coupon may be like after this call, if the call was carried out at this moment and
    /// answered so; nothing if the answer would be wrong. There is more than one way only if the
    /// answer is about a redemption that nobody has seen before, and two may be meant.
    ///
    /// Without an answer: the coupon after the call, if the call changes it at all.
    pub fn after(&self, ask: &Ask, answer: Option<&Answer>, when: Moment) -> Vec<Self> {
        let Some(answer) = answer else {
            return self.changed(ask, when).into_iter().collect();
        };
        match (ask, answer) {
            (_, Answer::TurnedAway) => vec![self.clone()],
            (_, Answer::NotNow) if self.policy_may_refuse(ask) => vec![self.clone()],
            (Ask::Redeem { by, sale }, _) => ways(self.redeem(by, sale, answer, when)),
            (Ask::Check { shop }, _) => ways(self.check(*shop, answer, when)),
            (Ask::Find { seq, shop }, Answer::NotFound) => ways(self.none_has(*seq, *shop)),
            (Ask::Find { seq, shop }, _) => self
                .named(*seq, *shop)
                .filter_map(|(it, next)| next.found(it, answer, when))
                .collect(),
            (Ask::Reverse { seq, by }, Answer::NotFound) => ways(self.none_has(*seq, by.shop)),
            (Ask::Reverse { seq, by }, _) => self
                .named(*seq, by.shop)
                .filter_map(|(it, next)| next.undo(it, by, answer, when))
                .collect(),
            (Ask::Cancel { by }, _) => ways(self.cancel(by, answer, when)),
        }
    }

    /// What was once redeemed is answered again whatever the policy says by then; reversal, cancel
    /// and questions for a redemption do not ask the policy.
    fn policy_may_refuse(&self, ask: &Ask) -> bool {
        match ask {
            Ask::Redeem { by, .. } => self.deeds.first_by(by).is_none(),
            Ask::Check { .. } => true,
            Ask::Find { .. } | Ask::Reverse { .. } | Ask::Cancel { .. } => false,
        }
    }

    /// What a call without an answer made of the coupon. It may have come at any time after it was
    /// sent.
    fn changed(&self, ask: &Ask, when: Moment) -> Option<Self> {
        let when = Moment { latest: Timestamp::from_millis(u64::MAX), ..when };
        let live = self.deeds.live();
        match ask {
            Ask::Redeem { by, sale } => {
                let (allowed, what) = match live {
                    None => (self.has_room(2), What::Redeem(sale.clone())),
                    Some(_) => (sale.offline_at.is_some(), What::Conflict(sale.clone())),
                };
                self.with(allowed && self.key(by).is_none(), what, by, when)
            }
            Ask::Reverse { seq, by } => {
                let (_, next) = self.named(*seq, by.shop).find(|(it, _)| Some(*it) == live)?;
                next.with(true, What::Undo, by, when)
            }
            Ask::Cancel { by } if live.is_some() => {
                self.with(self.deeds.first_by(by) == live, What::Undo, by, when)
            }
            Ask::Cancel { by } => {
                let free = self.has_room(1) && self.key(by).is_none();
                self.with(free, What::Void, by, when)
            }
            Ask::Check { .. } | Ask::Find { .. } => None,
        }
    }

    fn redeem(&self, by: &Asker, sale: &Sale, answer: &Answer, when: Moment) -> Option<Self> {
        match (self.key(by), answer) {
            (Some((_, Use::Dead(since))), Answer::RedemptionReversed { at }) => {
                self.done_at(since, *at, when)
            }
            (Some((it, Use::Redeem | Use::Conflict)), Answer::KeyReused) => {
                (!self.is_for(it, sale)).then(|| self.clone())
            }
            (Some((_, Use::Undo)), Answer::KeyReused) => Some(self.clone()),
            (Some((it, Use::Redeem)), Answer::Redeemed { receipt, replayed: true })
                if self.is_for(it, sale) =>
            {
                self.shows(it, receipt, when)
            }
            (Some((it, Use::Conflict)), Answer::Conflict { conflict, replayed: true })
                if self.is_for(it, sale) =>
            {
                self.shows_conflict(it, conflict, when)
            }
            (None, Answer::Conflict { conflict, replayed: false }) => {
                let allowed = self.is_redeemed() && sale.offline_at.is_some();
                let next = self.with(allowed, What::Conflict(sale.clone()), by, when)?;
                next.shows_conflict(self.deeds.end(), conflict, when)
            }
            // Goods that are gone cannot be refused.
            (None, Answer::AlreadyRedeemed { .. }) if sale.offline_at.is_none() => {
                self.already_redeemed(by.shop, answer, when)
            }
            // A redemption needs two places, so that it can be undone.
            (None, Answer::LimitReached) => self.is_full(2),
            (None, Answer::Redeemed { receipt, replayed: false }) => {
                let free = !self.is_redeemed() && self.has_room(2);
                let next = self.with(free, What::Redeem(sale.clone()), by, when)?;
                next.shows(self.deeds.end(), receipt, when)
            }
            _ => None,
        }
    }

    fn check(&self, shop: u32, answer: &Answer, when: Moment) -> Option<Self> {
        match answer {
            Answer::AlreadyRedeemed { .. } => self.already_redeemed(shop, answer, when),
            Answer::LimitReached => self.is_full(2),
            Answer::Free => (!self.is_redeemed() && self.has_room(2)).then(|| self.clone()),
            _ => None,
        }
    }

    fn found(&self, it: usize, answer: &Answer, when: Moment) -> Option<Self> {
        let Answer::Found { receipt, reversed_at } = answer else { return None };
        let next = self.shows(it, receipt, when)?;
        match reversed_at {
            Some(at) => next.done_at(next.deeds.undoing(it), *at, when),
            None => (next.deeds.live() == Some(it)).then_some(next),
        }
    }

    fn cancel(&self, by: &Asker, answer: &Answer, when: Moment) -> Option<Self> {
        match (self.key(by), answer) {
            (Some((it, Use::Redeem)), _) => self.undo(it, by, answer, when),
            (Some((it, Use::Dead(since))), _) if it != since => self.undo(it, by, answer, when),
            (Some((_, Use::Dead(since))), Answer::Voided { at, replayed: true }) => {
                self.done_at(since, *at, when)
            }
            (Some((_, Use::Undo)), Answer::KeyReused) => Some(self.clone()),
            // The coupon never was this key's, so that there is nothing to give back.
            (Some((it, Use::Conflict)), Answer::TooLate { until }) => {
                self.done_at(it, *until, when)
            }
            (None, Answer::AlreadyRedeemed { .. }) => self.already_redeemed(by.shop, answer, when),
            (None, Answer::LimitReached) => self.is_full(1),
            (None, Answer::Voided { at, replayed: false }) => {
                let free = !self.is_redeemed() && self.has_room(1);
                let next = self.with(free, What::Void, by, when)?;
                next.done_at(self.deeds.end(), *at, when)
            }
            _ => None,
        }
    }

    /// Undoes a redemption, or says that it is undone or can be no more.
    fn undo(&self, it: usize, by: &Asker, answer: &Answer, when: Moment) -> Option<Self> {
        let is_live = self.deeds.live() == Some(it);
        match answer {
            Answer::Reversed { receipt, at, replayed } if *replayed != is_live => {
                let next =
                    if is_live { self.with(true, What::Undo, by, when)? } else { self.clone() };
                let next = next.shows(it, receipt, when)?;
                next.done_at(next.deeds.undoing(it), *at, when)
            }
            Answer::TooLate { until } if is_live && when.latest > *until => {
                self.done_at(it, self.deeds.redeemed(*until)?, when)
            }
            _ => None,
        }
    }

    /// What the key was used for, and by which deed.
    fn key(&self, by: &Asker) -> Option<(usize, Use)> {
        let first = self.deeds.first_by(by)?;
        let used = match self.deeds.get(first)?.what {
            What::Redeem(_) if self.deeds.live() == Some(first) => Use::Redeem,
            What::Redeem(_) => Use::Dead(self.deeds.undoing(first)),
            What::Conflict(_) => Use::Conflict,
            What::Void => Use::Dead(first),
            What::Undo => Use::Undo,
        };
        Some((first, used))
    }

    /// The redemptions of the shop that have this number or may have it, and the coupon if so.
    fn named(&self, seq: u64, shop: u32) -> impl Iterator<Item = (usize, Self)> {
        self.deeds
            .redemptions_of(shop)
            .filter_map(move |it| Some((it, self.knowing(self.deeds.clone().numbered(it, seq))?)))
    }

    fn none_has(&self, seq: u64, shop: u32) -> Option<Self> {
        self.knowing(self.deeds.clone().none_numbered(seq, shop))
    }

    /// It is free, but has no room for so many entries more.
    fn is_full(&self, entries: usize) -> Option<Self> {
        (!self.is_redeemed() && !self.has_room(entries)).then(|| self.clone())
    }

    fn has_room(&self, entries: usize) -> bool {
        self.deeds.entries() + entries <= MAX_ENTRIES
    }

    fn is_for(&self, it: usize, sale: &Sale) -> bool {
        self.deeds.get(it).is_some_and(|deed| match &deed.what {
            What::Redeem(first) | What::Conflict(first) => first == sale,
            What::Undo | What::Void => false,
        })
    }

    /// This deed is known to have been done then.
    pub(super) fn done_at(&self, it: usize, at: Timestamp, when: Moment) -> Option<Self> {
        self.knowing(self.deeds.clone().done_at(it, at, when))
    }

    /// Of configurations that differ only in deeds that nobody will ask for, the same: see
    /// [`Deeds::gist`].
    pub(super) fn gist(&self, matters: impl Fn(&Asker) -> bool) -> (Self, usize, Timestamp) {
        let (deeds, earliest) = self.deeds.gist(matters);
        (Self { deeds, ..*self }, self.deeds.entries(), earliest)
    }

    /// The coupon with one more deed, if it may be done.
    fn with(&self, allowed: bool, what: What, by: &Asker, when: Moment) -> Option<Self> {
        self.knowing(allowed.then(|| self.deeds.clone())?.and(what, by, when))
    }

    pub(super) fn knowing(&self, deeds: Option<Deeds>) -> Option<Self> {
        deeds.map(|deeds| Self { deeds, ..*self })
    }
}

fn ways(next: Option<Coupon>) -> Vec<Coupon> {
    next.into_iter().collect()
}
