//! One coupon as its users may rely on it: the sequential specification.
//!
//! Written from the contract (`docs/architecture.md`), not from the ledger's rule or its SQL, so
//! that a mistake there is not repeated here. It is a relation, not a function: [`Coupon::after`]
//! says whether an answer is right, and what the coupon is like afterwards. What a call did that
//! got no answer is not known at first, such as when it redeemed; later answers tell it, and must
//! then agree.

use std::collections::BTreeMap;

use super::history::{Answer, Ask, Asker, Moment, Order, Receipt};
use crate::time::Timestamp;

/// Most entries of a coupon.
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
    terms: Terms,
    /// In order; all but the last are undone.
    redemptions: Vec<Redemption>,
    /// Every key that was ever used, and what for.
    spent: BTreeMap<Asker, Use>,
    /// Redemptions, reversals and voids.
    entries: usize,
    /// The last time that is known of an entry: none that follows is before.
    latest: Timestamp,
}

/// A redemption, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Redemption {
    by: Asker,
    order: Order,
    seq: Option<u64>,
    at: Option<Timestamp>,
    undone: Option<Undone>,
}

/// When something was undone, if that is known.
type Undone = Known<Timestamp>;

/// A fact that holds from some point on, but may not be known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Known<T>(Option<T>);

/// What a key was used for first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    /// To redeem: which redemption.
    Redeem(usize),
    /// To spend the key.
    Void(Known<Timestamp>),
    /// To undo a redemption.
    Reverse,
}

impl<T: Copy + PartialEq> Known<T> {
    /// Learns the fact, or holds what is said against what is known.
    fn agrees(&mut self, said: T) -> Option<()> {
        (*self.0.get_or_insert(said) == said).then_some(())
    }
}

impl Coupon {
    /// A coupon that nobody has used.
    pub fn issued(terms: Terms) -> Self {
        Self {
            terms,
            redemptions: Vec::new(),
            spent: BTreeMap::new(),
            entries: 0,
            latest: Timestamp::from_millis(0),
        }
    }

    /// Whether it is redeemed now.
    pub fn is_redeemed(&self) -> bool {
        self.redemptions.last().is_some_and(|last| last.undone.is_none())
    }

    /// The coupon after this call, if the call was carried out at this moment and answered so;
    /// `None` if the answer would be wrong. Without an answer: the coupon after the call, if the
    /// call changes it at all.
    pub fn after(&self, ask: &Ask, answer: Option<&Answer>, when: Moment) -> Option<Self> {
        match answer {
            Some(Answer::TurnedAway) => return Some(self.clone()),
            Some(Answer::NotNow) => return self.policy_may_refuse(ask).then(|| self.clone()),
            _ => {}
        }
        match ask {
            Ask::Redeem { by, order } => self.redeem(by, order, answer, when),
            Ask::Check { shop } => self.check(*shop, answer),
            Ask::Find { seq, shop } => self.find(*seq, *shop, answer),
            Ask::Reverse { seq, by } => match self.redemption(*seq, by.shop) {
                Some(index) => self.undo(index, by, answer, when),
                None => self.says(answer, |answer| *answer == Answer::NotFound),
            },
            Ask::Cancel { by } => self.cancel(by, answer, when),
        }
    }

    /// What was once redeemed is answered again whatever the policy says by then; reversal, cancel
    /// and questions do not ask the policy.
    fn policy_may_refuse(&self, ask: &Ask) -> bool {
        match ask {
            Ask::Redeem { by, .. } => !self.spent.contains_key(by),
            Ask::Check { .. } => true,
            Ask::Find { .. } | Ask::Reverse { .. } | Ask::Cancel { .. } => false,
        }
    }

