//! What a shard answers.

use serde::{Deserialize, Serialize};

use super::Entry;
use super::command::{Call, Command};
use super::redeem::Appended;
use crate::time::Timestamp;

/// The answer to a [`Call`](super::Call), and what it cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// What happened: one for each command, in their order.
    pub outcomes: Vec<Outcome>,
    /// Rows written: 2 for each entry that was appended.
    pub rows_written: u32,
}

impl Reply {
    /// The outcomes of the call that this is the reply to; `None` if it cannot be one to it.
    pub fn complete(self, call: Call) -> Option<Vec<Outcome>> {
        if self.outcomes.len() != call.commands.len() {
            return None;
        }
        let epochs = call.epochs;
        let outcomes = self.outcomes.into_iter().zip(call.commands);
        let outcomes = outcomes.map(|(outcome, command)| match (outcome, command) {
            (Outcome::Appended(appended), Command::Redeem(redeem)) => {
                let entry = appended.entry(redeem, epochs);
                Some(Outcome::Redeemed { entry, replayed: false })
            }
            (Outcome::Appended(_), _) => None,
            (outcome, _) => Some(outcome),
        });
        outcomes.collect()
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Outcome {
    /// The coupon is used, by this request, now. Only on the way from the shard: whoever asked has
    /// all else that the entry holds, and [`Reply::complete`] makes [`Outcome::Redeemed`] of it.
    Appended(Appended),
    /// The coupon is used, by this request.
    Redeemed {
        /// The redemption.
        entry: Entry,
        /// It was so before: the same request came again.
        replayed: bool,
    },
    /// A till without a network gave the goods, and the coupon was used already.
    Conflict {
        /// The conflict.
        entry: Entry,
        /// When the coupon was used.
        first: Timestamp,
        /// It was so before: the same request came again.
        replayed: bool,
    },
    /// The redemption is undone.
    Reversed {
        /// The redemption.
        redemption: Entry,
        /// Its reversal.
        reversal: Entry,
        /// It was so before.
        replayed: bool,
    },
    /// The key is spent and never redeemed the coupon.
    Voided {
        /// The void.
        entry: Entry,
        /// It was so before.
        replayed: bool,
    },
    /// The shop's own redemption.
    Found {
        /// The redemption.
        redemption: Entry,
        /// Its reversal, if it has one.
        reversal: Option<Entry>,
    },
    /// The coupon is free.
    Free,
    /// This request did nothing before.
    NothingToReplay,
    /// No.
    Refused(LedgerRefusal),
}

/// Why the ledger refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum LedgerRefusal {
    /// The call was judged by a policy older than one this shard has seen. The Worker asks again
    /// with a fresh one; no till sees this.
    PolicyStale,
    /// The shop has no such redemption.
    NotFound,
    /// This request redeemed the coupon, and that was undone: the key is spent.
    RedemptionReversed {
        /// When it was undone.
        at: Timestamp,
    },
    /// The key was used for another request on this coupon.
    IdempotencyKeyReused,
    /// Someone else, or an earlier order, used the coupon.
    AlreadyRedeemed {
        /// When.
        at: Timestamp,
        /// Which shop: only that shop may learn the till.
        shop: u32,
        /// Which till.
        till: u16,
    },
    /// The redemption can no longer be undone.
    ReversalTooLate {
        /// When that ended.
        until: Timestamp,
    },
    /// The coupon was used and undone too often.
    LimitReached,
}
