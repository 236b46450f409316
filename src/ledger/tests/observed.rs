//! The ledger as its callers see it: asked and answered in the words of [`prove`](crate::prove), so
//! that the model there can judge the statements here. What the Worker adds is small: it asks the
//! policy first, and tells the till of a redemption to its own shop only.

use super::sqlite::Sqlite;
use super::*;
use crate::ledger::{Entry, IdempotencyKey};
use crate::prove::history::{self, Answer, Ask, Asker, Conflict, Moment, Receipt, Sale};
use crate::prove::model;

pub(crate) const TERMS: model::Terms =
    model::Terms { value: 2500, reversal_window_ms: REVERSAL_WINDOW_S as u64 * 1000 };

/// A shard on SQLite, with a clock and policies that the test moves.
pub(crate) struct Observed {
    // None only while it is opened anew.
    shard: Option<LedgerShard<Sqlite>>,
    pub(crate) now: u64,
    pub(crate) epochs: Epochs,
    /// The time of the newest entry.
    newest: u64,
}

/// What was answered, and when the call was carried out.
pub(crate) struct Observation {
    pub(crate) answer: Answer,
    pub(crate) when: Moment,
}

impl Observed {
    pub(crate) fn new() -> Self {
        let shard = Some(LedgerShard::open(Sqlite::in_memory()).unwrap());
        Self { shard, now: 1_000_000_000, epochs: EPOCHS, newest: 0 }
    }

    /// The object's process ends and begins again.
    pub(crate) fn restart(&mut self) {
        let database = self.shard.take().unwrap().into_database();
        self.shard = Some(LedgerShard::open(database).unwrap());
    }

    /// Asks one millisecond later. `allowed` is what the policy says.
    pub(crate) fn ask(&mut self, coupon: u8, ask: &Ask, allowed: bool) -> Observation {
        self.now += 1;
        let outcome = match command(coupon, ask, allowed) {
            Some(command) => self.outcome(self.epochs, command),
            None => Outcome::NothingToReplay,
        };
        let newest = Timestamp::from_millis(self.newest);
        observation(outcome, ask, Timestamp::from_millis(self.now), newest)
    }

    /// The same, judged by a policy older than one that the shard has seen.
    pub(crate) fn ask_with_an_old_policy(&mut self, coupon: u8, ask: &Ask) {
        self.outcome(self.epochs, look(coupon));
        let older = Epochs { campaign: self.epochs.campaign - 1, ..self.epochs };
        if let Some(command) = command(coupon, ask, true) {
            let outcome = self.outcome(older, command);
            assert_eq!(outcome, Outcome::Refused(LedgerRefusal::PolicyStale));
        }
    }

    fn outcome(&mut self, epochs: Epochs, command: Command) -> Outcome {
        let now = Timestamp::from_millis(self.now);
        let outcome = one(self.shard.as_mut().unwrap(), call(epochs, command), now);
        if let Outcome::Redeemed { entry, .. }
        | Outcome::Reversed { reversal: entry, .. }
        | Outcome::Voided { entry, .. }
        | Outcome::Conflict { entry, .. } = &outcome
        {
            self.newest = self.newest.max(entry.at.millis());
        }
        outcome
    }
}

/// What the caller sees. A new entry has the clock's time, or the newest entry's if that is later.
pub(super) fn observation(
    outcome: Outcome,
    ask: &Ask,
    now: Timestamp,
    newest: Timestamp,
) -> Observation {
    let when = Moment { earliest: now, latest: now.max(newest) };
    Observation { answer: answer(outcome, shop(ask)), when }
}

