//! A coupon whose screenshot goes around does not keep its shard from the others.

use std::time::{Duration, Instant};

use coupon_edge::admission::{FROM_THE_LEDGER, REMEMBERED_MS};
use serde_json::{Value, json};

use crate::support::{Answer, Edge};

/// Whether the ledger was asked for this answer.
fn asked(edge: &Edge, answer: &Answer) -> bool {
    let id = answer.header("request-id").unwrap();
    edge.log_line(|line| line["request_id"] == id)["ledger_calls"] == 1
}

/// A coupon that shop 7 used, and that others were refused so often that the next need not ask.
fn gone_around(edge: &Edge) -> (String, Answer) {
    let token = edge.issuer.coupon();
    let redeemed = edge.till(7, 1).redeem(&token, "bill-1");
    assert_eq!(redeemed.status, 201, "{}", redeemed.text);
    for shop in 0..FROM_THE_LEDGER {
        let refused = edge.till(100 + u32::from(shop), 1).redeem(&token, "b");
        assert_eq!(refused.code(), "already-redeemed");
        assert!(asked(edge, &refused), "the first {FROM_THE_LEDGER} ask");
    }
    (token, redeemed)
}

fn without_id(answer: &Answer) -> (u16, &Value) {
    (answer.status, &answer.body)
}

#[test]
fn others_are_told_what_the_ledger_said_last_and_its_own_shop_asks() {
    let edge = Edge::start();
    let other = edge.till(8, 1);
    let from_ledger = other.redeem(&edge.issuer.coupon(), "warm");
    assert_eq!(from_ledger.status, 201);
    let (token, redeemed) = gone_around(&edge);

    let refused = other.redeem(&token, "b");
    assert!(!asked(&edge, &refused));
    assert_eq!((refused.status, refused.code().as_str()), (409, "already-redeemed"));
    assert_eq!(refused.body["redeemed_at"], redeemed.body["redeemed_at"]);
    assert_eq!(refused.body.get("till"), None);
    let checked = other.check(&token);
    assert!(!asked(&edge, &checked));
    assert_eq!(without_id(&checked), without_id(&refused));

    let here = edge.till(7, 1);
    let again = here.redeem(&token, "bill-1");
    assert_eq!((again.status, &again.text), (200, &redeemed.text), "a retry is answered");
    assert!(asked(&edge, &again));
}

#[test]
fn an_undone_redemption_is_forgotten_at_once_by_the_instance_that_undid_it() {
    let edge = Edge::start();
    let (token, redeemed) = gone_around(&edge);
    assert_eq!(edge.till(7, 1).reverse(&redeemed.id(), "r").status, 201);
    let next = edge.till(8, 1).redeem(&token, "b");
    assert_eq!(next.status, 201, "{}", next.text);

    let (token, _) = gone_around(&edge);
    assert_eq!(edge.till(7, 1).cancel(&token, "bill-1").status, 201);
    assert_eq!(edge.till(8, 1).redeem(&token, "b").status, 201);
}

#[test]
fn after_two_seconds_the_ledger_is_asked_again() {
    let edge = Edge::start();
    let (token, _) = gone_around(&edge);
    let other = edge.till(8, 1);
    let began = Instant::now();
    assert!(!asked(&edge, &other.redeem(&token, "b")));
    let deadline = Duration::from_millis(5 * REMEMBERED_MS);
    while !asked(&edge, &other.redeem(&token, "b")) {
        assert!(began.elapsed() < deadline, "still from memory");
    }
}

#[test]
fn what_is_wrong_with_a_request_comes_before_what_is_remembered() {
    let edge = Edge::start();
    let (token, _) = gone_around(&edge);
    let other = edge.till(8, 1);
    let order = json!({ "token": token, "order_amount": 3000, "currency": "USD" });
    let refused = other.post("/v1/redemptions", Some("b"), &order).send();
    assert_eq!(refused.code(), "currency-mismatch", "{}", refused.text);
}
