//! The search against trying every order, on small histories.

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::alterations::alterations;
use super::properties::{blur, blurred, sequential};
use super::*;

/// Whether any order of the calls explains them: no memory, no shortcut.
fn any_order_explains(calls: &[Call], done: &mut Vec<usize>, coupon: &Coupon) -> bool {
    let open: Vec<usize> = (0..calls.len()).filter(|index| !done.contains(index)).collect();
    if open.iter().all(|index| calls[*index].answer.is_none()) {
        return true;
    }
    open.iter().any(|index| {
        let call = &calls[*index];
        if open.iter().any(|other| calls[*other].precedes(call)) {
            return false;
        }
        done.push(*index);
        let explained = coupon
            .after(&call.ask, call.answer.as_ref(), call.when)
            .iter()
            .any(|next| any_order_explains(calls, done, next));
        done.pop();
        explained
    })
}

fn brute_force(calls: &[Call]) -> bool {
    any_order_explains(calls, &mut Vec::new(), &Coupon::issued(TERMS))
}

/// At most six calls that overlap, some unanswered; often an answer is altered or two are swapped.
fn small() -> impl Strategy<Value = Vec<Call>> {
    let alter = prop::option::weighted(0.7, any::<(Index, Index)>());
    let swap = prop::option::weighted(0.5, any::<(Index, Index)>());
    (sequential(7), blur(), alter, swap).prop_map(|(mut calls, blur, alter, swap)| {
        if let (Some((place, other)), false) = (alter, calls.is_empty()) {
            let call = place.get_mut(&mut calls);
            call.answer = Some(other.get(&alterations(call.answer.as_ref().unwrap())).clone());
        }
        if let (Some((one, other)), false) = (swap, calls.is_empty()) {
            let (one, other) = (one.index(calls.len()), other.index(calls.len()));
            let answer = calls[one].answer.clone();
            calls[one].answer = std::mem::replace(&mut calls[other].answer, answer);
        }
        blurred(&calls, &blur)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn the_search_finds_what_trying_every_order_finds(calls in small()) {
        prop_assert_eq!(is_explained(&calls), brute_force(&calls));
    }
}

/// More by `./scripts/model`.
fn cases() -> u32 {
    let cases = std::env::var("CHECKER_CASES").ok();
    cases.map_or(2_000, |cases| cases.parse().expect("CHECKER_CASES is a number"))
}

#[test]
fn the_small_histories_are_of_both_kinds() {
    let mut runner = TestRunner::deterministic();
    let explained =
        (0..500).filter(|_| brute_force(&small().new_tree(&mut runner).unwrap().current())).count();
    assert!((100..400).contains(&explained), "{explained} of 500");
}
