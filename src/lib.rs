//! Redeems signed coupons at the edge, each exactly once.
//!
//! Three rings. The **core** is every module here but three: pure rules without I/O, clock or
//! randomness, compiled the same for the edge, the issuer and the tests. Two **shells** carry data
//! to it and away: [`edge`] is the Worker and its Durable Object (Wasm only), [`cli`] the `coupon`
//! command (native only). [`prove`] judges from outside, and knows nothing of the ledger (native
//! only).
//!
//! The way of a redemption through the core, which is also a good order to read it in:
//!
//! | step | module | gives |
//! |---|---|---|
//! | which call is this? | [`api`] | a typed request |
//! | is there room for it? | [`admission`] | a place |
//! | who calls? | [`signature`], [`till`] | an authenticated till |
//! | is the coupon real? | [`token`] | a verified coupon |
//! | may it be used here and now? | [`policy`] | the terms of the redemption |
//! | has it been used? | [`ledger`] | an entry, or why not |
//! | what is the answer? | [`refusal`], [`api`] | a response |
//!
//! Beside that way, [`jws`] signs what others are to verify without us, and [`counters`] are what an
//! [`operator`] watches.

pub mod admission;
pub mod api;
pub mod base64url;
pub mod calendar;
pub mod campaign;
pub mod counters;
pub mod journal;
pub mod jws;
pub mod ledger;
pub mod money;
mod object;
pub mod operator;
pub mod order;
pub mod policy;
pub mod refusal;
pub mod secret;
pub mod signature;
pub mod statement;
pub mod till;
pub mod time;
pub mod token;
#[cfg(test)]
mod wycheproof;

#[cfg(not(target_arch = "wasm32"))]
pub mod prove;

#[cfg(target_arch = "wasm32")]
#[allow(clippy::disallowed_methods, reason = "a shell: it brings the clock and entropy")]
pub mod edge;

#[cfg(not(target_arch = "wasm32"))]
#[allow(clippy::disallowed_methods, reason = "a shell: it brings the clock and entropy")]
#[allow(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to its terminal")]
pub mod cli;
