//! Every way that things can go, for two tills and few coupons: each order of redeeming, asking
//! again, cancelling and reversing; requests that come late, twice or never; answers that are lost;
//! tills and the ledger's process that end in between.

mod invariants;
mod mistakes;
mod search;
mod shard;
mod world;

use search::{Bounds, Explored, explore};
use shard::{RULE, Source};

const ONE_COUPON: Bounds =
    Bounds { coupons: 1, bills: [2, 1], waits: 0, copies_after_a_refusal: false };
const TWO_COUPONS: Bounds = Bounds { coupons: 2, bills: [1, 1], ..ONE_COUPON };

/// Explores and tells how much it was.
fn all(name: &str, bounds: Bounds, source: Source) -> Explored {
    let explored = explore(bounds, source, true);
    let Explored { worlds, transitions, wrong } = &explored;
    eprintln!("{name}: {worlds} worlds, {transitions} transitions");
    assert!(wrong.is_none(), "{name}: {wrong:#?}");
    explored
}

#[test]
fn in_every_world_a_coupon_is_redeemed_once_and_the_books_agree() {
    let one = all("one coupon", ONE_COUPON, Source::Rule(RULE));
    let two = all("two coupons", TWO_COUPONS, Source::Rule(RULE));
    assert!(one.worlds > 1000 && two.worlds > 1000, "{one:?} {two:?}");
}

#[test]
fn the_statements_go_the_same_ways_as_the_rule() {
    let rule = all("by the rule", TWO_COUPONS, Source::Rule(RULE));
    let statements = all("by the statements", TWO_COUPONS, Source::Statements);
    assert_eq!((rule.worlds, rule.transitions), (statements.worlds, statements.transitions));
}

#[test]
#[ignore = "minutes: ./scripts/model"]
fn in_more_worlds_too() {
    all("one coupon, time", Bounds { waits: 1, ..ONE_COUPON }, Source::Statements);
    all("one coupon, four bills", Bounds { bills: [2, 2], ..ONE_COUPON }, Source::Rule(RULE));
    all("two coupons, time", Bounds { waits: 1, ..TWO_COUPONS }, Source::Statements);
    all("two coupons, three bills", Bounds { bills: [2, 1], ..TWO_COUPONS }, Source::Rule(RULE));
}
