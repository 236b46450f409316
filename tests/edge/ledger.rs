//! The life of a coupon: redeemed, replayed, refused, reversed, cancelled.

use coupon_edge::time::Timestamp;
use serde_json::json;

use crate::support::{Answer, Edge};

fn rows_written(edge: &Edge, answer: &Answer) -> u64 {
    let id = answer.header("request-id").unwrap();
    edge.log_line(|line| line["request_id"] == id)["rows_written"].as_u64().unwrap()
}

#[test]
fn a_coupon_is_redeemed_once() {
    let edge = Edge::start();
    let (here, there) = (edge.till(7, 1), edge.till(8, 1));
    let token = edge.issuer.coupon();

    let checked = here.check(&token);
    assert_eq!(checked.status, 200, "{}", checked.text);
    assert_eq!(checked.body["redeemable"], true);

    let redeemed = here.redeem(&token, "bill-1");
    assert_eq!(redeemed.status, 201, "{}", redeemed.text);
    assert_eq!(redeemed.body["discount"], 2500);
    assert_eq!(redeemed.body["to_pay"], 500);
    assert_eq!(redeemed.header("idempotency-replayed"), None);

    let again = here.redeem(&token, "bill-1");
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, Some("true")));
    assert_eq!(again.text, redeemed.text, "word for word");

    let elsewhere = there.redeem(&token, "bill-1");
    assert_eq!((elsewhere.status, elsewhere.code()), (409, "already-redeemed".to_owned()));
    assert_eq!(elsewhere.body["redeemed_at"], redeemed.body["redeemed_at"]);
    assert_eq!(elsewhere.body.get("till"), None, "only the same shop learns the till");
    assert_eq!(here.check(&token).code(), "already-redeemed");
}

#[test]
fn a_coupon_signed_anew_is_the_same_coupon() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    // Of one coupon the two papers could meet in the right one of four shards by chance.
    for _ in 0..10 {
        let fields = edge.issuer.fields();
        let (old, new) = (edge.issuer.mint(fields, 1), edge.issuer.mint(fields, 2));
        assert_eq!(till.redeem(&old, "a").status, 201);
        assert_eq!(till.redeem(&new, "b").code(), "already-redeemed");
        // The same request, though the paper is another.
        assert_eq!(till.redeem(&new, "a").status, 200);
    }
}

#[test]
fn p06_two_rows_for_a_decision_and_none_for_a_refusal_or_a_replay() {
    let edge = Edge::start();
    let (here, there) = (edge.till(7, 1), edge.till(8, 1));
    let (token, free) = (edge.issuer.coupon(), edge.issuer.coupon());

    // The first call opens the shard; schema creation apart.
    let redeemed = here.redeem(&token, "a");
    assert_eq!(rows_written(&edge, &redeemed), 2);
    let id = redeemed.id();
    for (answer, code) in [
        (here.redeem(&token, "a"), "200"),
        (here.redeem(&token, "b"), "already-redeemed"),
        (there.redeem(&token, "a"), "already-redeemed"),
        (here.check(&token), "already-redeemed"),
        (here.find(&id), "200"),
        (there.reverse(&id, "r"), "not-found"),
        (there.cancel(&token, "a"), "already-redeemed"),
    ] {
        assert_eq!((answer.code().as_str(), rows_written(&edge, &answer)), (code, 0));
    }
    let reversed = here.reverse(&id, "r");
    assert_eq!((reversed.status, rows_written(&edge, &reversed)), (201, 2), "{}", reversed.text);
    let again = here.reverse(&id, "r2");
    assert_eq!((again.status, rows_written(&edge, &again)), (200, 0));
    let late = here.redeem(&token, "a");
    assert_eq!((late.code().as_str(), rows_written(&edge, &late)), ("redemption-reversed", 0));
    let voided = here.cancel(&free, "k");
    assert_eq!((voided.status, rows_written(&edge, &voided)), (201, 2));
    let voided = here.cancel(&free, "k");
    assert_eq!((voided.status, rows_written(&edge, &voided)), (200, 0));
}

#[test]
fn in_the_steady_state_a_redemption_is_one_object_call_and_no_kv_read() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    assert_eq!(till.redeem(&edge.issuer.coupon(), "first").status, 201);
    assert_eq!(edge.kv_reads(), 2, "the campaign's policy and the shops'");
    for n in 0..50 {
        let answer = till.redeem(&edge.issuer.coupon(), &format!("k{n}"));
        let id = answer.header("request-id").unwrap();
        let line = edge.log_line(|line| line["request_id"] == id);
        assert_eq!((&line["kv_reads"], &line["ledger_calls"]), (&json!(0), &json!(1)), "{line}");
    }
    assert_eq!(edge.kv_reads(), 2, "as KV itself counts");
}

