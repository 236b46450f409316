//! May this coupon be used by this till on this order now?

use super::*;

fn judge(policy: &CampaignPolicy, coupon: &VerifiedCoupon) -> Result<Terms, PolicyRefusal> {
    let order = Order::new(Amount::from(3000), "CNY".parse().unwrap(), None).unwrap();
    policy.judge(coupon, &till(), &order, at(NOW))
}

fn serial_of(byte: u8) -> Serial {
    Serial::from_bytes([byte; 12])
}

#[test]
fn the_discount_is_the_value_and_at_most_the_order() {
    let discount =
        |value| judge(&policy(|_| {}), &coupon(|fields| fields.value = value)).unwrap().discount();
    assert_eq!(discount(2500), Amount::from(2500));
    assert_eq!(discount(9999), Amount::from(3000));
}

#[test]
fn the_terms_have_the_campaigns_reversal_window() {
    let terms = judge(&policy(|it| it.reversal_window_s = 86_401), &coupon(|_| {})).unwrap();
    assert_eq!(terms.reversal_window_s(), 86_401);
}

#[test]
fn the_order_is_at_least_the_minimum_spend() {
    // The order is 3000.
    let refused = |minimum: u32| {
        judge(&policy(|it| it.minimum_spend = Amount::from(minimum)), &coupon(|_| {})).err()
    };
    assert_eq!(refused(2999), None);
    assert_eq!(refused(3000), None);
    let (amount, currency) = (Amount::from(3001), "CNY".parse().unwrap());
    let minimum = Price { amount, currency, digits: 2 };
    assert_eq!(refused(3001), Some(PolicyRefusal::BelowMinimumSpend { minimum }));
}

#[test]
fn without_an_order_all_but_currency_and_minimum_spend_is_judged() {
    let judge = |edit: fn(&mut CampaignDocument)| {
        policy(edit).judge_without_order(&coupon(|_| {}), &till(), at(NOW))
    };
    assert_eq!(judge(|it| it.minimum_spend = Amount::from(u32::MAX)), Ok(()));
    assert_eq!(judge(|it| it.paused = true), Err(PolicyRefusal::CampaignPaused));
    assert_eq!(judge(|it| it.revoked.kids = vec![2]), Err(PolicyRefusal::Revoked));
}

#[test]
fn a_call_is_judged_by_the_epochs_of_both_documents() {
    assert_eq!(policy(|_| {}).epochs(&till()), Epochs { campaign: 3, shops: 5 });
}

#[test]
fn a_coupon_counts_from_its_first_second_up_to_its_last() {
    let refusal = |from, until| {
        let coupon = coupon(|fields| (fields.not_before, fields.not_after) = (from, until));
        judge(&policy(|_| {}), &coupon).err()
    };
    assert_eq!(refusal(NOW, NOW + 1), None);
    assert_eq!(refusal(NOW + 1, NOW + 2), Some(PolicyRefusal::NotYetValid { from: at(NOW + 1) }));
    assert_eq!(refusal(NOW - 1, NOW), Some(PolicyRefusal::Expired { at: at(NOW) }));
    // The campaign's window bounds every coupon's.
    let long = coupon(|fields| (fields.not_before, fields.not_after) = (0, u32::MAX));
    let over = policy(|policy| policy.window.until = at(NOW));
    assert_eq!(judge(&over, &long), Err(PolicyRefusal::Expired { at: at(NOW) }));
    let later = policy(|policy| policy.window.from = at(NOW + 9));
    assert_eq!(judge(&later, &long), Err(PolicyRefusal::NotYetValid { from: at(NOW + 9) }));
}

