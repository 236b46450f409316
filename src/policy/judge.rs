//! The judgement: may this coupon be used by this till on this order now?

use super::{AdmittedTill, CampaignPolicy, Epochs, OfflineRefusal, Policy};
use crate::money::{Amount, Currency, Price};
use crate::order::Order;
use crate::till::Till;
use crate::time::Timestamp;
use crate::token::VerifiedCoupon;

/// The terms on which a coupon may be redeemed. Only [`CampaignPolicy::judge`] makes them, and
/// without them nothing is redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    discount: Amount,
    reversal_window_s: u32,
    offline_at: Option<Timestamp>,
}

impl Terms {
    /// What comes off the bill: the coupon's value, at most the order's amount.
    pub fn discount(&self) -> Amount {
        self.discount
    }

    /// For how long the redemption can be reversed, in seconds.
    pub fn reversal_window_s(&self) -> u32 {
        self.reversal_window_s
    }

    /// When a till without a network has given the goods, if one has.
    pub fn offline_at(&self) -> Option<Timestamp> {
        self.offline_at
    }

    pub(super) fn of_offline_sale(self, at: Timestamp) -> Self {
        Self { offline_at: Some(at), ..self }
    }
}

/// Why the policy refuses, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyRefusal {
    /// A sale without a network that is not taken.
    Offline(OfflineRefusal),
    /// The order is in another currency than the campaign.
    CurrencyMismatch {
        /// The campaign's.
        expected: Currency,
    },
    /// The campaign is paused.
    CampaignPaused,
    /// Too early.
    NotYetValid {
        /// From when on.
        from: Timestamp,
    },
    /// Too late.
    Expired {
        /// When it ended.
        at: Timestamp,
    },
    /// The shop is in none of the groups that may redeem it.
    OutOfScope,
    /// The order is too small.
    BelowMinimumSpend {
        /// The least order amount.
        minimum: Price,
    },
    /// The coupon is no longer good.
    Revoked,
}

impl CampaignPolicy {
    /// The epochs of the policies that a call by this till is judged by.
    pub fn epochs(&self, till: &AdmittedTill) -> Epochs {
        Epochs { campaign: self.epoch(), shops: till.epoch() }
    }

    /// Judges a redemption.
    ///
    /// # Errors
    /// The first [`PolicyRefusal`] that applies, in their order.
    pub fn judge(
        &self,
        coupon: &VerifiedCoupon,
        till: &AdmittedTill,
        order: &Order,
        now: Timestamp,
    ) -> Result<Terms, PolicyRefusal> {
        self.judge_order(coupon, till.till(), order, now)
    }

    /// Judges a redemption by a till that nobody has let in: its own word for who it is.
    pub(super) fn judge_order(
        &self,
        coupon: &VerifiedCoupon,
        till: &Till,
        order: &Order,
        now: Timestamp,
    ) -> Result<Terms, PolicyRefusal> {
        let document = self.document();
        if order.currency() != document.currency {
            return Err(PolicyRefusal::CurrencyMismatch { expected: document.currency });
        }
        self.judge_time_and_place(coupon, till, now)?;
        if order.amount() < document.minimum_spend {
            return Err(PolicyRefusal::BelowMinimumSpend {
                minimum: self.price(document.minimum_spend),
            });
        }
        self.judge_revocation(coupon)?;
        Ok(Terms {
            discount: coupon.coupon().value().min(order.amount()),
            reversal_window_s: document.reversal_window_s,
            offline_at: None,
        })
    }

    /// Judges a coupon before there is an order: all but currency and minimum spend.
    ///
    /// # Errors
    /// The first [`PolicyRefusal`] that applies, in their order.
    pub fn judge_without_order(
        &self,
        coupon: &VerifiedCoupon,
        till: &AdmittedTill,
        now: Timestamp,
    ) -> Result<(), PolicyRefusal> {
        self.judge_time_and_place(coupon, till.till(), now)?;
        self.judge_revocation(coupon)
    }

    /// An amount in the campaign's currency, as people write it.
    pub fn price(&self, amount: Amount) -> Price {
        let document = self.document();
        Price { amount, currency: document.currency, digits: document.currency_digits }
    }

    /// When the coupon ends, exclusive: the latest of its own end and of the extensions that apply
    /// to it, within the campaign's window.
    pub fn end_of(&self, coupon: &VerifiedCoupon) -> Timestamp {
        let document = self.document();
        let extensions = document.extensions.iter().filter(|e| e.applies_to(coupon));
        let own = coupon.coupon().not_after();
        extensions.map(|e| e.until).fold(own, Ord::max).min(document.window.until)
    }

    fn judge_time_and_place(
        &self,
        coupon: &VerifiedCoupon,
        till: &Till,
        now: Timestamp,
    ) -> Result<(), PolicyRefusal> {
        let document = self.document();
        if document.paused {
            return Err(PolicyRefusal::CampaignPaused);
        }
        let from = coupon.coupon().not_before().max(document.window.from);
        if now < from {
            return Err(PolicyRefusal::NotYetValid { from });
        }
        let at = self.end_of(coupon);
        if now >= at {
            return Err(PolicyRefusal::Expired { at });
        }
        let scope = match coupon.coupon().scope() {
            0 => 0,
            scope => scope | document.widen_scope,
        };
        if scope != 0 && scope & till.groups == 0 {
            return Err(PolicyRefusal::OutOfScope);
        }
        Ok(())
    }

    fn judge_revocation(&self, coupon: &VerifiedCoupon) -> Result<(), PolicyRefusal> {
        if self.document().revoked.contains(coupon) {
            return Err(PolicyRefusal::Revoked);
        }
        Ok(())
    }
}