#[test]
fn a_reversed_coupon_works_again_and_its_old_key_never() {
    let edge = Edge::start();
    let (here, there) = (edge.till(7, 1), edge.till(8, 3));
    let token = edge.issuer.coupon();
    let first = here.redeem(&token, "a");
    let reversed = here.reverse(&first.id(), "r");
    assert_eq!(reversed.status, 201);
    let at = reversed.body["reversed_at"].as_str().unwrap();
    assert!(Timestamp::parse_rfc3339(at).is_some(), "{at}");

    let old = here.redeem(&token, "a");
    assert_eq!((old.status, old.code().as_str()), (409, "redemption-reversed"));
    assert_eq!(old.body["reversed_at"], at);
    assert_eq!(here.check(&token).status, 200, "the old call redeemed nothing");

    let second = there.redeem(&token, "a");
    assert_eq!(second.status, 201);
    assert_ne!(second.id(), first.id());
    // The first reversal's answer again, although the coupon is redeemed again since.
    let again = here.reverse(&first.id(), "other");
    assert_eq!((again.status, again.text), (200, reversed.text));
    assert_eq!(here.find(&first.id()).body["reversed_at"], at);
    assert_eq!(there.find(&second.id()).body.get("reversed_at"), None);
}

#[test]
fn two_tills_of_a_shop_that_use_the_same_key_do_not_share_an_answer() {
    let edge = Edge::start();
    let (one, two) = (edge.till(7, 1), edge.till(7, 2));
    let (token, other) = (edge.issuer.coupon(), edge.issuer.coupon());
    assert_eq!(one.redeem(&token, "42").status, 201);
    let refused = two.redeem(&token, "42");
    assert_eq!(refused.code(), "already-redeemed");
    assert_eq!(refused.body["till"], 1, "the same shop learns the till");
    // Nor does a key say anything about another coupon.
    assert_eq!(one.redeem(&other, "42").status, 201);
}

#[test]
fn a_key_is_good_for_one_request_on_a_coupon() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let ask = |amount: u32, reference: Option<&str>| {
        let body = json!({ "token": token, "order_amount": amount, "currency": "CNY",
            "order_ref": reference });
        till.post("/v1/redemptions", Some("a"), &body).send()
    };
    assert_eq!(ask(3000, None).status, 201);
    assert_eq!(ask(3000, None).status, 200);
    for other in [ask(3001, None), ask(3000, Some("bill"))] {
        assert_eq!((other.status, other.code().as_str()), (422, "idempotency-key-reused"));
    }
}

#[test]
fn a_cancel_undoes_what_its_key_did_or_will_do() {
    let edge = Edge::start();
    let (here, there) = (edge.till(7, 1), edge.till(8, 1));

    let token = edge.issuer.coupon();
    assert_eq!(here.redeem(&token, "a").status, 201);
    let cancelled = here.cancel(&token, "a");
    assert_eq!((cancelled.status, &cancelled.body["outcome"]), (201, &json!("reversed")));
    assert_eq!(here.cancel(&token, "a").text, cancelled.text);
    assert_eq!(here.redeem(&token, "a").code(), "redemption-reversed");
    assert_eq!(there.redeem(&token, "b").status, 201, "the coupon works again");
    assert_eq!(here.cancel(&token, "c").code(), "already-redeemed", "not ours to undo");

    // It overtakes its redemption, and wins.
    let token = edge.issuer.coupon();
    let voided = here.cancel(&token, "late");
    assert_eq!((voided.status, &voided.body["outcome"]), (201, &json!("voided")));
    assert_eq!(here.redeem(&token, "late").code(), "redemption-reversed");
    assert_eq!(there.redeem(&token, "late").status, 201, "another shop's key is another");
}

#[test]
fn p10_a_retry_gets_its_first_answer_whatever_the_policy_says_by_then() {
    let mut edge = Edge::start();
    let (token, fresh) = (edge.issuer.coupon(), edge.issuer.coupon());
    let first = edge.till(7, 1).redeem(&token, "a");
    assert_eq!(first.status, 201);

    let original = edge.issuer.campaign.clone();
    type Change = fn(&mut coupon_edge::policy::CampaignDocument);
    let changes: [(&str, Change); 4] = [
        ("campaign-paused", |policy| policy.paused = true),
        // A window that ended ten days ago.
        ("expired", |policy| policy.window.until = policy.window.from.plus_seconds(1)),
        ("below-minimum-spend", |policy| policy.minimum_spend = 9_999_u32.into()),
        ("revoked", |policy| policy.revoked.kids = vec![1]),
    ];
    for (epoch, (code, change)) in changes.into_iter().enumerate() {
        edge.issuer.campaign = original.clone();
        change(&mut edge.issuer.campaign);
        edge.issuer.campaign.epoch = 2 + u32::try_from(epoch).unwrap();
        edge.publish();
        edge.restart();
        let till = edge.till(7, 1);
        assert_eq!(till.redeem(&fresh, "b").code(), code);
        let again = till.redeem(&token, "a");
        assert_eq!((again.status, &again.text), (200, &first.text), "{code}");
        // Another key has no earlier answer: the policy's refusal goes before the ledger's.
        assert_eq!(till.redeem(&token, "c").code(), code);
        assert_eq!(till.find(&first.id()).status, 200, "{code}");
    }
    // Nor does the policy keep a redemption from being undone.
    assert_eq!(edge.till(7, 1).reverse(&first.id(), "r").status, 201);
}
