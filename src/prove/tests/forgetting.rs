//! The shortest violation is one, and nothing can be taken from it.

use proptest::prelude::*;
use proptest::sample::Index;

use super::alterations::alterations;
use super::properties::{blur, blurred, sequential};
use super::*;

fn answered(calls: &[Call]) -> usize {
    calls.iter().filter(|call| call.answer.is_some()).count()
}

/// The history with no answers but these.
fn with_only(calls: &[Call], answers: &[Call]) -> Vec<Call> {
    let kept = |call: &Call| answers.contains(call);
    calls.iter().map(|it| if kept(it) { it.clone() } else { it.unanswered() }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn of_the_shortest_violation_no_answer_can_be_missed(
        calls in sequential(25), blur in blur(), place: Index, other: Index,
    ) {
        let mut calls = blurred(&calls, &blur);
        prop_assume!(!calls.is_empty());
        let place = place.index(calls.len());
        if let Some(answer) = &calls[place].answer {
            calls[place].answer = Some(other.get(&alterations(answer)).clone());
        }
        let shown = shortest(TERMS, &calls);
        prop_assert_eq!(shown.is_none(), is_explained(&calls));
        if let Some(shown) = shown {
            prop_assert!(!is_explained(&shown));
            prop_assert!(answered(&shown) <= answered(&calls));
            // In the full history: what is shown leaves out calls without an answer that explain
            // nothing as long as all of its answers are there.
            let answers: Vec<_> = shown.into_iter().filter(|call| call.answer.is_some()).collect();
            prop_assert!(!is_explained(&with_only(&calls, &answers)));
            for index in 0..answers.len() {
                let mut fewer = answers.clone();
                fewer.remove(index);
                prop_assert!(is_explained(&with_only(&calls, &fewer)));
            }
        }
    }

    /// Without reversals two redemptions are all it takes, however much else was going on.
    #[test]
    fn two_redemptions_are_found_in_a_crowd(
        tills in prop::collection::vec((3..9_u32, 0..100_u64, 0..50_u64, prop::bool::ANY), 0..30),
    ) {
        let mut calls: Vec<Call> = tills
            .iter()
            .map(|(shop, began, took, lost)| {
                let call = redeem(*shop, "k").from(20 + began).to(21 + began + took);
                if *lost { call.lost() } else { call.already_redeemed(15) }
            })
            .collect();
        calls.push(redeem(1, "a").from(10).to(20).redeemed(1, 15));
        prop_assert!(is_explained(&calls));
        calls.push(redeem(2, "b").from(60).to(70).redeemed(2, 65));
        let shown = shortest(TERMS, &calls).unwrap();
        // One refusal that is not about it and the redemption are the other way to tell.
        prop_assert_eq!(answered(&shown), 2);
    }
}