/// What the Worker asks the shard; `None` where the policy's refusal is the answer.
fn command(coupon: u8, ask: &Ask, allowed: bool) -> Option<Command> {
    let serial = serial(coupon);
    Some(match ask {
        Ask::Redeem { by, sale } if allowed => Command::Redeem(Redeem {
            serial,
            by: identity(by),
            fingerprint: of_sale(coupon, sale),
            discount: amount(sale.order.amount.min(TERMS.value)),
            order_amount: amount(sale.order.amount),
            order_ref: sale.order.reference.clone().map(|text| text.try_into().unwrap()),
            reversal_window_s: REVERSAL_WINDOW_S,
            chain: 0,
            offline_at: sale.offline_at,
        }),
        Ask::Redeem { by, sale } => {
            let fingerprint = of_sale(coupon, sale);
            Command::Recall(Recall { serial, by: identity(by), fingerprint })
        }
        Ask::Check { .. } if allowed => look(coupon),
        Ask::Check { .. } => return None,
        Ask::Find { seq, shop } => find(*seq, *shop),
        Ask::Reverse { seq, by } => {
            let fingerprint = Fingerprint::from_bytes([0xee; 16]);
            Command::Reverse(Reverse { seq: *seq, by: identity(by), fingerprint })
        }
        Ask::Cancel { by } => cancel(coupon, identity(by)),
    })
}

fn shop(ask: &Ask) -> u32 {
    match ask {
        Ask::Redeem { by, .. } | Ask::Reverse { by, .. } | Ask::Cancel { by } => by.shop,
        Ask::Check { shop } | Ask::Find { shop, .. } => *shop,
    }
}

pub(super) fn identity(by: &Asker) -> Identity {
    let key = IdempotencyKey::parse(&by.key).unwrap().hash();
    Identity { shop: by.shop, till: by.till, key }
}

fn amount(minor_units: u64) -> Amount {
    Amount::try_from(minor_units).unwrap()
}

fn of_sale(coupon: u8, Sale { order, offline_at }: &Sale) -> Fingerprint {
    let mut bytes = fingerprint(coupon, order.amount.try_into().unwrap()).as_bytes().to_owned();
    let reference = order.reference.as_deref().unwrap_or_default().as_bytes();
    bytes[8..8 + reference.len()].copy_from_slice(reference);
    bytes[15] = offline_at.map_or(0, |at| at.millis().to_le_bytes()[0]);
    Fingerprint::from_bytes(bytes)
}

/// What the shop is told.
fn answer(outcome: Outcome, to: u32) -> Answer {
    match outcome {
        Outcome::Redeemed { entry, replayed } => {
            Answer::Redeemed { receipt: receipt(&entry), replayed }
        }
        Outcome::Reversed { redemption, reversal, replayed } => {
            Answer::Reversed { receipt: receipt(&redemption), at: reversal.at, replayed }
        }
        Outcome::Voided { entry, replayed } => Answer::Voided { at: entry.at, replayed },
        Outcome::Found { redemption, reversal } => Answer::Found {
            receipt: receipt(&redemption),
            reversed_at: reversal.map(|reversal| reversal.at),
        },
        Outcome::Appended(_) => panic!("completed before"),
        Outcome::Conflict { entry, first, replayed } => {
            Answer::Conflict { conflict: conflict(&entry, first), replayed }
        }
        Outcome::Free => Answer::Free,
        Outcome::NothingToReplay => Answer::NotNow,
        Outcome::Refused(refusal) => match refusal {
            LedgerRefusal::PolicyStale => panic!("no till sees this"),
            LedgerRefusal::NotFound => Answer::NotFound,
            LedgerRefusal::RedemptionReversed { at } => Answer::RedemptionReversed { at },
            LedgerRefusal::IdempotencyKeyReused => Answer::KeyReused,
            LedgerRefusal::AlreadyRedeemed { at, shop, till } => {
                Answer::AlreadyRedeemed { at, till: (shop == to).then_some(till) }
            }
            LedgerRefusal::ReversalTooLate { until } => Answer::TooLate { until },
            LedgerRefusal::LimitReached => Answer::LimitReached,
        },
    }
}

fn receipt(entry: &Entry) -> Receipt {
    Receipt {
        seq: entry.seq,
        at: entry.at,
        shop: entry.by.shop,
        till: entry.by.till,
        order: history::Order {
            amount: entry.order_amount.minor_units(),
            reference: entry.order_ref.as_ref().map(|text| text.as_str().to_owned()),
        },
        discount: entry.discount.minor_units(),
        reversible_until: entry.reversible_until,
    }
}

fn conflict(entry: &Entry, first: Timestamp) -> Conflict {
    Conflict {
        seq: entry.seq,
        at: entry.at,
        shop: entry.by.shop,
        till: entry.by.till,
        offline_at: entry.offline_at.unwrap(),
        discount: entry.discount.minor_units(),
        first,
    }
}
