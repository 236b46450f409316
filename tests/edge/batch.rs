//! Many redemptions in one call: each comes to what it would have come to alone.

use std::collections::HashSet;
use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};

use crate::support::{Answer, Edge, Shards, StandIn, item};

/// The log line of an answer.
fn logged(edge: &Edge, answer: &Answer) -> Value {
    let id = answer.header("request-id").unwrap();
    edge.log_line(|line| line["request_id"] == id)
}

#[test]
fn each_item_gets_in_order_what_it_would_have_got_alone() {
    let edge = Edge::start();
    let (here, there) = (edge.till(7, 1), edge.till(8, 1));
    let coupons: Vec<_> = (0..6).map(|_| edge.issuer.coupon()).collect();
    let replayed = here.redeem(&coupons[1], "before");
    there.redeem(&coupons[2], "there");
    here.redeem(&coupons[3], "spent");
    here.cancel(&coupons[3], "spent");
    let expired = edge.issuer.fields();
    let expired = coupon_edge::token::CouponFields {
        not_before: expired.not_before - 1000,
        not_after: expired.not_before,
        ..expired
    };
    let mut forged = coupons[4].clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'Q' } else { 'A' });

    let items = [
        item(&coupons[0], "a"),
        item(&coupons[1], "before"),
        item(&coupons[2], "c"),
        item(&coupons[3], "spent"),
        item(&forged, "e"),
        item("C1.", "f"),
        item(&edge.issuer.mint(expired, 1), "g"),
        json!({ "txn": "h", "token": coupons[5], "order_amount": 0, "currency": "CNY" }),
        json!({ "txn": "i", "token": coupons[5], "order_amount": 3000, "currency": "EUR" }),
        json!("nonsense"),
        item(&coupons[5], "k"),
    ];
    let answer = here.batch(&items).send();
    let expected = [
        "201",
        "200",
        "already-redeemed",
        "redemption-reversed",
        "token-forged",
        "token-malformed",
        "expired",
        "malformed-request",
        "currency-mismatch",
        "malformed-request",
        "201",
    ];
    assert_eq!(answer.result_codes(), expected);
    assert_eq!(answer.results()[1]["redemption"], replayed.body);

    // Alone, under the same key: word for word the same, but that what was done is done.
    for (item, result) in items.iter().zip(answer.results()) {
        let Some(body) = item.as_object() else { continue };
        let mut body = body.clone();
        let txn = body.remove("txn").unwrap();
        let alone = here.post("/v1/redemptions", txn.as_str(), &Value::Object(body)).send();
        let field = if alone.status == 200 { "redemption" } else { "problem" };
        assert_eq!(result[field], alone.body, "{item}");
        let status = if result["status"] == 201 { 200.into() } else { result["status"].clone() };
        assert_eq!(status, alone.status);
    }
}

#[test]
fn the_same_batch_again_does_nothing_again() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let items: Vec<_> = (0..100).map(|n| item(&edge.issuer.coupon(), &format!("t{n}"))).collect();
    let first = till.batch(&items).send();
    assert_eq!(first.result_codes(), vec!["201"; 100]);
    let line = logged(&edge, &first);
    assert_eq!(line["rows_written"], 200, "{line}");
    assert_eq!((&line["items"], &line["redeemed"]), (&json!(100), &json!(100)), "{line}");
    assert_eq!(line["ledger_calls"], 4, "one for each shard: {line}");
    let again = till.batch(&items).send();
    assert_eq!(again.result_codes(), vec!["200"; 100]);
    for (first, again) in first.results().iter().zip(again.results()) {
        assert_eq!(first["redemption"], again["redemption"]);
    }
    let line = logged(&edge, &again);
    assert_eq!((&line["rows_written"], &line["replayed"]), (&json!(0), &json!(100)), "{line}");
    // Partly: those of before, and new ones.
    let mut more: Vec<_> = items.iter().take(3).cloned().collect();
    more.insert(1, item(&edge.issuer.coupon(), "new"));
    assert_eq!(till.batch(&more).send().result_codes(), ["200", "201", "200", "200"]);
}

#[test]
fn a_coupon_that_comes_up_twice_is_redeemed_once_by_the_first() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let (one, other) = (edge.issuer.coupon(), edge.issuer.coupon());
    let mut dearer = item(&one, "a");
    dearer["order_amount"] = 4000.into();
    let items = [item(&one, "a"), item(&other, "a"), item(&one, "b"), item(&one, "a"), dearer];
    let answer = till.batch(&items).send();
    assert_eq!(
        answer.result_codes(),
        ["201", "201", "already-redeemed", "200", "idempotency-key-reused"]
    );
    assert_eq!(answer.results()[0]["redemption"], answer.results()[3]["redemption"]);
    assert_eq!(logged(&edge, &answer)["rows_written"], 4);
}

#[test]
fn campaigns_can_be_mixed_and_each_goes_by_its_own_policy() {
    let mut edge = Edge::start();
    edge.issuer.other.paused = true;
    edge.issuer.other.epoch += 1;
    edge.publish();
    let till = edge.till(7, 1);
    let (ours, other) = (edge.issuer.coupon(), edge.issuer.coupon_of_the_other());
    let items = [item(&other, "a"), item(&ours, "a"), item(&other, "b")];
    let answer = till.batch(&items).send();
    assert_eq!(answer.result_codes(), ["campaign-paused", "201", "campaign-paused"]);
    assert!(answer.results()[0]["problem"]["retryable"].as_bool().unwrap());
}

