//! What the Worker asks a shard to do.
//!
//! Each command is made from evidence: there is no way to ask for a redemption without a verified
//! coupon, an admitted till and the policy's terms.

use serde::{Deserialize, Serialize};

use super::{Fingerprint, IdempotencyKey, Identity, RedemptionId};
use crate::campaign::Serial;
use crate::journal::Origin;
use crate::money::Amount;
use crate::object::objects;
use crate::order::{Order, OrderRef};
use crate::policy::{AdmittedTill, Epochs, Terms};
use crate::time::Timestamp;
use crate::token::VerifiedCoupon;

/// Commands on their way from the Worker to the Durable Object, which carries them out as if each had
/// come by itself, one after the other. During an upgrade the two may be of different builds, hence
/// the version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Call {
    v: u8,
    /// Which ledger it is for: an object does not know its own name.
    pub origin: Origin,
    /// The policies it was judged by.
    pub epochs: Epochs,
    /// What to do: at least one, at most [`MAX_COMMANDS`].
    pub commands: Vec<Command>,
}

/// The version of calls that this build makes and takes.
const CALL_VERSION: u8 = 3;

/// Most commands of one call.
pub const MAX_COMMANDS: usize = 500;

/// What to do. The fields are filled only by the functions below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Command {
    /// Use the coupon.
    Redeem(Redeem),
    /// Give the answer again that this request was given before; decide nothing.
    Recall(Recall),
    /// Undo a redemption.
    Reverse(Reverse),
    /// Undo whatever a key did to a coupon.
    Cancel(Cancel),
    /// Show a redemption of the shop.
    Find(Find),
    /// Say whether the coupon is free.
    Look(Look),
}

/// Use the coupon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Redeem {
    pub(super) serial: Serial,
    pub(super) by: Identity,
    pub(super) fingerprint: Fingerprint,
    pub(super) discount: Amount,
    pub(super) order_amount: Amount,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) order_ref: Option<OrderRef>,
    pub(super) reversal_window_s: u32,
    pub(super) chain: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) offline_at: Option<Timestamp>,
}

/// Give the answer again that this request was given before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Recall {
    pub(super) serial: Serial,
    pub(super) by: Identity,
    pub(super) fingerprint: Fingerprint,
}

/// Undo a redemption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Reverse {
    pub(super) seq: u64,
    pub(super) by: Identity,
    pub(super) fingerprint: Fingerprint,
}

/// Undo whatever a key did to a coupon; `by` has the redemption's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Cancel {
    pub(super) serial: Serial,
    pub(super) by: Identity,
    pub(super) fingerprint: Fingerprint,
}

/// Show a redemption of the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Find {
    pub(super) seq: u64,
    pub(super) shop: u32,
}

/// Say whether the coupon is free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Look {
    pub(super) serial: Serial,
}

objects!(Call, Redeem, Recall, Reverse, Cancel, Find, Look);

impl Call {
    /// Commands, judged by these policies; `None` when there are none or too many.
    pub fn new(origin: Origin, epochs: Epochs, commands: Vec<Command>) -> Option<Self> {
        let call = Self { v: CALL_VERSION, origin, epochs, commands };
        call.is_valid().then_some(call)
    }

    /// Reads a call; `None` when another build made it in a way this one does not know.
    pub fn parse(json: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Self>(json).ok().filter(Self::is_valid)
    }

    fn is_valid(&self) -> bool {
        self.v == CALL_VERSION && (1..=MAX_COMMANDS).contains(&self.commands.len())
    }
}

impl Command {
    /// Use the coupon for the order on these terms; if they are those of a till without a network,
    /// the goods are gone, and what would be refused as used becomes a conflict.
    pub fn redeem(
        coupon: &VerifiedCoupon,
        till: &AdmittedTill,
        key: &IdempotencyKey,
        order: &Order,
        terms: &Terms,
    ) -> Self {
        Self::Redeem(Redeem {
            serial: coupon.coupon().serial(),
            by: Identity::new(till.till(), key),
            fingerprint: Fingerprint::of_redemption(coupon.coupon(), order, terms.offline_at()),
            discount: terms.discount(),
            order_amount: order.amount(),
            order_ref: order.reference().cloned(),
            reversal_window_s: terms.reversal_window_s(),
            chain: till.till().chain,
            offline_at: terms.offline_at(),
        })
    }

    /// Give the answer of an earlier [`Command::redeem`] again, where the policy now refuses.
    pub fn recall(
        coupon: &VerifiedCoupon,
        till: &AdmittedTill,
        key: &IdempotencyKey,
        order: &Order,
        offline_at: Option<Timestamp>,
    ) -> Self {
        Self::Recall(Recall {
            serial: coupon.coupon().serial(),
            by: Identity::new(till.till(), key),
            fingerprint: Fingerprint::of_redemption(coupon.coupon(), order, offline_at),
        })
    }

    /// Undo a redemption of the till's shop.
    pub fn reverse(id: &RedemptionId, till: &AdmittedTill, key: &IdempotencyKey) -> Self {
        let (by, fingerprint) = (Identity::new(till.till(), key), Fingerprint::of_reversal(id));
        Self::Reverse(Reverse { seq: id.seq(), by, fingerprint })
    }

    /// Undo whatever `redemption_key` of this till did to the coupon, or will.
    pub fn cancel(
        coupon: &VerifiedCoupon,
        till: &AdmittedTill,
        redemption_key: &IdempotencyKey,
    ) -> Self {
        Self::Cancel(Cancel {
            serial: coupon.coupon().serial(),
            by: Identity::new(till.till(), redemption_key),
            fingerprint: Fingerprint::of_cancel(coupon.coupon()),
        })
    }

    /// Show a redemption of the till's shop.
    pub fn find(id: &RedemptionId, till: &AdmittedTill) -> Self {
        Self::Find(Find { seq: id.seq(), shop: till.till().shop })
    }

    /// Say whether the coupon is free.
    pub fn look(coupon: &VerifiedCoupon) -> Self {
        Self::Look(Look { serial: coupon.coupon().serial() })
    }
}
