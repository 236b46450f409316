//! What a till has to find out for a customer: one request, sent until it is answered.

use std::time::{Duration, Instant};

use super::customer::{Customer, Visit};
use super::judge::Step;
use super::shops;
use crate::cli::load::Tills;

/// A request, as often as it takes.
#[derive(Clone, Debug)]
pub(super) struct Errand {
    /// The customer's number, and the coupon's.
    pub(super) n: u64,
    customer: Customer,
    pub(super) step: Step,
    /// Waits are counted from here, whenever it could be sent.
    pub(super) due: Instant,
    /// How often it was sent.
    pub(super) tries: u32,
}

/// A cashier needs that long to scan again, or to learn that the order is off; and up to twice it.
const A_MOMENT: Duration = Duration::from_millis(800);

impl Errand {
    /// What a customer's coming brings: a request, or two at the same moment.
    pub(super) fn of(n: u64, customer: Customer, due: Instant) -> (Self, Option<Self>) {
        let new = |step| Self { n, customer, step, due, tries: 0 };
        match customer.visit {
            Visit::Forged => (new(Step::Forged), None),
            Visit::Duplicate => {
                (new(Step::Race { rival: false }), Some(new(Step::Race { rival: true })))
            }
            _ => (new(Step::Redeem), None),
        }
    }

    /// What comes after this was answered with yes.
    pub(super) fn next(&self, id: String, now: Instant) -> Option<Self> {
        let step = match (&self.step, self.customer.visit) {
            (Step::Redeem, Visit::SameAgain) => Step::SameAgain { id },
            (Step::Redeem, Visit::NewBill) => Step::NewBill,
            (Step::Redeem, Visit::Reversed) => Step::Reverse { id },
            _ => return None,
        };
        let due = now + A_MOMENT.mul_f64(1.0 + self.customer.lot);
        Some(Self { step, due, tries: 0, ..*self })
    }

    /// Whether a yes means that a redemption stands which did not before.
    pub(super) fn redeems(&self) -> bool {
        matches!(self.step, Step::Redeem | Step::Race { .. } | Step::NewBill | Step::Forged)
    }

    /// The request, signed at this Unix second.
    pub(super) fn request(&self, tills: &Tills, created: u64) -> anyhow::Result<Vec<u8>> {
        let shop = match self.step {
            Step::Race { rival: true } => self.customer.other,
            _ => self.customer.shop,
        };
        let till = tills.of_shop(shop, shops::chain(shop))?;
        let n = self.n;
        let bill = format!("bill-{n}");
        match &self.step {
            Step::Reverse { id } => Ok(tills.reversal(&till, id, &format!("undo-{n}"), created)),
            Step::NewBill => tills.redemption(&till, n, &format!("bill-{n}-2"), false, created),
            Step::Forged => tills.redemption(&till, n, &bill, true, created),
            _ => tills.redemption(&till, n, &bill, false, created),
        }
    }

    /// A lot between 0 and 1 for the wait before the next try: another one each time.
    pub(super) fn lot(&self) -> f64 {
        // The golden ratio's fraction spreads multiples evenly.
        (self.customer.lot + f64::from(self.tries) * 0.618_033_988_75).fract()
    }
}
