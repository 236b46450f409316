//! What the spool holds: sales, and what became of them.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::spool;
use crate::campaign::{CampaignId, Serial};
use crate::money::{Amount, Currency};
use crate::order::OrderRef;

/// The file of the sales.
pub(super) const ACCEPTED: &str = "accepted";

/// The file of what became of them.
pub(super) const RESULTS: &str = "results";

/// A coupon that was accepted: the goods are the customer's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sale {
    /// The item of a batch, as it will be sent.
    #[serde(flatten)]
    pub(super) item: Item,
    /// Whose coupon.
    pub(super) campaign: CampaignId,
    /// Which.
    pub(super) serial: Serial,
    /// What came off the bill.
    pub(super) discount: Amount,
}

/// An item of a batch, as the edge takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) txn: String,
    pub(super) token: String,
    pub(super) order_amount: Amount,
    pub(super) currency: Currency,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) order_ref: Option<OrderRef>,
    pub(super) offline_at: String,
}

/// What became of a sale.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Settled {
    /// Which sale.
    pub(super) txn: String,
    /// `redeemed`, `conflict`, or the refusal's code.
    pub(super) outcome: String,
    /// What the edge said of it, whole.
    pub(super) result: Value,
}

/// The sales in their order, and of those that have one, what became of them.
pub(super) fn read(spool: &Path) -> anyhow::Result<(Vec<Sale>, Vec<Settled>)> {
    Ok((spool::read(&spool.join(ACCEPTED))?, spool::read(&spool.join(RESULTS))?))
}

/// The sales that nothing is known of.
pub(super) fn waiting(sales: Vec<Sale>, settled: &[Settled]) -> Vec<Sale> {
    let settled: BTreeSet<_> = settled.iter().map(|it| it.txn.as_str()).collect();
    sales.into_iter().filter(|sale| !settled.contains(sale.item.txn.as_str())).collect()
}
