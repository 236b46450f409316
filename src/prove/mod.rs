//! Proof by observation: whether what tills were told can have come from coupons that are redeemed
//! exactly once.
//!
//! Read in this order: [`model`] says what one coupon must do, in its own words and not in the
//! ledger's (`deeds`: what is known of what was done to it; `shown`: what answers add to that); [`history`] what tills saw; [`checker`] whether some order of the calls explains it (`remembered`: what of it may be older than its call);
//! [`shortest`] what is left of a history that nothing explains when all that is beside the point
//! is taken away, and [`words`] how it is shown.
//!
//! In scope: judging. Out of scope: making calls and faults (`cli::prove`), and how the ledger does
//! what the model wants ([`ledger`](crate::ledger), which knows nothing of this).

pub mod checker;
mod deeds;
pub mod history;
mod memory;
pub mod model;
mod remembered;
pub mod shortest;
mod shown;
pub mod words;

#[cfg(test)]
pub(crate) mod tests;