    fn redeem(
        &self,
        by: &Asker,
        order: &Order,
        answer: Option<&Answer>,
        when: Moment,
    ) -> Option<Self> {
        match self.spent.get(by) {
            Some(Use::Redeem(index)) => {
                let redemption = self.redemptions.get(*index)?;
                if redemption.undone.is_some() {
                    return self.told_undone(answer?, |coupon| {
                        coupon.redemptions.get_mut(*index)?.undone.as_mut()
                    });
                }
                if redemption.order != *order {
                    return self.says(answer, |answer| *answer == Answer::KeyReused);
                }
                let Answer::Redeemed { receipt, replayed: true } = answer? else { return None };
                self.shown(*index, receipt)
            }
            Some(Use::Void(_)) => {
                self.told_undone(answer?, |coupon| match coupon.spent.get_mut(by)? {
                    Use::Void(at) => Some(at),
                    _ => None,
                })
            }
            Some(Use::Reverse) => self.says(answer, |answer| *answer == Answer::KeyReused),
            None if self.is_redeemed() => self.already_redeemed(by.shop, answer?),
            // A redemption needs two places, so that it can be undone.
            None if self.entries + 2 > MAX_ENTRIES => {
                self.says(answer, |answer| *answer == Answer::LimitReached)
            }
            None => {
                let mut next = self.clone();
                let index = next.redemptions.len();
                let (by, order) = (by.clone(), order.clone());
                next.spent.insert(by.clone(), Use::Redeem(index));
                let new = Redemption { by, order, seq: None, at: None, undone: None };
                next.redemptions.push(new);
                next.entries += 1;
                match answer {
                    None => Some(next),
                    Some(Answer::Redeemed { receipt, replayed: false }) => {
                        next.happens(receipt.at, when)?;
                        next.shown(index, receipt)
                    }
                    Some(_) => None,
                }
            }
        }
    }

    fn check(&self, shop: u32, answer: Option<&Answer>) -> Option<Self> {
        if self.is_redeemed() {
            self.already_redeemed(shop, answer?)
        } else if self.entries + 2 > MAX_ENTRIES {
            self.says(answer, |answer| *answer == Answer::LimitReached)
        } else {
            self.says(answer, |answer| *answer == Answer::Free)
        }
    }

    fn find(&self, seq: u64, shop: u32, answer: Option<&Answer>) -> Option<Self> {
        let Some(index) = self.redemption(seq, shop) else {
            return self.says(answer, |answer| *answer == Answer::NotFound);
        };
        let Answer::Found { receipt, reversed_at } = answer? else { return None };
        let mut next = self.shown(index, receipt)?;
        match (&mut next.redemptions.get_mut(index)?.undone, reversed_at) {
            (None, None) => {}
            (Some(undone), Some(at)) => undone.agrees(*at)?,
            _ => return None,
        }
        Some(next)
    }

    fn cancel(&self, by: &Asker, answer: Option<&Answer>, when: Moment) -> Option<Self> {
        match self.spent.get(by) {
            Some(Use::Redeem(index)) => self.undo(*index, by, answer, when),
            Some(Use::Reverse) => self.says(answer, |answer| *answer == Answer::KeyReused),
            Some(Use::Void(_)) => {
                let Answer::Voided { at, replayed: true } = answer? else { return None };
                let mut next = self.clone();
                let Some(Use::Void(known)) = next.spent.get_mut(by) else { return None };
                known.agrees(*at)?;
                Some(next)
            }
            None if self.is_redeemed() => self.already_redeemed(by.shop, answer?),
            None if self.entries + 1 > MAX_ENTRIES => {
                self.says(answer, |answer| *answer == Answer::LimitReached)
            }
            None => {
                let mut next = self.clone();
                let at = match answer {
                    None => None,
                    Some(Answer::Voided { at, replayed: false }) => {
                        next.happens(*at, when)?;
                        Some(*at)
                    }
                    Some(_) => return None,
                };
                next.spent.insert(by.clone(), Use::Void(Known(at)));
                next.entries += 1;
                Some(next)
            }
        }
    }

