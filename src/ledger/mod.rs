//! The ledger: which coupons have been used, and the one statement that decides.
//!
//! Read in this order: [`entry`] says what is stored, [`statement`] what decides, [`rule`] the same
//! in words of Rust, [`shard`] how the two are put together.
//!
//! In scope: redeeming, reversing, cancelling, replaying, recording conflicts. Out of scope: whether coupon and till are
//! real and what the policy says (evidence of which a [`Command`] demands), and carrying commands
//! between the Worker and the Durable Object (`edge`).

pub mod command;
mod conflict;
pub mod database;
pub mod entry;
pub mod identity;
pub mod redeem;
pub mod redemption_id;
pub mod reply;
pub mod rule;
pub mod schema;
pub mod shard;
pub mod statement;

pub use command::{Call, Command};
pub use entry::{Entry, Kind};
pub use identity::{Fingerprint, IdempotencyKey, Identity, KeyHash};
pub use redemption_id::RedemptionId;
pub use reply::{LedgerRefusal, Outcome, Reply};
pub use shard::LedgerShard;

#[cfg(test)]
pub(crate) mod tests;

/// Most entries of one coupon: then nothing more is redeemed with it.
pub const MAX_ENTRIES: u8 = 20;

/// Most conflicts of one coupon, which are beside its entries: then no more are recorded.
pub const MAX_CONFLICTS: i16 = 1000;