#[test]
fn one_shard_that_fails_leaves_the_others_their_answers() {
    let ledger = StandIn::start();
    let edge = Edge::in_front_of(ledger.address);
    let till = edge.till(7, 1);
    ledger.does(Shards::FirstOverloaded);
    let items: Vec<_> = (0..40).map(|n| item(&edge.issuer.coupon(), &format!("t{n}"))).collect();
    let answer = till.batch(&items).send();
    let codes = answer.result_codes();
    let busy = codes.iter().filter(|code| *code == "busy").count();
    let answered = codes.iter().filter(|code| *code == "already-redeemed").count();
    assert_eq!(busy + answered, 40, "{codes:?}");
    assert!(busy > 0 && answered > 0, "{codes:?}");
    for result in answer.results().iter().filter(|result| result["status"] == 503) {
        assert_eq!(result["problem"]["retryable"], true);
        assert_eq!(result["retry_after"], 1);
    }
    ledger.does(Shards::Answer);
    let codes = till.batch(&items).send().result_codes();
    assert!(codes.iter().all(|code| code == "already-redeemed"), "{codes:?}");
}

#[test]
fn what_is_no_batch_is_refused_and_nothing_is_done() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let coupon = edge.issuer.coupon();
    let good = item(&coupon, "a");
    for (body, detail) in [
        (json!({ "items": [] }), "items are 1 to 500, not 0"),
        (json!({ "items": vec![good.clone(); 501] }), "items are 1 to 500, not 501"),
        (json!({ "items": good }), "invalid type: map"),
        (json!({ "items": [good], "more": 1 }), "unknown field `more`"),
        (json!([[good]]), "not a JSON object"),
        (json!({}), "missing field `items`"),
    ] {
        let answer = till.post("/v1/redemptions/batch", Some("k"), &body).send();
        assert_eq!(answer.code(), "malformed-request", "{}", answer.text);
        let said = answer.body["detail"].as_str().unwrap();
        assert!(said.contains(detail), "{said}");
    }
    // The whole call has to be signed, keyed and of a size.
    let unkeyed = till.post("/v1/redemptions/batch", None, &json!({ "items": [good] })).send();
    assert_eq!(unkeyed.code(), "idempotency-key-missing");
    let altered = till.batch(std::slice::from_ref(&good));
    let changed = json!({ "items": [item(&coupon, "b")] }).to_string().into_bytes();
    let altered = crate::support::Call { sent_body: Some(changed), ..altered }.send();
    assert_eq!(altered.code(), "signature-invalid");
    let padded = |bytes: usize| {
        let mut call = till.batch(std::slice::from_ref(&good));
        let body = call.body.as_mut().unwrap();
        body.resize(bytes, b' ');
        call.send()
    };
    assert_eq!(padded(256 * 1024 + 1).code(), "body-too-large");
    assert_eq!(till.check(&coupon).status, 200, "nothing was done");
    assert_eq!(padded(256 * 1024).result_codes(), ["201"]);
    assert_eq!(till.call("GET", "/v1/redemptions/batch").send().code(), "method-not-allowed");
}

#[test]
fn five_hundred_coupons_go_in_one_call() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let items: Vec<_> = (0..500).map(|n| item(&edge.issuer.coupon(), &format!("t{n}"))).collect();
    let answer = till.batch(&items).send();
    assert_eq!(answer.result_codes(), vec!["201"; 500]);
    let ids: HashSet<_> =
        answer.results().iter().map(|it| it["redemption"]["id"].to_string()).collect();
    assert_eq!(ids.len(), 500);
}

#[test]
fn batches_that_race_redeem_each_coupon_once() {
    const SHOPS: u32 = 16;
    let edge = Edge::start();
    let coupons: Vec<_> = (0..60).map(|_| edge.issuer.coupon()).collect();
    let line = Barrier::new(SHOPS as usize);
    let answers: Vec<_> = thread::scope(|scope| {
        let shops: Vec<_> = (1..=SHOPS)
            .map(|shop| {
                let (edge, coupons, line) = (&edge, &coupons, &line);
                scope.spawn(move || {
                    let till = edge.till(shop, 1);
                    // Each in an order of its own, so that they cross.
                    let turn = shop as usize * 7 % coupons.len();
                    let (back, front) = coupons.split_at(turn);
                    let items: Vec<_> =
                        front.iter().chain(back).map(|coupon| item(coupon, "t")).collect();
                    line.wait();
                    let answer = till.batch(&items).send();
                    let mut codes = answer.result_codes();
                    codes.rotate_right(turn);
                    codes
                })
            })
            .collect();
        shops.into_iter().map(|shop| shop.join().unwrap()).collect()
    });
    for index in 0..coupons.len() {
        let codes: Vec<_> = answers.iter().map(|codes| codes[index].as_str()).collect();
        assert_eq!(codes.iter().filter(|code| **code == "201").count(), 1, "{codes:?}");
        let used = codes.iter().filter(|code| **code == "already-redeemed").count();
        assert_eq!(used, SHOPS as usize - 1, "{codes:?}");
    }
}
