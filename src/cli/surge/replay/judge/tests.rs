//! Each answer that is right, and those next to it that are not.

use super::*;

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, retry_after: None, last: false, body: body.as_bytes().to_vec() }
}

fn heard(step: &Step, tries: u32, status: u16, body: &str) -> Verdict {
    judge(step, tries, &answer(status, body))
}

#[track_caller]
fn assert_wrong(step: &Step, tries: u32, status: u16, body: &str) {
    let verdict = heard(step, tries, status, body);
    assert!(matches!(verdict, Verdict::Wrong(_)), "{step:?} {status} {body}: {verdict:?}");
}

const YES: &str = r#"{"id":"R1.a","discount":2500,"to_pay":500}"#;
const UNDONE: &str = r#"{"id":"R1.a","discount":2500,"to_pay":500,"reversed_at":"2026"}"#;
const USED: &str = r#"{"code":"already-redeemed","redeemed_at":"2026"}"#;
const USED_HERE: &str = r#"{"code":"already-redeemed","redeemed_at":"2026","till":1}"#;
const FORGED: &str = r#"{"code":"token-forged"}"#;
const BUSY: &str = r#"{"code":"busy"}"#;

fn accepted() -> Verdict {
    Verdict::Accepted("R1.a".to_owned())
}

#[test]
fn a_redemption_is_new_at_the_first_try_and_may_be_known_at_the_second() {
    assert_eq!(heard(&Step::Redeem, 1, 201, YES), accepted());
    assert_eq!(heard(&Step::Redeem, 2, 201, YES), accepted());
    assert_eq!(heard(&Step::Redeem, 2, 200, YES), accepted());
    assert_wrong(&Step::Redeem, 1, 200, YES);
}

#[test]
fn what_comes_off_the_bill_is_looked_at() {
    assert_wrong(&Step::Redeem, 1, 201, r#"{"id":"R1.a","discount":2500,"to_pay":501}"#);
    assert_wrong(&Step::Redeem, 1, 201, r#"{"discount":2500,"to_pay":500}"#);
    assert_wrong(&Step::Redeem, 1, 201, "");
    assert_wrong(&Step::Redeem, 1, 201, UNDONE);
}

#[test]
fn nobody_else_has_the_coupon_so_it_is_not_used() {
    assert_wrong(&Step::Redeem, 1, 409, USED);
    assert_wrong(&Step::Redeem, 2, 409, USED_HERE);
}

#[test]
fn of_two_at_the_same_moment_one_hears_that_another_shop_was_first() {
    for rival in [false, true] {
        let step = Step::Race { rival };
        assert_eq!(heard(&step, 1, 201, YES), accepted());
        assert_eq!(heard(&step, 1, 409, USED), Verdict::Refused("already-redeemed"));
        // It was another shop's till: no business of this one.
        assert_wrong(&step, 1, 409, USED_HERE);
    }
}

#[test]
fn the_same_request_again_gets_the_same_redemption() {
    let step = Step::SameAgain { id: "R1.a".to_owned() };
    assert_eq!(heard(&step, 1, 200, YES), accepted());
    assert_wrong(&step, 1, 201, YES);
    assert_wrong(&step, 1, 200, r#"{"id":"R1.b","discount":2500,"to_pay":500}"#);
    assert_wrong(&step, 1, 409, USED_HERE);
}

#[test]
fn a_second_bill_is_told_that_its_own_shop_used_the_coupon() {
    let used = Verdict::Refused("already-redeemed");
    assert_eq!(heard(&Step::NewBill, 1, 409, USED_HERE), used);
    assert_wrong(&Step::NewBill, 1, 409, USED);
    assert_wrong(&Step::NewBill, 1, 201, YES);
}

#[test]
fn a_forgery_is_called_one() {
    assert_eq!(heard(&Step::Forged, 1, 422, FORGED), Verdict::Refused("token-forged"));
    assert_wrong(&Step::Forged, 1, 201, YES);
    assert_wrong(&Step::Forged, 1, 409, USED);
    assert_wrong(&Step::Redeem, 1, 422, FORGED);
}

#[test]
fn a_reversal_undoes_this_redemption() {
    let step = Step::Reverse { id: "R1.a".to_owned() };
    assert_eq!(heard(&step, 1, 201, UNDONE), accepted());
    assert_eq!(heard(&step, 2, 200, UNDONE), accepted());
    assert_wrong(&step, 1, 200, UNDONE);
    assert_wrong(&step, 1, 201, YES);
}

#[test]
fn busy_means_come_again_whatever_was_asked() {
    for step in [Step::Redeem, Step::Race { rival: true }, Step::NewBill, Step::Forged] {
        assert_eq!(heard(&step, 1, 503, BUSY), Verdict::ComeAgain("busy"));
        let fault = heard(&step, 1, 500, r#"{"code":"fault"}"#);
        assert_eq!(fault, Verdict::ComeAgain("fault"));
    }
}

#[test]
fn a_code_under_another_status_or_one_that_is_none_is_wrong() {
    assert_wrong(&Step::Forged, 1, 409, FORGED);
    assert_wrong(&Step::Redeem, 1, 500, BUSY);
    assert_wrong(&Step::Redeem, 1, 503, "{}");
    assert_wrong(&Step::Redeem, 1, 418, r#"{"code":"teapot"}"#);
    assert_wrong(&Step::Redeem, 1, 401, r#"{"code":"signature-stale"}"#);
}
