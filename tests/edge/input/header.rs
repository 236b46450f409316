//! Idempotency keys, media types and sizes.

use serde_json::json;

use super::{LIMIT, filled};
use crate::support::{Edge, order};

#[test]
fn a_body_over_64_kib_is_not_read_to_its_end() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let whole = order(&token).to_string();
    let mut answers = Vec::new();

    for (length, chunked) in [(LIMIT + 1, false), (LIMIT + 1, true), (4 * LIMIT, true)] {
        let mut call = till.redemption(&token, "bill");
        call.body = Some(filled(whole.as_bytes(), length));
        let mut wire = call.wire();
        wire.chunked = chunked;
        let answer = wire.send(&edge);
        answer.assert_refusal(&format!("{length} {chunked}"), 413, "body-too-large", "");
        answers.push(answer);
    }
    // On every call that takes a body, read or not.
    for path in ["/v1/coupons/check", "/v1/redemptions/cancel", "/v1/redemptions/ID/reversal"] {
        let path = path.replace("ID", "R1.EAAAAQAAAAAAAAAB");
        let mut call = till.post(&path, Some("k"), &json!({}));
        call.body = Some(filled(b"{}", LIMIT + 1));
        let answer = call.send();
        answer.assert_refusal(&path, 413, "body-too-large", "");
        answers.push(answer);
    }
    // Chunks as such are nothing bad.
    let mut call = till.redemption(&token, "bill");
    call.body = Some(filled(whole.as_bytes(), LIMIT));
    let mut wire = call.wire();
    wire.chunked = true;
    let answer = wire.send(&edge);
    assert_eq!(answer.status, 201, "{answer:?}");
    answers.push(answer);
    edge.audit(&answers, &[&till]);
}

#[test]
fn an_idempotency_key_is_1_to_255_visible_characters() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let mut answers = Vec::new();

    let send = |key: Option<&[u8]>, token: &str| {
        let text = key.map(|key| String::from_utf8_lossy(key).into_owned());
        let mut call = till.redemption(token, "k");
        call.key = text.or(Some("k".to_owned()));
        let mut wire = call.wire();
        wire.headers.retain(|(name, _)| name != "Idempotency-Key");
        wire.headers.extend(key.map(|key| ("Idempotency-Key".to_owned(), key.to_vec())));
        wire.send(&edge)
    };
    let long = [b'k'; 256];
    let bad: [(&str, Option<&[u8]>); 10] = [
        ("none", None),
        ("empty", Some(b"")),
        ("only white space", Some(b"  ")),
        ("256 characters", Some(&long)),
        ("a comma", Some(b"a,b")),
        ("a space", Some(b"a b")),
        ("a tab", Some(b"a\tb")),
        ("UTF-8", Some("é".as_bytes())),
        ("Latin 1", Some(b"\xe9")),
        ("DEL", Some(b"a\x7f")),
    ];
    for (what, key) in bad {
        let answer = send(key, &token);
        answer.assert_refusal(what, 400, "idempotency-key-missing", "");
        answers.push(answer);
    }
    let mut twice = till.redemption(&token, "a").wire();
    twice.headers.push(("Idempotency-Key".to_owned(), b"b".to_vec()));
    let answer = twice.send(&edge);
    answer.assert_refusal("two headers", 400, "idempotency-key-missing", "");
    answers.push(answer);
    // The other writes want one too.
    for path in ["/v1/redemptions/cancel", "/v1/redemptions/R1.EAAAAQAAAAAAAAAB/reversal"] {
        let answer = till.post(path, None, &json!({})).send();
        answer.assert_refusal(path, 400, "idempotency-key-missing", "");
        answers.push(answer);
    }

    assert_eq!(till.check(&token).status, 200, "nothing happened");
    for key in [b"k".as_slice(), &long[..255], b"!\"#$%&'()*+-./:;<=>?@[\\]^_`{|}~", b"\"k\""] {
        let answer = send(Some(key), &edge.issuer.coupon());
        assert_eq!(answer.status, 201, "{key:?}: {answer:?}");
        answers.push(answer);
    }
    edge.audit(&answers, &[&till]);
}

#[test]
fn a_body_is_announced_as_json() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let mut answers = Vec::new();
    for bad in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/json; charset=gbk"),
        Some("application/json; charset=utf-8; charset=gbk"),
        Some("application/json, text/plain"),
        Some("application/problem+json"),
        Some("json"),
        Some("*/*"),
    ] {
        let mut call = till.redemption(&token, "bill");
        call.content_type = bad.map(str::to_owned);
        let answer = call.send();
        answer.assert_refusal(&format!("{bad:?}"), 415, "unsupported-media-type", "");
        answers.push(answer);
    }
    assert_eq!(till.check(&token).status, 200, "nothing happened");
    for good in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=\"UTF-8\"",
        "application/json;",
    ] {
        let mut call = till.redemption(&edge.issuer.coupon(), "bill");
        call.content_type = Some(good.to_owned());
        let answer = call.send();
        assert_eq!(answer.status, 201, "{good}: {answer:?}");
        answers.push(answer);
    }
    edge.audit(&answers, &[&till]);
}
