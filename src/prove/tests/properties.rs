//! Histories that a real shard gave, made wider, forgetful or wrong.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::alterations::alterations;
use super::*;
use crate::ledger::tests::commands::{Bounds, Step, history, step};

const BOUNDS: Bounds = Bounds { coupons: 1, shops: 2, tills: 2, keys: 2 };

/// What the callers of a shard see, one after the other. Its clock only goes on, so that the time
/// of each entry is known.
pub(super) fn sequential(most: usize) -> impl Strategy<Value = Vec<Call>> {
    vec(step(BOUNDS), 1..most).prop_map(|mut steps| {
        steps.retain(|step| !matches!(step, Step::ClockBack { .. }));
        history(&steps)
    })
}

/// Makes the calls take longer, so that they overlap, and loses some answers.
pub(super) fn blurred(calls: &[Call], blur: &[(u8, u8, bool)]) -> Vec<Call> {
    let blurred = calls.iter().zip(blur.iter().cycle()).map(|(call, (before, after, lost))| {
        let began = call.began.saturating_sub(u64::from(*before));
        let wider = Call { began, ended: call.ended + u64::from(*after), ..call.clone() };
        if *lost { wider.unanswered() } else { wider }
    });
    blurred.collect()
}

pub(super) fn blur() -> impl Strategy<Value = Vec<(u8, u8, bool)>> {
    vec((0..60_u8, 0..60_u8, prop::bool::weighted(0.3)), 40)
}

/// Whether both can be right in the same place, because the policy may say no or not.
fn is_open(answer: Option<&Answer>) -> bool {
    matches!(answer, Some(Answer::NotNow))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_a_shard_answers_is_explained_in_the_order_of_the_calls(calls in sequential(40)) {
        prop_assert_eq!(order(&calls), Some((0..calls.len()).collect::<Vec<_>>()));
    }

    #[test]
    fn calls_that_overlap_or_lose_their_answer_stay_explained(
        calls in sequential(40), blur in blur(),
    ) {
        let order = order(&blurred(&calls, &blur));
        prop_assert!(order.is_some());
    }

    #[test]
    fn an_altered_answer_is_a_violation(
        calls in sequential(30), place: Index, other: Index,
    ) {
        prop_assume!(!calls.is_empty());
        let place = place.index(calls.len());
        // Had the policy not said no, the shard may have given just the answer put in its place.
        let open = is_open(calls[place].answer.as_ref());
        let altered = alterations(calls[place].answer.as_ref().unwrap());
        let mut calls = calls;
        calls[place].answer = Some(other.get(&altered).clone());
        prop_assert!(open || !is_explained(&calls));
    }

    #[test]
    fn two_answers_that_changed_places_are_a_violation(
        calls in sequential(30), one: Index, other: Index,
    ) {
        prop_assume!(!calls.is_empty());
        let (one, other) = (one.index(calls.len()), other.index(calls.len()));
        let mut swapped = calls.clone();
        (swapped[one].answer, swapped[other].answer) =
            (calls[other].answer.clone(), calls[one].answer.clone());
        let same = calls[one].answer == calls[other].answer;
        let open = is_open(calls[one].answer.as_ref()) || is_open(calls[other].answer.as_ref());
        prop_assert!(same || open || !is_explained(&swapped));
    }
}

#[test]
fn a_hundred_lost_answers_are_no_trouble() {
    // Ten tills redeem and cancel, again and again, and hear nothing; two are told what cannot be.
    let mut calls: Vec<Call> = (0..100)
        .map(|n| {
            let (shop, key) = (n % 10 + 3, format!("k{}", n / 20));
            let call = if n % 20 < 10 { redeem(shop, &key) } else { cancel(shop, &key) };
            call.from(u64::from(n)).lost()
        })
        .collect();
    calls.push(redeem(1, "a").from(50).to(60).redeemed(11, 55));
    assert!(is_explained(&calls));
    calls.push(redeem(2, "b").from(150).to(160).redeemed(17, 155));
    assert!(!is_explained(&calls));
    let shown = shortest(TERMS, &calls).unwrap();
    assert_eq!(shown.iter().filter(|call| call.answer.is_some()).count(), 2);
}
