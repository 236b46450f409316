//! The edge through real HTTP against real workerd, its storage on disk.
//!
//! Each test starts an edge of its own, with an issuer of its own, so that none can disturb another.
//! `./scripts/build` must have run.
#![allow(missing_docs, unreachable_pub, reason = "a test is nobody's library")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]
#![allow(clippy::indexing_slicing, clippy::panic, reason = "a test")]
#![allow(clippy::disallowed_methods, reason = "tills have clocks")]

mod attacks;
mod batch;
mod client;
mod conflict;
mod contract;
mod hosted;
mod input;
mod ledger;
mod offline;
mod overload;
mod panics;
mod policy;
mod precedence;
mod races;
mod receipt;
mod screenshot;
mod shipping;
mod signature;
mod statement;
mod support;
mod survival;
mod till;
mod watching;
