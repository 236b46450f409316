//! Whatever comes in: each thing that is not as it must be has its own refusal, changes nothing,
//! and leaves a line in the log that gives nothing away.

mod calls;
mod header;
mod token;

use serde_json::{Value, json};

use crate::support::{Answer, Edge, Till, order};

const LIMIT: usize = 64 * 1024;

/// A redemption with this body, whatever it is.
fn redemption_of(till: &Till<'_>, body: &[u8]) -> Answer {
    let mut call = till.redemption("", "bill");
    call.body = Some(body.to_vec());
    call.send()
}

/// The order with one field replaced.
fn with(token: &str, field: &str, value: Value) -> Vec<u8> {
    let mut body = order(token);
    body[field] = value;
    body.to_string().into_bytes()
}

/// The order with one field given as this text.
fn with_text(token: &str, field: &str, text: &str) -> Vec<u8> {
    let marked = with(token, field, json!("HERE"));
    String::from_utf8(marked).unwrap().replace("\"HERE\"", text).into_bytes()
}

/// A body filled up with spaces, which JSON allows around an object.
fn filled(body: &[u8], length: usize) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(length, b' ');
    body
}

#[test]
fn a_body_is_read_strictly() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let whole = order(&token).to_string();
    let inner = whole.trim_matches(['{', '}']).to_owned();
    let deep = "[".repeat(10_000);
    let field = |name: &str, value: Value| with(&token, name, value);
    let text = |name: &str, text: &str| with_text(&token, name, text);

    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", vec![], "the body is empty"),
        ("white space", b" \r\n\t".to_vec(), "the body is empty"),
        ("no JSON", b"hello".to_vec(), "not a JSON object"),
        ("an array of the fields", json!([token, 3000, "CNY"]).to_string().into(), "not a JSON ob"),
        ("a text", json!(token).to_string().into(), "not a JSON object"),
        ("null", b"null".to_vec(), "not a JSON object"),
        ("a byte order mark", format!("\u{feff}{whole}").into(), "not a JSON object"),
        ("broken off", whole.as_bytes()[..whole.len() - 1].to_vec(), "EOF"),
        ("no field", b"{}".to_vec(), "missing field"),
        ("a field twice", format!("{{{inner},\"currency\":\"CNY\"}}").into(), "duplicate field"),
        ("an unknown field", field("tip", json!(1)), "unknown field `tip`"),
        ("a field in capitals", field("Token", json!(token)), "unknown field `Token`"),
        ("a second object", format!("{whole}{whole}").into(), "trailing characters"),
        ("a comma at the end", format!("{{{inner},}}").into(), "trailing comma"),
        ("a comment", format!("{whole}//").into(), "trailing characters"),
        ("64 KiB, malformed", filled(b"{\"token\":1}", LIMIT), "invalid type: integer"),
        ("10,000 levels as the body", "{\"a\":".repeat(10_000).into(), "unknown field"),
        ("10,000 levels as a field", text("token", &deep), "invalid type: sequence"),
        ("10,000 levels as another", text("tip", &deep), "unknown field"),
        ("invalid UTF-8", [b"{\"token\":\"\xff", whole.as_bytes()].concat(), "unicode"),
        ("invalid UTF-8 between", [b"{\xff", &whole.as_bytes()[1..]].concat(), "key must be"),
        ("a high surrogate alone", text("token", r#""\ud800""#), "hex escape"),
        ("a low surrogate alone", text("token", r#""\udc00""#), "surrogate"),
        ("two high surrogates", text("token", r#""\ud800\ud800""#), "surrogate"),
        ("a raw NUL in a text", text("token", "\"\0\""), "control character"),
        ("a number for a text", field("token", json!(1)), "expected a string"),
        ("null for a text", field("token", json!(null)), "expected a string"),
        ("a text for a number", field("order_amount", json!("3000")), "invalid type: string"),
        ("true for a number", field("order_amount", json!(true)), "invalid type: boolean"),
        ("null for a number", field("order_amount", json!(null)), "invalid type: null"),
        ("a negative amount", field("order_amount", json!(-1)), "integer `-1`"),
        ("minus zero", text("order_amount", "-0"), "floating point"),
        ("a fraction", text("order_amount", "30.5"), "floating point"),
        ("a fraction of zero", text("order_amount", "3000.0"), "floating point"),
        ("an exponent", text("order_amount", "3e3"), "floating point"),
        ("10^99", text("order_amount", "1e99"), "floating point"),
        ("10^999", text("order_amount", "1e999"), "out of range"),
        ("2^64", text("order_amount", "18446744073709551616"), "floating point"),
        ("2^64 + 3000", text("order_amount", "18446744073709554616"), "floating point"),
        ("a leading zero", text("order_amount", "03000"), "invalid number"),
        ("an amount of 0", field("order_amount", json!(0)), "at least 1"),
        ("10^12 + 1", field("order_amount", json!(1_000_000_000_001_u64)), "at most"),
        ("a small currency", field("currency", json!("cny")), "three capital letters"),
        ("no currency", field("currency", json!("")), "three capital letters"),
        ("a wide currency", field("currency", json!("ＣＮＹ")), "three capital letters"),
        ("NUL in order_ref", text("order_ref", r#""a\u0000b""#), "control characters"),
        ("a line feed in order_ref", field("order_ref", json!("a\nb")), "control characters"),
        ("an empty order_ref", field("order_ref", json!("")), "1 to 64 characters"),
        ("65 characters", field("order_ref", json!("x".repeat(65))), "1 to 64 characters"),
        ("65 wide ones", field("order_ref", json!("茶".repeat(65))), "1 to 64 characters"),
        ("a number as order_ref", field("order_ref", json!(4711)), "expected a string"),
    ];

    let mut answers = Vec::new();
    for (what, body, detail) in &cases {
        let answer = redemption_of(&till, body);
        answer.assert_refusal(what, 400, "malformed-request", detail);
        answers.push(answer);
    }

    let good: [(&str, Vec<u8>); 6] = [
        ("64 KiB", filled(whole.as_bytes(), LIMIT)),
        ("10^12", with(&edge.issuer.coupon(), "order_amount", json!(1_000_000_000_000_u64))),
        ("64 characters", with(&edge.issuer.coupon(), "order_ref", json!("x".repeat(64)))),
        ("64 wide ones", with(&edge.issuer.coupon(), "order_ref", json!("茶".repeat(64)))),
        ("no order_ref", with(&edge.issuer.coupon(), "order_ref", json!(null))),
        ("white space", format!("\r\n\t {}", order(&edge.issuer.coupon())).into()),
    ];
    for (what, body) in &good {
        let answer = redemption_of(&till, body);
        assert_eq!(answer.status, 201, "{what}: {answer:?}");
        answers.push(answer);
    }
    edge.audit(&answers, &[&till]);
}
