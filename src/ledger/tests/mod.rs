//! The ledger's thirteen properties (`docs/architecture.md`), on SQLite, with the very statements of
//! the edge. The numbers in the tests' names are those of the properties. Properties 3 (durable
//! before answered) and 6 (rows written) are the platform's to show: `tests/edge/`.

mod boundaries;
pub(crate) mod commands;
mod conflicts;
mod contract;
mod exploration;
mod formats;
mod model;
pub(crate) mod observed;
mod order;
mod properties;
pub(crate) mod sqlite;
mod together;

use super::command::{Call, Cancel, Command, Find, Look, Recall, Redeem, Reverse};
use super::reply::{LedgerRefusal, Outcome};
use super::{Fingerprint, Identity, KeyHash, LedgerShard};
use crate::campaign::{CampaignId, Serial, Shard};
use crate::journal::Origin;
use crate::money::Amount;
use crate::policy::Epochs;
use crate::time::Timestamp;
use sqlite::Sqlite;

const EPOCHS: Epochs = Epochs { campaign: 1, shops: 1 };
const REVERSAL_WINDOW_S: u32 = 3600;
const OFFLINE_AT: Timestamp = Timestamp::from_millis(900_000);

/// A shard with a clock that the test moves.
struct Ledger {
    shard: LedgerShard<Sqlite>,
    now: u64,
}

impl Ledger {
    fn new() -> Self {
        Self { shard: LedgerShard::open(Sqlite::in_memory()).unwrap(), now: 1_000_000 }
    }

    fn call(&mut self, command: Command) -> Outcome {
        self.call_at(EPOCHS, command)
    }

    fn call_at(&mut self, epochs: Epochs, command: Command) -> Outcome {
        self.now += 1;
        let now = Timestamp::from_millis(self.now);
        one(&mut self.shard, call(epochs, command), now)
    }

    /// Several commands in one call.
    fn calls(&mut self, commands: Vec<Command>) -> Vec<Outcome> {
        self.now += 1;
        let call = Call::new(origin(), EPOCHS, commands).unwrap();
        outcomes(&mut self.shard, call, Timestamp::from_millis(self.now))
    }

    fn redeem(&mut self, coupon: u8, by: Identity) -> Outcome {
        self.call(redeem(coupon, by, 3000))
    }

    fn reverse(&mut self, seq: u64, by: Identity) -> Outcome {
        let fingerprint = Fingerprint::from_bytes([0xee; 16]);
        self.call(Command::Reverse(Reverse { seq, by, fingerprint }))
    }

    fn cancel(&mut self, coupon: u8, by: Identity) -> Outcome {
        self.call(cancel(coupon, by))
    }
}

pub(crate) fn origin() -> Origin {
    let campaign = CampaignId::new(4, 1).unwrap();
    Origin { shard: Shard::new(campaign, 10).unwrap(), currency: "CNY".parse().unwrap() }
}

fn call(epochs: Epochs, command: Command) -> Call {
    Call::new(origin(), epochs, vec![command]).unwrap()
}

/// What whoever asked makes of the reply.
fn outcomes(shard: &mut LedgerShard<Sqlite>, call: Call, now: Timestamp) -> Vec<Outcome> {
    shard.handle(call.clone(), now).unwrap().complete(call).unwrap()
}

/// The outcome of the only command.
fn one(shard: &mut LedgerShard<Sqlite>, call: Call, now: Timestamp) -> Outcome {
    let [outcome] = <[_; 1]>::try_from(outcomes(shard, call, now)).unwrap();
    outcome
}

fn serial(coupon: u8) -> Serial {
    Serial::from_bytes([coupon; 12])
}

fn by(shop: u32, till: u16, key: u8) -> Identity {
    Identity { shop, till, key: KeyHash::from_bytes([key; 16]) }
}

/// Stands for what was asked: the coupon and the order amount.
fn fingerprint(coupon: u8, amount: u32) -> Fingerprint {
    let mut bytes = [coupon; 16];
    bytes[..4].copy_from_slice(&amount.to_be_bytes());
    Fingerprint::from_bytes(bytes)
}

fn redeem(coupon: u8, by: Identity, amount: u32) -> Command {
    Command::Redeem(Redeem {
        serial: serial(coupon),
        by,
        fingerprint: fingerprint(coupon, amount),
        discount: Amount::from(2500),
        order_amount: Amount::from(amount),
        order_ref: Some("bill 1".to_owned().try_into().unwrap()),
        reversal_window_s: REVERSAL_WINDOW_S,
        chain: 12,
        offline_at: None,
    })
}

/// The same, told by a till that had no network.
fn redeem_offline(coupon: u8, by: Identity, amount: u32) -> Command {
    let Command::Redeem(redeem) = redeem(coupon, by, amount) else { panic!("not to redeem") };
    let fingerprint = offline_fingerprint(coupon, amount);
    Command::Redeem(Redeem { fingerprint, offline_at: Some(OFFLINE_AT), ..redeem })
}

fn offline_fingerprint(coupon: u8, amount: u32) -> Fingerprint {
    fingerprint(coupon, amount + 1_000_000)
}

fn recall(coupon: u8, by: Identity, amount: u32) -> Command {
    let fingerprint = fingerprint(coupon, amount);
    Command::Recall(Recall { serial: serial(coupon), by, fingerprint })
}

fn cancel(coupon: u8, by: Identity) -> Command {
    let fingerprint = Fingerprint::from_bytes([0xcc; 16]);
    Command::Cancel(Cancel { serial: serial(coupon), by, fingerprint })
}

fn find(seq: u64, shop: u32) -> Command {
    Command::Find(Find { seq, shop })
}

fn look(coupon: u8) -> Command {
    Command::Look(Look { serial: serial(coupon) })
}
