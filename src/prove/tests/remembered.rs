//! Refusals that may be a little older than their calls.

use super::*;
use crate::admission::{FROM_THE_LEDGER, REMEMBERED_MS};

/// Redeemed at 5 ms and reversed at 105; in between, so many other shops were refused.
fn gone_around(refusals: u8) -> Vec<Call> {
    let mut calls = vec![redeem(1, "a").from(0).to(10).redeemed(1, 5)];
    calls.extend(
        (0..refusals)
            .map(|shop| redeem(100 + u32::from(shop), "b").from(20).to(30).already_redeemed(5)),
    );
    calls.push(reverse(1, 1, "x").from(100).to(110).reversed(1, 5, 105));
    calls
}

/// The last call of a history in which so many were refused before the reversal.
fn with(refusals: u8, last: Call) -> bool {
    is_explained(&[gone_around(refusals), vec![last]].concat())
}

/// Asked long enough after the reversal that it was not refused in time by the ledger.
fn late(draft: Draft) -> Draft {
    draft.from(120).to(130)
}

#[test]
fn many_refusals_explain_one_that_is_a_little_old() {
    assert!(with(FROM_THE_LEDGER, late(redeem(2, "b")).already_redeemed(5)));
    assert!(with(FROM_THE_LEDGER, late(check(2)).already_redeemed(5)));
    // A refusal that nobody saw counts as well.
    let mut calls = gone_around(FROM_THE_LEDGER - 1);
    calls.push(redeem(3, "c").from(40).lost());
    calls.push(late(redeem(2, "b")).already_redeemed(5));
    assert!(is_explained(&calls));
}

#[test]
fn a_few_do_not() {
    assert!(!with(FROM_THE_LEDGER - 1, late(redeem(2, "b")).already_redeemed(5)));
    assert!(!with(0, late(redeem(2, "b")).already_redeemed(5)));
}

#[test]
fn none_is_older_than_it_may_be() {
    let refused = |began| {
        let call = redeem(2, "b").from(began).to(began + 10).already_redeemed(5);
        with(FROM_THE_LEDGER, call)
    };
    // It may have begun as much earlier; it then has to come before the reversal is answered.
    assert!(refused(110 + REMEMBERED_MS));
    assert!(!refused(111 + REMEMBERED_MS));
}

#[test]
fn no_other_answer_is_old() {
    let own = late(redeem(1, "c")).already_redeemed_at(5, 1);
    assert!(!with(FROM_THE_LEDGER, own), "its own shop asks the ledger");
    let cancel = late(cancel(2, "b")).already_redeemed(5);
    assert!(!with(FROM_THE_LEDGER, cancel), "a cancel asks the ledger");
    let found = late(find(1, 1)).found(1, 5, None);
    assert!(!with(FROM_THE_LEDGER, found));
}