    /// Undoes a redemption, or says that it is undone or can be no more.
    fn undo(
        &self,
        index: usize,
        by: &Asker,
        answer: Option<&Answer>,
        when: Moment,
    ) -> Option<Self> {
        let redemption = self.redemptions.get(index)?;
        let until = redemption.at.map(|at| self.until(at));
        let is_undone = redemption.undone.is_some();
        let mut next = self.clone();
        match answer {
            Some(Answer::Reversed { receipt, at, replayed }) if *replayed == is_undone => {
                next = next.shown(index, receipt)?;
                if !is_undone {
                    if when.earliest > receipt.reversible_until {
                        return None;
                    }
                    next.happens(*at, when)?;
                    next.undone(index, by)?;
                }
                next.redemptions.get_mut(index)?.undone.as_mut()?.agrees(*at)?;
            }
            Some(Answer::TooLate { until: said }) if !is_undone => {
                let late = until.is_none_or(|until| until == *said) && when.latest > *said;
                return late.then_some(next);
            }
            None if !is_undone && until.is_none_or(|until| when.earliest <= until) => {
                next.undone(index, by)?;
            }
            _ => return None,
        }
        Some(next)
    }

    fn undone(&mut self, index: usize, by: &Asker) -> Option<()> {
        self.redemptions.get_mut(index)?.undone = Some(Known(None));
        self.spent.entry(by.clone()).or_insert(Use::Reverse);
        self.entries += 1;
        Some(())
    }

    /// An entry that is known to have been made then.
    fn happens(&mut self, at: Timestamp, when: Moment) -> Option<()> {
        let fits = when.earliest <= at && at <= when.latest && self.latest <= at;
        self.latest = at;
        fits.then_some(())
    }

    /// A receipt for this redemption was seen.
    fn shown(&self, index: usize, receipt: &Receipt) -> Option<Self> {
        let taken = |other: &Redemption| other.seq == Some(receipt.seq);
        if self.redemptions.iter().enumerate().any(|(i, other)| i != index && taken(other)) {
            return None;
        }
        let mut next = self.clone();
        let redemption = next.redemptions.get_mut(index)?;
        let right = Receipt {
            seq: *redemption.seq.get_or_insert(receipt.seq),
            at: *redemption.at.get_or_insert(receipt.at),
            shop: redemption.by.shop,
            till: redemption.by.till,
            order: redemption.order.clone(),
            discount: self.terms.value.min(redemption.order.amount),
            reversible_until: self.until(receipt.at),
        };
        (*receipt == right).then_some(next)
    }

    fn already_redeemed(&self, shop: u32, answer: &Answer) -> Option<Self> {
        let Answer::AlreadyRedeemed { at, till } = answer else { return None };
        let mut next = self.clone();
        let last = next.redemptions.last_mut()?;
        let right_till = (last.by.shop == shop).then_some(last.by.till);
        (*last.at.get_or_insert(*at) == *at && *till == right_till).then_some(next)
    }

    /// The key's deed was undone, when is told.
    fn told_undone(
        &self,
        answer: &Answer,
        undone: impl FnOnce(&mut Self) -> Option<&mut Undone>,
    ) -> Option<Self> {
        let Answer::RedemptionReversed { at } = answer else { return None };
        let mut next = self.clone();
        undone(&mut next)?.agrees(*at)?;
        Some(next)
    }

    /// The coupon stays as it is, and the answer must be so.
    fn says(&self, answer: Option<&Answer>, right: impl Fn(&Answer) -> bool) -> Option<Self> {
        answer.is_some_and(right).then(|| self.clone())
    }

    fn redemption(&self, seq: u64, shop: u32) -> Option<usize> {
        self.redemptions.iter().position(|it| it.seq == Some(seq) && it.by.shop == shop)
    }

    fn until(&self, at: Timestamp) -> Timestamp {
        Timestamp::from_millis(at.millis() + self.terms.reversal_window_ms)
    }
}
