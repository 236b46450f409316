//! The checker itself is checked: on histories made by hand, and by properties.

pub(crate) mod alterations;
mod brute_force;
mod by_hand;
mod drafts;
mod forgetting;
mod properties;
mod remembered;
mod violations;

use super::checker::{Verdict, check as judge};
use super::history::{Answer, Ask, Asker, Call, Conflict, Moment, Order, Receipt, Sale};
use super::model::{Coupon, Terms};
use super::shortest::shortest;
use crate::time::Timestamp;
use drafts::*;

const TERMS: Terms = Terms { value: 2500, reversal_window_ms: 3_600_000 };

/// The order that explains the calls.
fn order(calls: &[Call]) -> Option<Vec<usize>> {
    match judge(TERMS, calls) {
        Verdict::Explained(order) => Some(order),
        Verdict::Violated { .. } => None,
        Verdict::TooLong => panic!("too long"),
    }
}

fn is_explained(calls: &[Call]) -> bool {
    order(calls).is_some()
}
