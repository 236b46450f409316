//! The calls beside redeeming.

use serde_json::json;

use crate::support::{Edge, Wire};

#[test]
fn the_other_calls_are_read_as_strictly() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let redeemed = till.redeem(&token, "bill");
    let reversal = format!("/v1/redemptions/{}/reversal", redeemed.id());
    let (check, cancel) = ("/v1/coupons/check", "/v1/redemptions/cancel");
    let undo = |key: &str| json!({ "token": token, "redemption_key": key });
    let cases = [
        (check, json!({}), "missing field `token`"),
        (check, json!([token]), "not a JSON object"),
        (check, json!({ "token": token, "order_amount": 3000 }), "go together"),
        (check, json!({ "token": token, "currency": "CNY" }), "go together"),
        (check, json!({ "token": token, "order_amount": 0, "currency": "CNY" }), "at least 1"),
        (check, json!({ "token": token, "order_ref": "1" }), "unknown field"),
        (cancel, json!({ "token": token }), "missing field `redemption_key`"),
        (cancel, json!({ "redemption_key": "bill" }), "missing field `token`"),
        (cancel, undo(""), "1 to 255"),
        (cancel, undo("a b"), "1 to 255"),
        (cancel, undo("a,b"), "1 to 255"),
        (cancel, undo("é"), "1 to 255"),
        (cancel, undo("a\0"), "1 to 255"),
        (cancel, undo(&"k".repeat(256)), "1 to 255"),
        (cancel, json!({ "token": token, "redemption_key": 1 }), "expected a string"),
        (&reversal, json!({ "why": "too sweet" }), "unknown field `why`"),
        (&reversal, json!([]), "not a JSON object"),
        (&reversal, json!(null), "not a JSON object"),
    ];
    let mut answers = vec![redeemed.clone()];
    for (path, body, detail) in &cases {
        let key = (*path != check).then_some("key");
        let answer = till.post(path, key, body).send();
        answer.assert_refusal(&format!("{path} {body}"), 400, "malformed-request", detail);
        answers.push(answer);
    }

    // An id that cannot be one is no path, whatever is in it.
    for id in ["%00", "R1.%00", "R1.EAAAAQAAAAAAAAAB%00", "..", "%2e%2e", "R1.é", "R1.EAAAAQAA%2F"]
    {
        for (method, path) in [
            ("GET", format!("/v1/redemptions/{id}")),
            ("POST", format!("/v1/redemptions/{id}/reversal")),
        ] {
            let answer = Wire::new(&edge, method, &path).send(&edge);
            answer.assert_refusal(&path, 404, "not-found", "");
            answers.push(answer);
        }
    }

    assert_eq!(till.find(&redeemed.id()).text, redeemed.text, "nothing happened");
    let mut with_body = till.post(&reversal, Some("undo"), &json!({}));
    with_body.content_type = None;
    let answer = with_body.send();
    answer.assert_refusal("a reversal's body unannounced", 415, "unsupported-media-type", "");
    answers.push(answer);
    answers.push(till.post(&reversal, Some("undo"), &json!({})).send());
    assert_eq!(answers.last().unwrap().status, 201);
    answers.push(till.reverse(&redeemed.id(), "undo"));
    assert_eq!(answers.last().unwrap().status, 200, "without a body it is the same reversal");
    edge.audit(&answers, &[&till]);
}
