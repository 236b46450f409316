//! Which sales of tills without a network are taken, and by which time they are judged.

use super::*;

const MAX_AGE_S: u32 = 7200;

fn allowance() -> Offline {
    Offline { count: 20, value: Amount::from(50_000), max_age_s: MAX_AGE_S }
}

fn taking(edit: impl FnOnce(&mut CampaignDocument)) -> CampaignPolicy {
    policy(|it| {
        it.offline = Some(allowance());
        edit(it);
    })
}

fn order() -> Order {
    Order::new(Amount::from(3000), "CNY".parse().unwrap(), None).unwrap()
}

/// A coupon of version 2.
fn signed(edit: impl FnOnce(&mut CouponFields)) -> VerifiedCoupon {
    let mut fields = *coupon(|_| {}).coupon().fields();
    edit(&mut fields);
    let id = KeyId { campaign: campaign(), kid: 2 };
    let key = CouponKey::derive_signing(&Root::from_bytes([1; 32]), id);
    let token = Coupon::new(fields).unwrap().mint(&key).unwrap();
    let keyring: Keyring = [key].into_iter().collect();
    UnverifiedToken::parse(&token).unwrap().verify(&keyring).unwrap()
}

fn judge(
    policy: &CampaignPolicy,
    coupon: &VerifiedCoupon,
    sold: u32,
) -> Result<Terms, PolicyRefusal> {
    policy.judge_at(coupon, &till(), &order(), Some(at(sold)), at(NOW))
}

fn refused(why: OfflineRefusal) -> Result<Terms, PolicyRefusal> {
    Err(PolicyRefusal::Offline(why))
}

#[test]
fn only_a_campaign_that_says_so_takes_them_and_only_of_version_2() {
    let terms = judge(&taking(|_| {}), &signed(|_| {}), NOW - 60).unwrap();
    assert_eq!((terms.discount(), terms.offline_at()), (Amount::from(2500), Some(at(NOW - 60))));
    let silent = judge(&policy(|_| {}), &signed(|_| {}), NOW - 60);
    assert_eq!(silent, refused(OfflineRefusal::NotTaken));
    let secret = judge(&taking(|_| {}), &coupon(|_| {}), NOW - 60);
    assert_eq!(secret, refused(OfflineRefusal::Version1));
    // A till that has a network is judged as ever.
    let online = taking(|_| {}).judge_at(&coupon(|_| {}), &till(), &order(), None, at(NOW));
    assert_eq!(online.unwrap().offline_at(), None);
}

#[test]
fn not_from_the_future_and_not_for_ever() {
    let told = |sold| judge(&taking(|_| {}), &signed(|_| {}), sold);
    assert!(told(NOW + 300).is_ok() && told(NOW - MAX_AGE_S).is_ok());
    assert_eq!(told(NOW + 301), refused(OfflineRefusal::InTheFuture));
    let max_age_s = MAX_AGE_S;
    assert_eq!(told(NOW - MAX_AGE_S - 1), refused(OfflineRefusal::TooLate { max_age_s }));
}

#[test]
fn the_window_is_that_of_the_sale_and_all_else_as_of_now() {
    let until = |end| signed(|it| it.not_after = end);
    assert!(judge(&taking(|_| {}), &until(NOW - 60), NOW - 61).is_ok());
    let expired = PolicyRefusal::Expired { at: at(NOW - 60) };
    assert_eq!(judge(&taking(|_| {}), &until(NOW - 60), NOW - 60), Err(expired));
    let from = signed(|it| it.not_before = NOW - 60);
    let early = PolicyRefusal::NotYetValid { from: at(NOW - 60) };
    assert_eq!(judge(&taking(|_| {}), &from, NOW - 61), Err(early));
    let paused = judge(&taking(|it| it.paused = true), &signed(|_| {}), NOW - 60);
    assert_eq!(paused, Err(PolicyRefusal::CampaignPaused));
    let revoked = judge(&taking(|it| it.revoked.kids = vec![2]), &signed(|_| {}), NOW - 60);
    assert_eq!(revoked, Err(PolicyRefusal::Revoked));
}

#[test]
fn a_till_comes_to_the_same_by_itself() {
    let by_itself = |policy: &CampaignPolicy, coupon: &VerifiedCoupon| {
        policy.judge_at_till(coupon, till().till(), &order(), at(NOW))
    };
    let outside = signed(|it| it.scope = 0b101);
    for (policy, coupon) in [
        (taking(|_| {}), signed(|_| {})),
        (policy(|_| {}), signed(|_| {})),
        (taking(|_| {}), coupon(|_| {})),
        (taking(|_| {}), outside),
        (taking(|_| {}), signed(|it| it.not_after = NOW)),
        (taking(|it| it.minimum_spend = Amount::from(3001)), signed(|_| {})),
    ] {
        let edge = judge(&policy, &coupon, NOW).map(|terms| terms.discount());
        assert_eq!(by_itself(&policy, &coupon), edge);
    }
}

#[test]
fn an_allowance_has_bounds() {
    let offline = |edit: fn(&mut Offline)| {
        let mut offline = allowance();
        edit(&mut offline);
        policy_of(|it| it.offline = Some(offline))
    };
    for fine in [
        |it: &mut Offline| (it.count, it.value) = (0, Amount::ZERO),
        |it: &mut Offline| (it.count, it.max_age_s) = (100_000, 2_592_000),
        |it: &mut Offline| it.max_age_s = 60,
    ] {
        assert!(offline(fine).is_ok());
    }
    for (why, edit) in [
        ("at most 100000 sales", (|it| it.count = 100_001) as fn(&mut Offline)),
        ("60 to 2592000 seconds", |it| it.max_age_s = 59),
        ("60 to 2592000 seconds", |it| it.max_age_s = 2_592_001),
    ] {
        let rejected = offline(edit).unwrap_err().to_string();
        assert!(rejected.contains(why), "{rejected}");
    }
}

#[test]
fn the_document_is_pinned() {
    let json = serde_json::to_string(&document()).unwrap();
    assert!(!json.contains("offline"), "a document that does not say is as it was");
    let with = policy_of(|it| it.offline = Some(allowance())).unwrap();
    let json = serde_json::to_string(with.document()).unwrap();
    assert!(json.ends_with(r#","offline":{"count":20,"value":50000,"max_age_s":7200}}"#), "{json}");
    assert_eq!(CampaignPolicy::parse(&json).unwrap(), with);
}
