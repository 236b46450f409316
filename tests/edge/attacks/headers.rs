//! Headers that mean something elsewhere, and texts that would in a log.

use serde_json::json;

use crate::support::{Answer, Edge, Wire};

const MEANINGFUL: [(&str, &str); 22] = [
    ("X-HTTP-Method-Override", "DELETE"),
    ("X-HTTP-Method", "PUT"),
    ("X-Method-Override", "POST"),
    ("X-Original-URL", "/docs"),
    ("X-Rewrite-URL", "/docs"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "http"),
    ("X-Forwarded-For", "127.0.0.1"),
    ("CF-Connecting-IP", "127.0.0.1"),
    ("Forwarded", "host=evil.example"),
    ("Range", "bytes=0-0"),
    ("If-Range", "\"x\""),
    ("If-Match", "\"x\""),
    ("If-None-Match", "*"),
    ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"),
    ("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("Cache-Control", "only-if-cached"),
    ("Accept", "text/html"),
    ("Authorization", "Bearer x"),
    ("Cookie", "shop=8"),
    ("Origin", "https://evil.example"),
    ("Request-Id", "chosen"),
];

/// What an answer is, but for the id that each has of its own.
fn essence(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let lower = |(name, value): &(String, String)| (name.to_ascii_lowercase(), value.clone());
    let mut headers: Vec<_> = answer.headers.iter().map(lower).collect();
    headers.retain(|(name, _)| name != "request-id");
    headers.sort();
    (answer.status, headers, answer.text.clone())
}

#[test]
fn no_header_turns_one_answer_into_another() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let redeemed = till.redeem(&token, "a");
    let own = format!("/v1/redemptions/{}", redeemed.id());
    type Spoiled<'a> = Box<dyn Fn() -> Wire + 'a>;
    let calls: [(&str, Spoiled<'_>); 6] = [
        ("health", Box::new(|| Wire::new(&edge, "GET", "/healthz"))),
        ("docs", Box::new(|| Wire::new(&edge, "GET", "/docs"))),
        ("options", Box::new(|| Wire::new(&edge, "OPTIONS", "/v1/redemptions"))),
        ("unsigned", Box::new(|| Wire::new(&edge, "GET", &own))),
        ("find", Box::new(|| till.call("GET", &own).wire())),
        ("replay", Box::new(|| till.redemption(&token, "a").wire())),
    ];
    for (what, call) in &calls {
        let plain = call().send(&edge);
        assert_eq!(plain.header("cache-control"), Some("no-store"), "{what}");
        for (name, value) in MEANINGFUL {
            let mut wire = call();
            wire.headers.push((name.to_owned(), value.into()));
            let answer = wire.send(&edge);
            assert_eq!(essence(&answer), essence(&plain), "{what} with {name}");
            assert_ne!(answer.header("request-id"), Some("chosen"));
            // No page of another site may read it in a browser.
            let cors =
                |(name, _): &(String, String)| name.to_ascii_lowercase().starts_with("access-");
            assert!(!answer.headers.iter().any(cors), "{what}: {answer:?}");
        }
    }
}

#[test]
fn what_is_sent_is_not_in_the_log() {
    const MARK: &str = "INJECTED";
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let mut answers = Vec::new();
    // Escape sequences of a terminal, a line, a field, text that runs backwards, formats, SQL.
    for text in [
        "\u{1b}[2J\u{9b}31mINJECTED",
        "\r\n{\"event\":\"INJECTED\"}",
        "\",\"code\":\"INJECTED",
        "\u{202e}INJECTED\u{2028}",
        "${INJECTED} %s %n",
        "'); DROP TABLE entry; -- INJECTED",
    ] {
        let encoded = |byte: u8| match byte.is_ascii_alphanumeric() {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02x}"),
        };
        let encoded: String = text.bytes().map(encoded).collect();
        for path in ["/", "/v1/redemptions/", "/docs?"] {
            answers.push(Wire::new(&edge, "GET", &format!("{path}{encoded}")).send(&edge));
        }
        let body = |field: &str, value: &str| {
            let mut body = crate::support::order(&token);
            body[field] = json!(value);
            till.post("/v1/redemptions", Some("a"), &body)
        };
        answers.push(body(text, "x").send());
        answers.push(body("token", text).send());
        answers.push(body("currency", text).send());
        let printable = text.replace(|c: char| !c.is_ascii_graphic() || c == ',', "");
        let cancel = json!({ "token": token, "redemption_key": printable });
        answers.push(till.post("/v1/redemptions/cancel", Some(&printable), &cancel).send());
        for name in ["User-Agent", "Content-Type", "Signature-Input", "Signature", "X-Any"] {
            answers.push(till.redemption(&token, "a").header(name, &printable).send());
        }
        // A bill number has no control characters; what it has, only its own shop reads.
        let order_ref = text.replace(char::is_control, "");
        let mut order = crate::support::order(&edge.issuer.coupon());
        order["order_ref"] = json!(order_ref);
        let redeemed = till.post("/v1/redemptions", Some(&printable), &order).send();
        assert_eq!((redeemed.status, &redeemed.body["order_ref"]), (201, &json!(order_ref)));
        answers.push(redeemed);
    }
    edge.audit(&answers, &[&till]);
    for line in edge.log() {
        assert!(!line.contains(MARK) && !line.contains(char::is_control), "{line:?}");
    }
}
