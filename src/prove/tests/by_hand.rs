//! Histories made by hand that are as they should be.

use super::*;

#[test]
fn a_redemption_and_the_refusals_that_follow_are_explained() {
    let calls = [
        redeem(1, "a").from(0).to(10).redeemed(1, 5),
        redeem(2, "b").from(11).to(20).already_redeemed(5),
        redeem(1, "a").from(21).to(30).replayed(1, 5),
        check(2).from(31).to(40).already_redeemed(5),
        check(1).from(41).to(50).already_redeemed_at(5, 1),
        redeem(1, "a").amount(2400).from(51).to(60).answered(Answer::KeyReused),
        find(1, 1).from(61).to(70).found(1, 5, None),
        find(1, 2).from(61).to(70).answered(Answer::NotFound),
    ];
    assert_eq!(order(&calls), Some((0..calls.len()).collect()));
}

#[test]
fn a_coupon_is_used_again_and_its_first_key_stays_dead() {
    let calls = [
        redeem(1, "a").from(0).to(10).redeemed(1, 5),
        reverse(1, 1, "x").till(2).showing(|it| it.till = 1).from(11).to(20).reversed(1, 5, 15),
        redeem(1, "a").from(21).to(30).key_is_dead(15),
        redeem(1, "x").till(2).from(31).to(40).answered(Answer::KeyReused),
        check(2).from(41).to(50).free(),
        redeem(2, "a").from(51).to(60).redeemed(7, 55),
        // The first one's reversal once more.
        reverse(1, 1, "y").from(61).to(70).reversed_before(1, 5, 15),
        cancel(1, "a").from(71).to(80).reversed_before(1, 5, 15),
        find(1, 1).from(81).to(90).found(1, 5, Some(15)),
        // Its own time is over, the other's goes on.
        reverse(7, 2, "z").from(3_600_056).to(3_600_060).too_late(3_600_055),
    ];
    assert_eq!(order(&calls), Some((0..calls.len()).collect()));
}

#[test]
fn a_cancel_that_comes_first_spends_the_key() {
    let calls = [
        cancel(1, "a").from(0).to(10).voided(5),
        redeem(1, "a").from(11).to(20).key_is_dead(5),
        redeem(1, "b").from(21).to(30).redeemed(2, 25),
        cancel(1, "b").from(31).to(40).reversed(2, 25, 35),
    ];
    assert_eq!(order(&calls), Some(vec![0, 1, 2, 3]));
}

#[test]
fn a_sale_without_a_network_is_redeemed_or_a_conflict_and_changes_nothing() {
    let calls = [
        sold(1, "a").from(0).to(10).redeemed(1, 5),
        sold(2, "b").from(11).to(20).conflict(2, 15, 5),
        sold(1, "c").from(21).to(30).conflict(4, 25, 5),
        // It is answered again, to the same request alone.
        sold(2, "b").from(31).to(40).conflict_again(2, 15, 5),
        sold(2, "b").amount(2400).from(31).to(40).answered(Answer::KeyReused),
        redeem(2, "b").from(41).to(50).answered(Answer::KeyReused),
        check(3).from(51).to(60).already_redeemed(5),
        cancel(2, "b").from(61).to(70).too_late(15),
        find(2, 2).from(71).to(80).answered(Answer::NotFound),
        // The coupon is free as ever, and the key of a conflict is spent.
        reverse(1, 1, "x").from(81).to(90).reversed(1, 5, 85),
        check(3).from(91).to(100).free(),
        sold(2, "b").from(101).to(110).conflict_again(2, 15, 5),
        sold(3, "d").from(111).to(120).redeemed(9, 115),
        sold(2, "e").from(121).to(130).conflict(11, 125, 115),
    ];
    assert_eq!(order(&calls), Some((0..calls.len()).collect()));
}

