//! The checker itself is checked: on histories made by hand, and by properties.

mod by_hand;

use super::checker::{Verdict, check as judge};
use super::history::{Answer, Ask, Asker, Call, Moment, Order, Receipt};
use super::model::Terms;
use super::shortest::shortest;
use crate::time::Timestamp;

const TERMS: Terms = Terms { value: 2500, reversal_window_ms: 3_600_000 };

/// The order that explains the calls.
fn order(calls: &[Call]) -> Option<Vec<usize>> {
    match judge(TERMS, calls) {
        Verdict::Explained(order) => Some(order),
        Verdict::Violated { .. } => None,
        Verdict::TooLong => panic!("too long"),
    }
}

/// A call in the making: times are milliseconds of the edge's clock.
struct Draft(Ask, u64, u64);

fn redeem(shop: u32, key: &str) -> Draft {
    Draft(Ask::Redeem { by: asker(shop, key), order: bill() }, 0, 0)
}

fn check(shop: u32) -> Draft {
    Draft(Ask::Check { shop }, 0, 0)
}

fn reverse(seq: u64, shop: u32, key: &str) -> Draft {
    Draft(Ask::Reverse { seq, by: asker(shop, key) }, 0, 0)
}

fn asker(shop: u32, key: &str) -> Asker {
    Asker { shop, till: 1, key: key.to_owned() }
}

fn bill() -> Order {
    Order { amount: 3000, reference: None }
}

impl Draft {
    fn from(mut self, began: u64) -> Self {
        self.1 = began;
        self
    }

    fn to(mut self, ended: u64) -> Self {
        self.2 = ended;
        self
    }

    fn lost(self) -> Call {
        self.answered(None).unanswered()
    }

    fn redeemed(self, seq: u64, at: u64) -> Call {
        let receipt = self.receipt(seq, at);
        self.answered(Some(Answer::Redeemed { receipt, replayed: false }))
    }

    fn replayed(self, seq: u64, at: u64) -> Call {
        let receipt = self.receipt(seq, at);
        self.answered(Some(Answer::Redeemed { receipt, replayed: true }))
    }

    fn reversed(self, seq: u64, redeemed: u64, at: u64) -> Call {
        let (receipt, at) = (self.receipt(seq, redeemed), Timestamp::from_millis(at));
        self.answered(Some(Answer::Reversed { receipt, at, replayed: false }))
    }

    fn free(self) -> Call {
        self.answered(Some(Answer::Free))
    }

    fn already_redeemed(self, at: u64) -> Call {
        let at = Timestamp::from_millis(at);
        self.answered(Some(Answer::AlreadyRedeemed { at, till: None }))
    }

    fn receipt(&self, seq: u64, at: u64) -> Receipt {
        let (Ask::Redeem { by, .. } | Ask::Reverse { by, .. } | Ask::Cancel { by }) = &self.0
        else {
            panic!("not a write")
        };
        Receipt {
            seq,
            at: Timestamp::from_millis(at),
            shop: by.shop,
            till: by.till,
            order: bill(),
            discount: 2500,
            reversible_until: Timestamp::from_millis(at + TERMS.reversal_window_ms),
        }
    }

    fn answered(self, answer: Option<Answer>) -> Call {
        let Self(ask, began, ended) = self;
        let when = Moment {
            earliest: Timestamp::from_millis(began),
            latest: Timestamp::from_millis(ended),
        };
        Call { ask, began: began * 1000, ended: ended * 1000, answer, when }
    }
}
