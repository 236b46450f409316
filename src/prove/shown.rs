//! What answers show of what was done to a coupon: each fact must be right, and is known from then on.

use super::deeds::What;
use super::history::{Answer, Conflict, Moment, Receipt};
use super::model::Coupon;

impl Coupon {
    /// A receipt for this redemption was seen.
    pub(super) fn shows(&self, it: usize, receipt: &Receipt, when: Moment) -> Option<Self> {
        let redemption = self.deeds.get(it)?;
        let What::Redeem(sale) = &redemption.what else { return None };
        let right = Receipt {
            seq: receipt.seq,
            at: receipt.at,
            shop: redemption.by.shop,
            till: redemption.by.till,
            order: sale.order.clone(),
            discount: self.value.min(sale.order.amount),
            reversible_until: self.deeds.until(receipt.at),
        };
        let deeds = (*receipt == right).then(|| self.deeds.clone())?;
        self.knowing(deeds.numbered(it, receipt.seq)?.done_at(it, receipt.at, when))
    }

    /// This conflict was seen, and when the redemption was that stood when it was recorded.
    pub(super) fn shows_conflict(
        &self,
        it: usize,
        conflict: &Conflict,
        when: Moment,
    ) -> Option<Self> {
        let deed = self.deeds.get(it)?;
        let What::Conflict(sale) = &deed.what else { return None };
        let right = Conflict {
            shop: deed.by.shop,
            till: deed.by.till,
            offline_at: sale.offline_at?,
            discount: self.value.min(sale.order.amount),
            ..*conflict
        };
        let deeds = (*conflict == right).then(|| self.deeds.clone())?;
        let deeds = deeds.numbered(it, conflict.seq)?.done_at(it, conflict.at, when)?;
        let first = deeds.live_at(it)?;
        self.knowing(deeds.done_at(first, conflict.first, when))
    }

    /// It was said when the coupon was used, and to its own shop at which till.
    pub(super) fn already_redeemed(
        &self,
        shop: u32,
        answer: &Answer,
        when: Moment,
    ) -> Option<Self> {
        let Answer::AlreadyRedeemed { at, till } = answer else { return None };
        let live = self.deeds.live()?;
        let by = &self.deeds.get(live)?.by;
        let right_till = (by.shop == shop).then_some(by.till);
        if *till == right_till { self.done_at(live, *at, when) } else { None }
    }
}
