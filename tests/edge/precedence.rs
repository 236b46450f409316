//! The order of precedence: a call that deserves several refusals gets the first.
//!
//! Not only neighbours: each refusal is set against every later one that the same call can deserve.

mod draft;

use std::collections::{BTreeMap, BTreeSet};

use coupon_edge::policy::{Revoked, SerialRange, TillRef};
use coupon_edge::refusal::Code;
use coupon_edge::time::Timestamp;
use serde_json::json;

use self::draft::{Base, Draft, Policies, REVOKED};
use crate::support::{Edge, Issuer, now_s};

/// Neighbours in the list that no call can deserve both.
const EXCLUSIVE: [(Code, Code); 3] = [
    // The first is of a key that was undone, the second of one that is live; for a key that is both
    // undone and reused see `a_spent_key_on_another_order`.
    (Code::RedemptionReversed, Code::IdempotencyKeyReused),
    // Only undoing is too late, and what is undone is the redeemer's own.
    (Code::AlreadyRedeemed, Code::ReversalTooLate),
    // Only redeeming and voiding have a limit, and a coupon at its limit is free.
    (Code::ReversalTooLate, Code::LimitReached),
];

/// What spoils a call so that it deserves this refusal; `None` where no such call can. Exhaustive,
/// so that a new code does not compile before it has its place here.
fn spoiler(code: Code, base: Base) -> Option<fn(&mut Draft)> {
    let (any, redeem, reverse) = (true, base == Base::Redeem, base == Base::Reverse);
    let (can, spoil): (bool, fn(&mut Draft)) = match code {
        Code::NotFound => (any, |call| call.path.push_str("/nowhere")),
        Code::MethodNotAllowed => (any, |call| call.method = "PUT"),
        Code::UnsupportedMediaType => (any, |call| call.content_type = "text/plain"),
        Code::BodyTooLarge => (any, |call| call.length = 64 * 1024 + 1),
        Code::IdempotencyKeyMissing => (any, |call| call.headers.push(("Idempotency-Key", ""))),
        Code::SignatureMissing => (any, |call| call.headers.push(("Signature-Input", ""))),
        Code::SignatureInvalid => (any, |call| call.headers.push(("Signature", draft::ZEROS))),
        Code::SignatureStale => (any, |call| call.clock = -400),
        Code::ShopSuspended => (any, |call| call.policies.suspended = true),
        Code::MalformedRequest => (any, |call| call.unknown_field = true),
        Code::TokenMalformed => (redeem, |call| call.padded = true),
        Code::TokenUnknownKey => (redeem, |call| call.kid = 3),
        Code::TokenForged => (redeem, |call| call.tampered = true),
        Code::RedemptionReversed => (redeem, |call| call.history.voided = true),
        Code::IdempotencyKeyReused => (redeem, |call| call.history.reused = true),
        Code::CurrencyMismatch => (redeem, |call| call.currency = "USD"),
        Code::CampaignPaused => (redeem, |call| call.policies.paused = true),
        Code::NotYetValid => (redeem, |call| call.policies.unopened = true),
        Code::Expired => (redeem, |call| call.coupon.not_after = now_s() - 60),
        Code::OutOfScope => (redeem, |call| call.coupon.scope = 0b10),
        Code::BelowMinimumSpend => (redeem, |call| call.amount = 99),
        Code::Revoked => (redeem, Draft::revoke),
        Code::AlreadyRedeemed => (redeem, |call| call.history.used = true),
        Code::ReversalTooLate => (reverse, |call| call.too_late = true),
        Code::LimitReached => (redeem, |call| call.history.worn = true),
        // No refusals: the edge does not know the answer. They come when they come.
        Code::Busy | Code::Fault => (false, |_| {}),
    };
    can.then_some(spoil)
}

/// Calls with what they must come to: each refusal alone, and each two that one call can deserve.
fn cases(edge: &Edge) -> Vec<(String, Draft, (u16, String))> {
    let mut cases = Vec::new();
    for base in [Base::Redeem, Base::Reverse] {
        for (index, first) in Code::ALL.iter().enumerate() {
            let Some(spoil_first) = spoiler(*first, base) else { continue };
            for second in &Code::ALL[index..] {
                let Some(spoil_second) = spoiler(*second, base) else { continue };
                if EXCLUSIVE.contains(&(*first, *second)) {
                    continue;
                }
                let mut draft = Draft::new(edge, base);
                spoil_first(&mut draft);
                spoil_second(&mut draft);
                let wanted = (first.meaning().status, first.meaning().code.to_owned());
                cases.push((format!("{base:?} {first:?} before {second:?}"), draft, wanted));
            }
        }
    }
    // An answer that was given is given again before the policy is asked, and after all else.
    for (code, replayed) in [
        (Code::ShopSuspended, false),
        (Code::MalformedRequest, false),
        (Code::TokenForged, false),
        (Code::CampaignPaused, true),
        (Code::NotYetValid, true),
        (Code::Expired, true),
        (Code::OutOfScope, true),
        (Code::Revoked, true),
    ] {
        let mut draft = Draft::new(edge, Base::Redeem);
        draft.history.replayed = true;
        spoiler(code, Base::Redeem).unwrap()(&mut draft);
        let refused = (code.meaning().status, code.meaning().code.to_owned());
        let wanted = if replayed { (200, "200".to_owned()) } else { refused };
        cases.push((format!("replay against {code:?}"), draft, wanted));
    }
    cases
}

