//! Histories made by hand: what must be explained, and what must not.

use super::*;

#[test]
fn a_redemption_and_the_refusals_that_follow_are_explained() {
    let calls = [
        redeem(1, "a").from(0).to(10).redeemed(1, 5),
        redeem(2, "b").from(11).to(20).already_redeemed(5),
        redeem(1, "a").from(21).to(30).replayed(1, 5),
        check(2).from(31).to(40).already_redeemed(5),
    ];
    assert_eq!(order(&calls), Some(vec![0, 1, 2, 3]));
}

#[test]
fn two_redemptions_of_one_coupon_are_not() {
    let calls = [
        redeem(1, "a").from(0).to(10).redeemed(1, 5),
        redeem(2, "b").from(0).to(10).redeemed(2, 6),
        check(2).from(31).to(40).already_redeemed(5),
    ];
    assert_eq!(order(&calls), None);
    let shown = shortest(TERMS, &calls).unwrap();
    assert_eq!(shown.len(), 2, "{shown:#?}");
}

#[test]
fn a_redemption_that_is_gone_is_a_violation() {
    let calls = [redeem(1, "a").from(0).to(10).redeemed(1, 5), check(2).from(11).to(20).free()];
    assert_eq!(order(&calls), None);
    // While they overlap, the check may have come first.
    let calls = [redeem(1, "a").from(0).to(10).redeemed(1, 5), check(2).from(9).to(20).free()];
    assert_eq!(order(&calls), Some(vec![1, 0]));
}

#[test]
fn a_call_without_an_answer_may_have_happened_or_not() {
    let lost = redeem(1, "a").from(0).lost();
    assert!(order(&[lost.clone(), check(2).from(5).to(9).free()]).is_some());
    let used = check(2).from(5).to(9).already_redeemed(4);
    assert_eq!(order(&[lost.clone(), used.clone()]), Some(vec![0, 1]));
    // Nobody else can have used it.
    assert_eq!(order(&[used]), None);
    // It comes late, but not twice.
    let calls = [
        lost,
        check(2).from(5).to(9).free(),
        redeem(1, "a").from(10).to(19).redeemed(1, 12),
        reverse(1, 1, "x").from(20).to(29).reversed(1, 12, 22),
        check(2).from(30).to(39).already_redeemed(31),
    ];
    assert_eq!(order(&calls), None);
}
