//! The body of a conflict.

use serde::Serialize;

use crate::ledger::{Entry, RedemptionId};
use crate::money::{Amount, Currency};
use crate::time::Timestamp;

/// A sale at a till without a network, of a coupon that was used already, as its shop sees it. A pure
/// function of entries, like [`RedemptionBody`](super::RedemptionBody).
#[derive(Clone, Debug, Serialize)]
pub struct ConflictBody {
    id: String,
    campaign: u32,
    shop: u32,
    till: u16,
    recorded_at: String,
    offline_at: String,
    discount: Amount,
    currency: Currency,
    first: FirstBody,
}

/// The redemption that was first. At which shop it was is nobody else's business.
#[derive(Clone, Debug, Serialize)]
struct FirstBody {
    redeemed_at: String,
}

impl ConflictBody {
    /// The conflict, and when the coupon was used.
    pub fn new(id: &RedemptionId, currency: Currency, conflict: &Entry, first: Timestamp) -> Self {
        Self {
            id: id.to_string(),
            campaign: id.shard().campaign().get(),
            shop: conflict.by.shop,
            till: conflict.by.till,
            recorded_at: conflict.at.rfc3339(),
            offline_at: conflict.offline_at.unwrap_or(conflict.at).rfc3339(),
            discount: conflict.discount,
            currency,
            first: FirstBody { redeemed_at: first.rfc3339() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::{CampaignId, Serial, Shard};
    use crate::ledger::{Fingerprint, Identity, KeyHash, Kind};
    use crate::policy::Epochs;

    #[test]
    fn p11_a_conflict_is_pinned_word_for_word() {
        let shard = Shard::new(CampaignId::new(4, 1).unwrap(), 10).unwrap();
        let at = Timestamp::from_millis(1_770_350_645_123);
        let conflict = Entry {
            seq: 258,
            serial: Serial::from_bytes([1; 12]),
            n: -1,
            kind: Kind::Conflict,
            at,
            by: Identity { shop: 7, till: 2, key: KeyHash::from_bytes([1; 16]) },
            chain: 12,
            fingerprint: Fingerprint::from_bytes([2; 16]),
            discount: Amount::from(2500),
            order_amount: Amount::from(3000),
            order_ref: None,
            epochs: Epochs::default(),
            reversible_until: at,
            offline_at: Some(Timestamp::from_millis(1_770_350_000_000)),
            answer: 1,
        };
        let id = RedemptionId::new(shard, conflict.seq).unwrap();
        let first = Timestamp::from_millis(1_770_350_100_001);
        let body = ConflictBody::new(&id, "CNY".parse().unwrap(), &conflict, first);
        assert_eq!(
            serde_json::to_string(&body).unwrap(),
            r#"{"id":"R1.IAAAAQAKAAAAAAEC","campaign":536870913,"shop":7,"till":2,"recorded_at":"2026-02-06T04:04:05.123Z","offline_at":"2026-02-06T03:53:20.000Z","discount":2500,"currency":"CNY","first":{"redeemed_at":"2026-02-06T03:55:00.001Z"}}"#
        );
    }
}