#[test]
fn every_neighbouring_pair_is_tried() {
    let refusals: Vec<_> =
        Code::ALL.iter().filter(|code| ![Code::Busy, Code::Fault].contains(code)).collect();
    for pair in refusals.windows(2) {
        let (first, second) = (*pair[0], *pair[1]);
        let both = |base| spoiler(first, base).is_some() && spoiler(second, base).is_some();
        let exclusive = EXCLUSIVE.contains(&(first, second));
        let tried = both(Base::Redeem) || both(Base::Reverse);
        assert!(tried || exclusive, "{first:?} before {second:?} is not tried");
    }
}

#[test]
fn the_first_refusal_in_the_list_wins() {
    // A redemption keeps the time for undoing that it was given: none.
    let mut issuer = Issuer::new();
    issuer.campaign.reversal_window_s = 0;
    let mut edge = Edge::start_with(issuer);
    let late = edge.till(7, 1).redeem(&edge.issuer.coupon(), "late").id();
    publish(&mut edge, |issuer| issuer.campaign.reversal_window_s = 3600);
    let live = edge.till(7, 1).redeem(&edge.issuer.coupon(), "live").id();

    let mut by_policies: BTreeMap<Policies, Vec<_>> = BTreeMap::new();
    for (what, draft, wanted) in cases(&edge) {
        draft.make_history(&edge.till(7, 1), &edge.till(8, 1));
        by_policies.entry(draft.policies).or_default().push((what, draft, wanted));
    }
    let mut answered = BTreeSet::new();
    for (policies, cases) in &by_policies {
        publish(&mut edge, |issuer| in_force(issuer, *policies));
        let till = edge.till(7, 1);
        for (what, draft, wanted) in cases {
            let call = draft.call(&till, if draft.too_late { &late } else { &live });
            // A body that the edge refuses to read costs the connection.
            let answer = if draft.length > 0 { call.wire().send(&edge) } else { call.send() };
            assert_eq!((answer.status, answer.code()), *wanted, "{what}: {answer:?}");
            answered.insert(answer.header("request-id").unwrap().to_owned());
        }
    }

    // None of it wrote anything.
    for id in &answered {
        let line = edge.log_line(|line| line["request_id"] == id.as_str());
        assert_eq!(line["rows_written"], 0, "{line}");
    }
    let count: usize = by_policies.values().map(Vec::len).sum();
    assert_eq!(count, answered.len());
    assert!(count > 300, "only {count} pairs");
    publish(&mut edge, |_| {});
    assert_eq!(edge.till(7, 1).reverse(&live, "undo").status, 201);
}

/// Publishes the next epoch of both policies, and starts an edge that knows no other.
fn publish(edge: &mut Edge, edit: impl Fn(&mut Issuer)) {
    let fresh = Issuer::new();
    let epoch = edge.issuer.campaign.epoch + 1;
    edge.issuer.campaign = fresh.campaign;
    edge.issuer.shops = fresh.shops;
    edit(&mut edge.issuer);
    edge.issuer.campaign.epoch = epoch;
    edge.issuer.shops.epoch = epoch;
    edge.publish();
    edge.restart();
}

fn in_force(issuer: &mut Issuer, policies: Policies) {
    issuer.campaign.minimum_spend = 100_u32.into();
    let revoked = SerialRange { first: REVOKED.0, last: REVOKED.1 };
    issuer.campaign.revoked = Revoked { ranges: vec![revoked], ..Revoked::default() };
    issuer.campaign.paused = policies.paused;
    if policies.unopened {
        issuer.campaign.window.from = Timestamp::from_seconds(now_s() + 3600);
    }
    if policies.suspended {
        issuer.shops.suspended_tills = vec![TillRef { shop: 7, till: 1 }];
    }
}

/// A key that redeemed, was undone and now comes with another order is spent in two ways: it is told
/// the first, as a voided key is, of which no order is known.
#[test]
fn a_spent_key_on_another_order() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let [redeemed, voided] = [edge.issuer.coupon(), edge.issuer.coupon()];
    assert_eq!(till.reverse(&till.redeem(&redeemed, "k").id(), "undo").status, 201);
    assert_eq!(till.cancel(&voided, "k").status, 201);
    for (token, order_amount, code) in [
        (&redeemed, 3000, "redemption-reversed"),
        (&redeemed, 3001, "redemption-reversed"),
        (&voided, 3000, "redemption-reversed"),
        (&voided, 3001, "redemption-reversed"),
    ] {
        let order = json!({ "token": token, "order_amount": order_amount, "currency": "CNY" });
        let answer = till.post("/v1/redemptions", Some("k"), &order).send();
        assert_eq!(answer.code(), code, "{order_amount}");
    }
}

/// Someone else's redemption is not found as late as the ledger knows it: nobody learns from the
/// order of refusals which ids exist.
#[test]
fn a_foreign_redemption_is_not_found_after_all_else() {
    let edge = Edge::start();
    let (here, there) = (edge.till(7, 1), edge.till(8, 1));
    let id = here.redeem(&edge.issuer.coupon(), "bill").id();
    for code in [
        Code::MethodNotAllowed,
        Code::UnsupportedMediaType,
        Code::BodyTooLarge,
        Code::IdempotencyKeyMissing,
        Code::SignatureMissing,
        Code::SignatureInvalid,
        Code::SignatureStale,
        Code::MalformedRequest,
    ] {
        let mut draft = Draft::new(&edge, Base::Reverse);
        spoiler(code, Base::Reverse).unwrap()(&mut draft);
        for id in [id.as_str(), "R1.EAAAAQAAAAAAAP__"] {
            let answer = draft.call(&there, id).wire().send(&edge);
            answer.assert_refusal(id, code.meaning().status, code.meaning().code, "");
        }
    }
    assert_eq!(there.reverse(&id, "undo").code(), "not-found");
}