#[test]
fn a_conflict_whose_answer_was_lost_is_told_later() {
    let calls = [
        redeem(1, "a").from(0).to(10).redeemed(1, 5),
        sold(2, "b").from(11).lost(),
        reverse(1, 1, "x").from(21).to(30).reversed(1, 5, 25),
        redeem(3, "c").from(31).to(40).redeemed(9, 35),
        sold(2, "b").from(41).to(50).conflict_again(3, 20, 5),
    ];
    assert!(is_explained(&calls));
    // Or it came after the second redemption, or between the two and was redeemed.
    let with = |last: Call| [&calls[..4], &[last]].concat();
    assert!(is_explained(&with(sold(2, "b").from(41).to(50).conflict_again(10, 38, 35))));
    assert!(!is_explained(&with(sold(2, "b").from(41).to(50).conflict_again(3, 20, 35))));
    assert!(!is_explained(&with(sold(2, "b").from(41).to(50).replayed(7, 28))));
}

#[test]
fn calls_that_overlap_may_have_come_in_either_order() {
    let calls = [redeem(1, "a").from(0).to(10).redeemed(1, 5), check(2).from(9).to(20).free()];
    assert_eq!(order(&calls), Some(vec![1, 0]));
    let calls = [redeem(1, "a").from(0).to(10).redeemed(1, 5), check(2).from(10).to(20).free()];
    assert_eq!(order(&calls), Some(vec![1, 0]), "they touch");
}

#[test]
fn a_call_without_an_answer_may_have_happened_or_not() {
    let lost = redeem(1, "a").from(0).lost();
    assert!(is_explained(&[lost.clone(), check(2).from(5).to(9).free()]));
    let used = check(2).from(5).to(9).already_redeemed(4);
    assert_eq!(order(&[lost.clone(), used.clone()]), Some(vec![0, 1]));
    // Long after, and in between another one was cancelled.
    let calls = [
        lost,
        redeem(2, "b").from(10).to(20).redeemed(1, 15),
        cancel(2, "b").from(21).to(30).reversed(1, 15, 25),
        check(2).from(31).to(40).already_redeemed(35),
        cancel(1, "a").from(50).to(60).reversed(3, 35, 55),
    ];
    assert!(is_explained(&calls));
}

#[test]
fn the_policy_may_refuse_what_was_not_answered_before() {
    let calls = [
        redeem(1, "a").from(0).to(10).answered(Answer::NotNow),
        redeem(1, "a").from(11).to(20).answered(Answer::TurnedAway),
        redeem(1, "a").from(21).to(30).redeemed(1, 25),
        check(1).from(31).to(40).answered(Answer::NotNow),
        redeem(2, "b").from(41).to(50).answered(Answer::NotNow),
    ];
    assert_eq!(order(&calls), Some(vec![0, 1, 2, 3, 4]));
}

#[test]
fn a_redemption_whose_answer_was_lost_can_be_named_by_its_number() {
    let calls = [
        redeem(1, "a").from(0).lost(),
        find(4, 1).from(11).to(20).found(4, 5, None),
        reverse(4, 1, "x").from(21).lost(),
        redeem(1, "a").from(31).to(40).key_is_dead(35),
    ];
    assert!(is_explained(&calls));
    // Nor is the first question needed to tell.
    assert!(is_explained(&[calls[0].clone(), calls[2].clone(), calls[3].clone()]));
}

#[test]
fn either_of_two_unknown_redemptions_may_be_meant() {
    // Both keys redeemed and were undone, in an order that is not known.
    let calls = [
        redeem(1, "a").from(0).lost(),
        redeem(1, "b").from(0).lost(),
        cancel(1, "a").from(0).lost(),
        cancel(1, "b").from(0).lost(),
        find(3, 1).from(20).to(30).found(3, 13, Some(14)),
        redeem(1, "a").from(40).to(50).key_is_dead(14),
        redeem(1, "b").from(51).to(60).key_is_dead(12),
    ];
    assert!(is_explained(&calls));
    let mut calls = calls;
    calls.swap(0, 1);
    calls.swap(2, 3);
    assert!(is_explained(&calls), "in whatever order they are tried");
}
