//! What tills saw: calls on one coupon, with when they began and ended and what they were answered.

use crate::time::Timestamp;

/// Who asks, and under which idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asker {
    /// The shop.
    pub shop: u32,
    /// The till.
    pub till: u16,
    /// The key.
    pub key: String,
}

/// What the coupon is to be used on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order {
    /// In minor units.
    pub amount: u64,
    /// The bill number, if one was given.
    pub reference: Option<String>,
}

/// What is sold with the coupon.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sale {
    /// The order.
    pub order: Order,
    /// When, by the till's clock, if it had no network and the goods are gone.
    pub offline_at: Option<Timestamp>,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// `POST /v1/redemptions`, or an item of a batch.
    Redeem {
        /// Who.
        by: Asker,
        /// For what.
        sale: Sale,
    },
    /// `POST /v1/coupons/check`
    Check {
        /// Which shop asks.
        shop: u32,
    },
    /// `GET /v1/redemptions/{id}`
    Find {
        /// The redemption's number in its shard.
        seq: u64,
        /// Which shop asks.
        shop: u32,
    },
    /// `POST /v1/redemptions/{id}/reversal`
    Reverse {
        /// The redemption's number in its shard.
        seq: u64,
        /// Who.
        by: Asker,
    },
    /// `POST /v1/redemptions/cancel`
    Cancel {
        /// Who, with the key of the redemption to be undone.
        by: Asker,
    },
}

/// A redemption, as its shop is shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its number in its shard.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Which shop.
    pub shop: u32,
    /// Which till.
    pub till: u16,
    /// The order.
    pub order: Order,
    /// What came off.
    pub discount: u64,
    /// Until when it can be undone.
    pub reversible_until: Timestamp,
}

/// A sale without a network, of a coupon that was used already, as its shop is shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its number in the shard.
    pub seq: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// Which shop.
    pub shop: u32,
    /// Which till.
    pub till: u16,
    /// When the goods were given, by the till's clock.
    pub offline_at: Timestamp,
    /// What came off.
    pub discount: u64,
    /// When the coupon was used by whoever was first.
    pub first: Timestamp,
}

/// What was answered. That nothing is known (no answer, `busy`, `fault`) is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 201, or 200 when replayed.
    Redeemed {
        /// The redemption.
        receipt: Receipt,
        /// Not for the first time.
        replayed: bool,
    },
    /// The coupon was used, and the goods are gone: 201, or 200 when replayed.
    Conflict {
        /// The conflict.
        conflict: Conflict,
        /// Not for the first time.
        replayed: bool,
    },
    /// The redemption is undone.
    Reversed {
        /// The redemption.
        receipt: Receipt,
        /// When it was undone.
        at: Timestamp,
        /// Not for the first time.
        replayed: bool,
    },
    /// The key is spent.
    Voided {
        /// When.
        at: Timestamp,
        /// Not for the first time.
        replayed: bool,
    },
    /// The shop's redemption.
    Found {
        /// The redemption.
        receipt: Receipt,
        /// When it was undone.
        reversed_at: Option<Timestamp>,
    },
    /// The coupon would be redeemed.
    Free,
    /// `already-redeemed`
    AlreadyRedeemed {
        /// When.
        at: Timestamp,
        /// At which till: told to its own shop only.
        till: Option<u16>,
    },
    /// `redemption-reversed`
    RedemptionReversed {
        /// When it was undone.
        at: Timestamp,
    },
    /// `idempotency-key-reused`
    KeyReused,
    /// `reversal-too-late`
    TooLate {
        /// Until when it could have been.
        until: Timestamp,
    },
    /// `limit-reached`
    LimitReached,
    /// `not-found`
    NotFound,
    /// The policy says no, such as `campaign-paused`.
    NotNow,
    /// Refused before anybody looked at the coupon, such as `signature-stale`.
    TurnedAway,
}

/// When a call can have been carried out, by the edge's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Not before this.
    pub earliest: Timestamp,
    /// Not after this.
    pub latest: Timestamp,
}

/// A call as it was seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What was asked.
    pub ask: Ask,
    /// When it was sent, in microseconds of one clock that never goes back.
    pub began: u64,
    /// When its answer was there.
    pub ended: u64,
    /// The answer; without one, the call may be carried out at any time after it began, or never.
    pub answer: Option<Answer>,
    /// When, by the edge's clock.
    pub when: Moment,
}

impl Call {
    /// Whether this call was answered before the other was sent: then it was carried out first.
    pub fn precedes(&self, other: &Self) -> bool {
        self.answer.is_some() && self.ended < other.began
    }

    /// The same call, its answer not seen.
    #[must_use]
    pub fn unanswered(&self) -> Self {
        let latest = Timestamp::from_millis(u64::MAX);
        let when = Moment { latest, ..self.when };
        Self { answer: None, ended: u64::MAX, when, ..self.clone() }
    }
}
