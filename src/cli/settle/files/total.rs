//! What lines come to, for a shop, a chain or a campaign.

use super::super::line::{Kind, Line};
use super::super::money::amount;

/// Lines of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Total {
    redemptions: Part,
    reversals: Part,
    voids: Part,
    issuer: Part,
    shop: Part,
    payable: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Part {
    count: u64,
    amount: i64,
}

impl Total {
    /// The columns of [`Total::fields`].
    pub(super) const COLUMNS: [&str; 11] = [
        "currency",
        "redemptions",
        "redeemed",
        "reversals",
        "reversed",
        "voids",
        "conflicts_issuer",
        "borne_by_issuer",
        "conflicts_shop",
        "borne_by_shop",
        "payable",
    ];

    pub(super) fn add(&mut self, line: &Line) {
        let part = match line.kind {
            Kind::Redemption => &mut self.redemptions,
            Kind::Reversal => &mut self.reversals,
            Kind::Void => &mut self.voids,
            Kind::Conflict if line.is_borne_by_issuer() => &mut self.issuer,
            Kind::Conflict => &mut self.shop,
        };
        part.count += 1;
        part.amount += line.discount;
        self.payable += line.payable();
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (to, from) in [
            (&mut self.redemptions, other.redemptions),
            (&mut self.reversals, other.reversals),
            (&mut self.voids, other.voids),
            (&mut self.issuer, other.issuer),
            (&mut self.shop, other.shop),
        ] {
            to.count += from.count;
            to.amount += from.amount;
        }
        self.payable += other.payable;
    }

    /// What is paid is what was redeemed, without what was undone, with what the issuer bears.
    pub(super) fn payable(&self) -> i64 {
        self.payable
    }

    pub(super) fn ties_out(&self) -> bool {
        self.payable == self.redemptions.amount - self.reversals.amount + self.issuer.amount
    }

    /// Counts and discounts by kind, as the journal's sums have them.
    pub(super) fn kinds(&self) -> [(u64, i64); 4] {
        let conflicts =
            (self.issuer.count + self.shop.count, self.issuer.amount + self.shop.amount);
        let of = |part: Part| (part.count, part.amount);
        [of(self.redemptions), of(self.reversals), of(self.voids), conflicts]
    }

    pub(super) fn fields(&self, currency: &str) -> [String; 11] {
        let count = |part: Part| part.count.to_string();
        let money = |part: Part| amount(part.amount, currency);
        [
            currency.to_owned(),
            count(self.redemptions),
            money(self.redemptions),
            count(self.reversals),
            money(self.reversals),
            count(self.voids),
            count(self.issuer),
            money(self.issuer),
            count(self.shop),
            money(self.shop),
            amount(self.payable, currency),
        ]
    }
}
