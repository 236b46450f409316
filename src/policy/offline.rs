//! Whether a sale that a till without a network has made may still be told, and for how much of what
//! shops tell so the issuer answers (`docs/offline.md`).

use serde::{Deserialize, Serialize};

use super::{AdmittedTill, CampaignPolicy, PolicyRefusal, Terms};
use crate::money::Amount;
use crate::object::objects;
use crate::order::Order;
use crate::till::Till;
use crate::time::Timestamp;
use crate::token::{VerifiedCoupon, Version};

/// How far a till's clock may be ahead, in seconds: as in the signature of a request.
const AHEAD_S: u32 = 300;

/// What a campaign takes from tills without a network. `count` and `value` are the allowance: up to
/// both, for one shop and one local day, the issuer bears what conflicts; what is beyond, the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Offline {
    /// How many sales.
    pub count: u32,
    /// What may come off their bills together.
    pub value: Amount,
    /// How long after a sale it may be told, in seconds.
    pub max_age_s: u32,
}

objects!(Offline);

impl Offline {
    /// The longest time after a sale: 30 days.
    pub const MAX_AGE_S: u32 = 30 * 24 * 60 * 60;

    /// The highest allowance in sales of a shop and day.
    pub const MAX_COUNT: u32 = 100_000;

    /// What is wrong with it, if anything is.
    pub(super) fn wrong(&self) -> Option<&'static str> {
        if self.count > Self::MAX_COUNT {
            return Some("a shop has at most 100000 sales a day without a network");
        }
        if !(60..=Self::MAX_AGE_S).contains(&self.max_age_s) {
            return Some("sales without a network are told within 60 to 2592000 seconds");
        }
        None
    }
}

/// Why a sale without a network is not taken. Its till can do nothing about it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfflineRefusal {
    /// The campaign takes none.
    NotTaken,
    /// A till without a network cannot have verified the coupon.
    Version1,
    /// It is yet to happen.
    InTheFuture,
    /// It was too long ago.
    TooLate {
        /// The most that it may be ago, in seconds.
        max_age_s: u32,
    },
}

impl CampaignPolicy {
    /// Judges a redemption. One of a till without a network is judged by its own time, as far as
    /// coupon and campaign have one: the customer came then. All else is as of now.
    ///
    /// # Errors
    /// The first [`PolicyRefusal`] that applies, in their order.
    pub fn judge_at(
        &self,
        coupon: &VerifiedCoupon,
        till: &AdmittedTill,
        order: &Order,
        offline_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Terms, PolicyRefusal> {
        let Some(at) = offline_at else { return self.judge(coupon, till, order, now) };
        self.takes(coupon, at, now).map_err(PolicyRefusal::Offline)?;
        Ok(self.judge(coupon, till, order, at)?.of_offline_sale(at))
    }

    /// What a till without a network takes off the bill now, if the edge, once it hears of it, will
    /// have nothing against it by what this policy says.
    ///
    /// # Errors
    /// The first [`PolicyRefusal`] that applies, in their order.
    pub fn judge_at_till(
        &self,
        coupon: &VerifiedCoupon,
        till: &Till,
        order: &Order,
        now: Timestamp,
    ) -> Result<Amount, PolicyRefusal> {
        self.takes(coupon, now, now).map_err(PolicyRefusal::Offline)?;
        Ok(self.judge_order(coupon, till, order, now)?.discount())
    }

    fn takes(
        &self,
        coupon: &VerifiedCoupon,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<(), OfflineRefusal> {
        let Some(Offline { max_age_s, .. }) = self.document().offline else {
            return Err(OfflineRefusal::NotTaken);
        };
        if coupon.version() != Version::Two {
            return Err(OfflineRefusal::Version1);
        }
        if at > now.plus_seconds(AHEAD_S) {
            return Err(OfflineRefusal::InTheFuture);
        }
        if at.plus_seconds(max_age_s) < now {
            return Err(OfflineRefusal::TooLate { max_age_s });
        }
        Ok(())
    }
}

impl OfflineRefusal {
    /// What is wrong with the request, for who wrote the till.
    pub fn detail(self) -> String {
        match self {
            Self::NotTaken => {
                "offline_at: the campaign takes no sales of tills without a network".to_owned()
            }
            Self::Version1 => "offline_at: only coupons of version 2 can be verified without a \
                               network"
                .to_owned(),
            Self::InTheFuture => {
                format!("offline_at is more than {AHEAD_S} s in the future: set the till's clock")
            }
            Self::TooLate { max_age_s } => {
                format!("offline_at is more than {max_age_s} s ago, the campaign's limit")
            }
        }
    }
}
