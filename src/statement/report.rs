//! What the book says to a question.

use serde::Serialize;

use super::Line;
use super::line::text;
use crate::campaign::CampaignId;
use crate::ledger::Kind;
use crate::ledger::database::Row;
use crate::ledger::entry::integer;
use crate::money::Currency;
use crate::time::Timestamp;

/// The answer to a [`Question`](super::Question).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Every entry of the live campaigns until then is counted; `None` while a shard has not said
    /// how far it is.
    pub complete_until: Option<Timestamp>,
    /// What the period comes to, for each campaign that has entries in it.
    pub campaigns: Vec<Total>,
    /// The lines asked for.
    pub lines: Vec<Line>,
    /// Whether others follow.
    pub more: bool,
}

/// What a campaign's entries come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// The campaign.
    pub campaign: CampaignId,
    /// Of the amounts.
    pub currency: Currency,
    /// Coupons used.
    pub redeemed: Count,
    /// Redemptions undone.
    pub reversed: Count,
    /// Goods given without a network for a coupon that was used already.
    pub conflicts: Count,
    /// Every entry of the campaign until then is counted.
    pub complete_until: Option<Timestamp>,
}

/// What entries of one kind come to, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// How many.
    pub count: u64,
    /// Their discounts.
    pub discount: u64,
    /// The bills before that.
    pub order_amount: u64,
}

impl Total {
    /// A campaign in which nothing happened.
    pub fn new(campaign: CampaignId, currency: Currency) -> Self {
        let (redeemed, reversed, conflicts) = Default::default();
        Self { campaign, currency, redeemed, reversed, conflicts, complete_until: None }
    }

    /// What came off the bills, less what went back on them. A conflict is in neither: who bears it
    /// is not decided here.
    pub fn net_discount(&self) -> i64 {
        let signed = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
        signed(self.redeemed.discount).saturating_sub(signed(self.reversed.discount))
    }

    /// The entries of this kind. A void is no sale and no return of one: it counts nowhere.
    pub fn of(&mut self, kind: Kind) -> Option<&mut Count> {
        match kind {
            Kind::Redemption => Some(&mut self.redeemed),
            Kind::Reversal => Some(&mut self.reversed),
            Kind::Conflict => Some(&mut self.conflicts),
            Kind::Void => None,
        }
    }
}

/// The totals that the rows of [`TOTALS`](super::sql::TOTALS) say; `None` when one is none.
pub(super) fn totals(rows: Vec<Row>) -> Option<Vec<Total>> {
    let mut totals = Vec::<Total>::new();
    for row in rows {
        let [campaign, currency, kind, count, discount, order_amount] =
            <[_; 6]>::try_from(row).ok()?;
        let campaign = CampaignId::try_from(integer::<u32>(campaign)?).ok()?;
        let currency = Currency::try_from(text(currency)?).ok()?;
        let kind = Kind::from_number(integer(kind)?)?;
        let count = Count {
            count: integer(count)?,
            discount: integer(discount)?,
            order_amount: integer(order_amount)?,
        };
        if totals.last().is_none_or(|last| (last.campaign, last.currency) != (campaign, currency)) {
            totals.push(Total::new(campaign, currency));
        }
        if let Some(place) = totals.last_mut().and_then(|total| total.of(kind)) {
            *place = count;
        }
    }
    Some(totals)
}
