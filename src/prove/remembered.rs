//! Refusals from memory: what a history may hold besides atomic calls.
//!
//! Once the ledger has refused a coupon often enough, the edge tells other shops for a while what
//! the ledger said last ([`crate::admission::Screenshots`]). Such an answer is as good as one of
//! then: it may have been given by the ledger that much before the call began.

use super::history::{Answer, Ask, Call};
use crate::admission::{FROM_THE_LEDGER, REMEMBERED_MS};

/// The calls, each with the earliest beginning that its answer may be of.
pub(super) fn stretched(calls: &[Call]) -> Vec<Call> {
    let stretched = calls.iter().map(|call| match may_be_remembered(call, calls) {
        true => Call { began: call.began.saturating_sub(REMEMBERED_MS * 1000), ..call.clone() },
        false => call.clone(),
    });
    stretched.collect()
}

fn may_be_remembered(call: &Call, calls: &[Call]) -> bool {
    let told_another_shop = matches!(
        (&call.ask, &call.answer),
        (Ask::Redeem { .. } | Ask::Check { .. }, Some(Answer::AlreadyRedeemed { till: None, .. }))
    );
    let refused_by_then = |other: &&Call| {
        let refused = matches!(other.answer, None | Some(Answer::AlreadyRedeemed { .. }));
        refused && other.began <= call.ended
    };
    // The call itself is one of them.
    told_another_shop && calls.iter().filter(refused_by_then).count() > usize::from(FROM_THE_LEDGER)
}
