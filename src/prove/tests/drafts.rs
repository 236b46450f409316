//! Calls written down by hand. Times are milliseconds of the edge's clock.

use super::*;

/// A call in the making.
#[derive(Clone)]
pub(super) struct Draft {
    ask: Ask,
    began: u64,
    ended: u64,
    /// What its receipt says.
    shown: Receipt,
}

pub(super) fn redeem(shop: u32, key: &str) -> Draft {
    let sale = Sale { order: bill(), offline_at: None };
    Draft::new(Ask::Redeem { by: asker(shop, key), sale }, shop)
}

/// Of a till that had no network at time 0.
pub(super) fn sold(shop: u32, key: &str) -> Draft {
    let sale = Sale { order: bill(), offline_at: Some(at(0)) };
    Draft::new(Ask::Redeem { by: asker(shop, key), sale }, shop)
}

pub(super) fn check(shop: u32) -> Draft {
    Draft::new(Ask::Check { shop }, shop)
}

pub(super) fn find(seq: u64, shop: u32) -> Draft {
    Draft::new(Ask::Find { seq, shop }, shop)
}

pub(super) fn reverse(seq: u64, shop: u32, key: &str) -> Draft {
    Draft::new(Ask::Reverse { seq, by: asker(shop, key) }, shop)
}

pub(super) fn cancel(shop: u32, key: &str) -> Draft {
    Draft::new(Ask::Cancel { by: asker(shop, key) }, shop)
}

fn asker(shop: u32, key: &str) -> Asker {
    Asker { shop, till: 1, key: key.to_owned() }
}

pub(super) fn bill() -> Order {
    Order { amount: 3000, reference: None }
}

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

impl Draft {
    fn new(ask: Ask, shop: u32) -> Self {
        let shown = Receipt {
            seq: 0,
            at: at(0),
            shop,
            till: 1,
            order: bill(),
            discount: 2500,
            reversible_until: at(0),
        };
        Self { ask, began: 0, ended: 0, shown }
    }

    pub(super) fn from(mut self, began: u64) -> Self {
        self.began = began;
        self
    }

    pub(super) fn to(mut self, ended: u64) -> Self {
        self.ended = ended;
        self
    }

    /// Another till of the shop.
    pub(super) fn till(mut self, other: u16) -> Self {
        if let Ask::Redeem { by, .. } | Ask::Reverse { by, .. } | Ask::Cancel { by } = &mut self.ask
        {
            by.till = other;
        }
        self.shown.till = other;
        self
    }

    /// Another order.
    pub(super) fn amount(mut self, other: u64) -> Self {
        if let Ask::Redeem { sale, .. } = &mut self.ask {
            sale.order.amount = other;
        }
        self.shown.order.amount = other;
        self.shown.discount = other.min(TERMS.value);
        self
    }

    /// What the receipt says beside or against the truth.
    pub(super) fn showing(mut self, alter: impl FnOnce(&mut Receipt)) -> Self {
        alter(&mut self.shown);
        self
    }

    pub(super) fn lost(self) -> Call {
        self.answered(Answer::TurnedAway).unanswered()
    }

    pub(super) fn redeemed(self, seq: u64, at: u64) -> Call {
        let receipt = self.receipt(seq, at);
        self.answered(Answer::Redeemed { receipt, replayed: false })
    }

    pub(super) fn replayed(self, seq: u64, at: u64) -> Call {
        let receipt = self.receipt(seq, at);
        self.answered(Answer::Redeemed { receipt, replayed: true })
    }

    /// A conflict with a redemption of this time.
    pub(super) fn conflict(self, seq: u64, recorded: u64, first: u64) -> Call {
        let conflict = self.conflict_with(seq, recorded, first);
        self.answered(Answer::Conflict { conflict, replayed: false })
    }

    pub(super) fn conflict_again(self, seq: u64, recorded: u64, first: u64) -> Call {
        let conflict = self.conflict_with(seq, recorded, first);
        self.answered(Answer::Conflict { conflict, replayed: true })
    }

    fn conflict_with(&self, seq: u64, recorded: u64, first: u64) -> Conflict {
        let Receipt { shop, till, discount, .. } = self.shown;
        let (offline_at, first) = (at(0), at(first));
        Conflict { seq, at: at(recorded), shop, till, offline_at, discount, first }
    }

    pub(super) fn reversed(self, seq: u64, redeemed: u64, undone: u64) -> Call {
        let receipt = self.receipt(seq, redeemed);
        self.answered(Answer::Reversed { receipt, at: at(undone), replayed: false })
    }

    pub(super) fn reversed_before(self, seq: u64, redeemed: u64, undone: u64) -> Call {
        let receipt = self.receipt(seq, redeemed);
        self.answered(Answer::Reversed { receipt, at: at(undone), replayed: true })
    }

    pub(super) fn voided(self, when: u64) -> Call {
        self.answered(Answer::Voided { at: at(when), replayed: false })
    }

    pub(super) fn found(self, seq: u64, redeemed: u64, undone: Option<u64>) -> Call {
        let receipt = self.receipt(seq, redeemed);
        self.answered(Answer::Found { receipt, reversed_at: undone.map(at) })
    }

    pub(super) fn free(self) -> Call {
        self.answered(Answer::Free)
    }

    /// Seen by another shop.
    pub(super) fn already_redeemed(self, when: u64) -> Call {
        self.answered(Answer::AlreadyRedeemed { at: at(when), till: None })
    }

    pub(super) fn already_redeemed_at(self, when: u64, till: u16) -> Call {
        self.answered(Answer::AlreadyRedeemed { at: at(when), till: Some(till) })
    }

    pub(super) fn key_is_dead(self, since: u64) -> Call {
        self.answered(Answer::RedemptionReversed { at: at(since) })
    }

    pub(super) fn too_late(self, until: u64) -> Call {
        self.answered(Answer::TooLate { until: at(until) })
    }

    fn receipt(&self, seq: u64, redeemed: u64) -> Receipt {
        let mut receipt = self.shown.clone();
        receipt.seq += seq;
        receipt.at = at(receipt.at.millis() + redeemed);
        let until = redeemed + TERMS.reversal_window_ms + receipt.reversible_until.millis();
        receipt.reversible_until = at(until);
        receipt
    }

    pub(super) fn answered(self, answer: Answer) -> Call {
        let when = Moment { earliest: at(self.began), latest: at(self.ended) };
        let (began, ended) = (self.began * 1000, self.ended * 1000);
        Call { ask: self.ask, began, ended, answer: Some(answer), when }
    }
}
