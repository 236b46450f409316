//! The statements against the contract: long random commands to a shard on SQLite, each answer
//! judged by [`prove::model`](crate::prove::model), which knows neither the statements nor the
//! rule. The model must take the answer, and no other.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::commands::{Bounds, Known, Step, play, step};
use super::observed::{Observation, Observed, TERMS};
use crate::prove::history::{Answer, Ask, Moment};
use crate::prove::model::Coupon;
use crate::prove::tests::alterations::alterations;

const STEPS_PER_CASE: usize = 300;
const BOUNDS: Bounds = Bounds { coupons: 3, shops: 3, tills: 2, keys: 6 };

/// How many steps in all: few in everyday tests, more by `./scripts/model`.
fn steps() -> usize {
    let steps = std::env::var("MODEL_STEPS").ok();
    steps.map_or(9_000, |steps| steps.parse().expect("MODEL_STEPS is a number"))
}

/// The coupon after the answer, which must be the only right one.
fn judged(
    coupon: &Coupon,
    ask: &Ask,
    answer: &Answer,
    when: Moment,
    tried: &Cell<u64>,
) -> Result<Coupon, TestCaseError> {
    let ways = coupon.after(ask, Some(answer), when);
    prop_assert_eq!(ways.len(), 1, "{:?} answered {:?}\n{:#?}", ask, answer, coupon);
    // While the clock is behind, a new entry has some time between the clock's and the newest one's.
    // And where the policy says no, the ledger was not asked what it thinks.
    let exact = when.earliest == when.latest && *answer != Answer::NotNow;
    for other in alterations(answer).into_iter().filter(|_| exact) {
        let is_right = !coupon.after(ask, Some(&other), when).is_empty();
        prop_assert!(!is_right, "{:?} answered {:?}, but also {:?}", ask, answer, other);
        tried.set(tried.get() + 1);
    }
    Ok(ways.into_iter().next().unwrap())
}

#[test]
fn the_statements_keep_the_contract_and_nothing_else_would() {
    let cases = steps().div_ceil(STEPS_PER_CASE).try_into().unwrap();
    let mut runner = TestRunner::new(Config { cases, ..Config::default() });
    let commands = prop::collection::vec(step(BOUNDS), STEPS_PER_CASE);
    let (done, tried, full) = (Cell::new(0_usize), Cell::new(0_u64), Cell::new(0_u64));
    runner
        .run(&commands, |steps: Vec<Step>| {
            let (mut shard, mut known) = (Observed::new(), Known::default());
            let mut coupons = vec![Coupon::issued(TERMS); usize::from(BOUNDS.coupons)];
            for step in &steps {
                let Some((coupon, ask, Observation { answer, when })) =
                    play(&mut shard, &mut known, step)
                else {
                    continue;
                };
                let coupon = &mut coupons[usize::from(coupon)];
                *coupon = judged(coupon, &ask, &answer, when, &tried)?;
                full.set(full.get() + u64::from(answer == Answer::LimitReached));
            }
            done.set(done.get() + steps.len());
            if done.get() % 300_000 == 0 {
                eprintln!("{} steps, {} wrong answers turned down", done.get(), tried.get());
            }
            Ok(())
        })
        .unwrap();
    eprintln!("{} steps, {} wrong answers turned down", done.get(), tried.get());
    assert!(full.get() > 0, "no coupon was ever full");
}