#[test]
fn an_extension_makes_the_end_later_and_never_earlier() {
    let end = |extension: Extension, not_after| {
        let policy = policy(|policy| policy.extensions = vec![extension]);
        policy.end_of(&coupon(|fields| fields.not_after = not_after))
    };
    let all = |until| Extension { until: at(until), kids: None, serials: None };
    assert_eq!(end(all(NOW + 5 * DAY), NOW), at(NOW + 5 * DAY));
    assert_eq!(end(all(NOW), NOW + DAY), at(NOW + DAY));

    let of_kids = |kids| Extension { kids: Some(kids), ..all(NOW + 5 * DAY) };
    assert_eq!(end(of_kids(vec![2]), NOW), at(NOW + 5 * DAY));
    assert_eq!(end(of_kids(vec![1, 3]), NOW), at(NOW));

    let of_serials = |first, last| {
        let (first, last) = (Serial::from_bytes([first; 12]), Serial::from_bytes([last; 12]));
        let serials = Some(SerialRange { first, last });
        Extension { serials, ..all(NOW + 5 * DAY) }
    };
    assert_eq!(end(of_serials(5, 5), NOW), at(NOW + 5 * DAY));
    assert_eq!(end(of_serials(6, 9), NOW), at(NOW));
    let neither = Extension { kids: Some(vec![9]), ..of_serials(5, 5) };
    assert_eq!(end(neither, NOW), at(NOW), "both must apply");
}

#[test]
fn scope_is_the_coupons_groups_and_what_the_campaign_adds() {
    let refused = |scope, widen| {
        let policy = policy(|policy| policy.widen_scope = widen);
        judge(&policy, &coupon(|fields| fields.scope = scope)).err()
    };
    // The till is in group 1 (bit 0b10).
    assert_eq!(refused(0, 0), None, "0 is every group");
    assert_eq!(refused(0b10, 0), None);
    assert_eq!(refused(0b101, 0), Some(PolicyRefusal::OutOfScope));
    assert_eq!(refused(0b101, 0b10), None);
    assert_eq!(refused(0b110, 0b10), None, "added to what it has already");
    assert_eq!(refused(0, 0b100), None, "widening narrows nothing");
}

#[test]
fn revocation_by_kid_serial_and_range() {
    let revoked = |edit: fn(&mut Revoked)| {
        let policy = policy(|policy| edit(&mut policy.revoked));
        judge(&policy, &coupon(|_| {})).err() == Some(PolicyRefusal::Revoked)
    };
    assert!(revoked(|revoked| revoked.kids = vec![2]));
    assert!(!revoked(|revoked| revoked.kids = vec![1]));
    assert!(revoked(|revoked| revoked.serials = [9, 5, 1].map(serial_of).to_vec()));
    assert!(!revoked(|revoked| revoked.serials = [9, 4, 1].map(serial_of).to_vec()));
    assert!(
        revoked(|it| it.ranges = vec![SerialRange { first: serial_of(4), last: serial_of(6) }])
    );
}

#[test]
fn a_till_is_let_in_unless_it_is_suspended_or_its_credential_was_replaced() {
    let admit = |edit: fn(&mut ShopsDocument)| {
        let mut document = shops();
        edit(&mut document);
        let policy = ShopsPolicy::try_from(document).unwrap();
        policy.admit(&authenticated(|_| {})).map(|till| till.till().shop)
    };
    let (suspended, replaced) =
        (Err(AdmissionRefusal::Suspended), Err(AdmissionRefusal::CredentialReplaced));
    assert_eq!(admit(|_| {}), Ok(7));
    assert_eq!(admit(|it| it.suspended_shops = vec![7]), suspended);
    assert_eq!(admit(|it| it.suspended_tills = vec![TillRef { shop: 7, till: 1 }]), suspended);
    assert_eq!(admit(|it| it.suspended_tills = vec![TillRef { shop: 7, till: 2 }]), Ok(7));
    assert_eq!(
        admit(|it| it.minimum_key_issues = vec![KeyMinimum { shop: 7, issue: 5 }]),
        replaced
    );
    assert_eq!(admit(|it| it.minimum_key_issues = vec![KeyMinimum { shop: 7, issue: 4 }]), Ok(7));
    assert_eq!(admit(|it| it.retired_pos_roots = vec![0]), replaced);
}
