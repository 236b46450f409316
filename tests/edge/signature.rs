//! Signatures through HTTP: whatever was altered after signing is noticed, and everything that
//! RFC 9421 allows and we do is taken.

mod parameters;

use coupon_edge::policy::{KeyMinimum, TillRef};
use coupon_edge::signature::content_digest;
use coupon_edge::till::{KeyVersion, Till as Attributes};
use coupon_edge::time::Timestamp;

use crate::support::{Answer, Call, Edge, Issuer, Till, now_s};

const INVALID: &str = "signature-invalid";
const NO_MATCH: &str = "the signature does not match";

/// Asserts that each is refused like this, and that the coupon is free all the same.
fn assert_refused(edge: &Edge, till: &Till<'_>, token: &str, cases: Vec<(&str, Answer, &str)>) {
    let mut answers = Vec::new();
    for (what, answer, detail) in cases {
        answer.assert_refusal(what, 401, INVALID, detail);
        answers.push(answer);
    }
    let redeemed = till.redeem(token, "bill-1");
    assert_eq!(redeemed.status, 201, "nothing had happened: {redeemed:?}");
    answers.push(redeemed);
    edge.audit(&answers, &[till]);
}

#[test]
fn altering_a_covered_component_after_signing_is_noticed() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let (token, other) = (edge.issuer.coupon(), edge.issuer.coupon());
    let call = || till.redemption(&token, "bill-1");
    let altered = |alter: &dyn Fn(&mut crate::support::Wire)| {
        let mut wire = call().wire();
        alter(&mut wire);
        wire.send(&edge)
    };
    let body = |token: &str| crate::support::order(token).to_string().into_bytes();
    let with_body = |sent: Vec<u8>| {
        let mut call = call();
        call.sent_body = Some(sent);
        call
    };
    let to_path = |path: &str| {
        let path = path.to_owned();
        altered(&move |wire| wire.target.clone_from(&path))
    };
    let to_host = |host: &str| {
        let host = host.to_owned();
        altered(&move |wire| wire.host.clone_from(&host))
    };
    let not_served = "does not serve the @authority";
    let not_digest = "Content-Digest is not the sha-256";
    let port = edge.port;
    let cases = vec![
        ("the path", to_path("/v1/redemptions/cancel"), NO_MATCH),
        ("a query", to_path("/v1/redemptions?a=1"), NO_MATCH),
        ("the host", to_host("coupons.example"), not_served),
        ("a preview address", to_host(&format!("preview.127.0.0.1:{port}")), not_served),
        ("another name of the same", to_host(&format!("localhost:{port}")), not_served),
        ("no port", to_host("127.0.0.1"), not_served),
        ("another port", to_host("127.0.0.1:1"), not_served),
        ("the key", call().header("Idempotency-Key", "bill-2").send(), NO_MATCH),
        ("the key's case", call().header("Idempotency-Key", "Bill-1").send(), NO_MATCH),
        ("the body", with_body(body(&other)).send(), not_digest),
        (
            "white space in the body",
            with_body([b" ", &body(&token)[..]].concat()).send(),
            not_digest,
        ),
        ("no body", with_body(Vec::new()).send(), not_digest),
        (
            "body and digest",
            with_body(body(&other)).header("Content-Digest", &content_digest(&body(&other))).send(),
            NO_MATCH,
        ),
        ("no digest", call().header("Content-Digest", "").send(), "covered header is absent"),
        (
            "the digest's spelling",
            call().header("Content-Digest", &format!("{},", content_digest(&body(&token)))).send(),
            NO_MATCH,
        ),
    ];
    assert_refused(&edge, &till, &token, cases);
}

#[test]
fn a_signature_for_one_call_is_none_for_another() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let redeemed = till.redeem(&edge.issuer.coupon(), "bill-1");
    let own = format!("/v1/redemptions/{}", redeemed.id());
    // What was signed as a read does not undo, though the path of the read is part of the other's.
    let mut stolen = till.call("GET", &own).wire();
    stolen.target.push_str("/reversal");
    stolen.method = "POST".to_owned();
    stolen.headers.push(("Idempotency-Key".to_owned(), b"undo".to_vec()));
    stolen.body = Some(Vec::new());
    let answer = stolen.send(&edge);
    answer.assert_refusal("a read as a write", 401, INVALID, "does not cover all");
    assert_eq!(till.find(&redeemed.id()).text, redeemed.text);
}

#[test]
fn the_signature_is_the_tills_own() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let good = till.attributes;
    let with = |attributes: Attributes| Till::new(&edge, attributes);
    let mut cases = Vec::new();

    // The key id says one thing, the secret is another's.
    for (what, claimed) in [
        ("another shop", Attributes { shop: 8, ..good }),
        ("another till", Attributes { till: 2, ..good }),
        ("a chain", Attributes { chain: 1, ..good }),
        ("more groups", Attributes { groups: u32::MAX, ..good }),
        ("another issue", Attributes { key_version: KeyVersion::new(0, 6).unwrap(), ..good }),
        ("another root", Attributes { key_version: KeyVersion::new(1, 5).unwrap(), ..good }),
        ("a longer life", Attributes { not_after: good.not_after + 1, ..good }),
    ] {
        let mut claims = with(good);
        claims.attributes = claimed;
        cases.push((what, claims.redeem(&token, "bill-1"), NO_MATCH));
    }
    let unknown = with(Attributes { key_version: KeyVersion::new(2, 5).unwrap(), ..good });
    cases.push(("a root not in use", unknown.redeem(&token, "bill-1"), NO_MATCH));
    for (what, not_after) in [("ended", now_s() - 1), ("ends now", now_s()), ("never began", 0)] {
        let ended = with(Attributes { not_after, ..good });
        let answer = ended.redeem(&token, "bill-1");
        cases.push((what, answer, "the till's credential has expired"));
    }
    for keyid in ["", "7", "S2.AAAAAAAAAAAAAAAAAAAAAAAA", "S1.AAAA", &format!("{}=", good.keyid())]
    {
        let call = till.redemption(&token, "bill-1");
        let answer = call.resigned(|params| params.replace(&good.keyid(), keyid)).send();
        cases.push(("no key id", answer, "keyid is not a till's"));
    }
    assert_refused(&edge, &till, &token, cases);

    // Till 0 is the shop's own system, and root 1 is as good as root 0.
    for attributes in [
        Attributes { till: 0, ..good },
        Attributes { key_version: KeyVersion::new(1, 5).unwrap(), ..good },
        Attributes { not_after: now_s() + 60, ..good },
    ] {
        let answer = with(attributes).redeem(&edge.issuer.coupon(), "bill-1");
        assert_eq!(answer.status, 201, "{attributes:?}: {answer:?}");
    }
}

#[test]
fn the_clock_may_be_off_by_300_seconds() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let mut answers = Vec::new();
    // The clock moves on between signing and judging, so the last minute either way is left to the
    // unit tests.
    for ahead in [-100_000, -302, -301, 360, 100_000, 10_000_000_000] {
        let answer = till.redemption(&token, "bill").clock(ahead).send();
        answer.assert_refusal(&ahead.to_string(), 401, "signature-stale", "");
        let edge_time = answer.body["edge_time"].as_str().and_then(Timestamp::parse_rfc3339);
        assert!(edge_time.unwrap().seconds().abs_diff(now_s().into()) < 60, "{answer:?}");
        assert_eq!(answer.body["retryable"], true);
        answers.push(answer);
    }
    let expires = |at: u32| move |params: &str| format!("{params};expires={at}");
    let expired = till.redemption(&token, "bill").resigned(expires(now_s() - 1)).send();
    expired.assert_refusal("expires", 401, "signature-stale", "");
    answers.push(expired);
    // Of a call that is not the till's, the edge does not tell the time.
    let forged = till.redemption(&token, "bill").clock(-301).header("Idempotency-Key", "x").send();
    forged.assert_refusal("stale and altered", 401, INVALID, NO_MATCH);
    assert_eq!(forged.body.get("edge_time"), None);
    answers.push(forged);

    for ahead in [-240, 0, 299] {
        let answer = till.redemption(&edge.issuer.coupon(), "bill").clock(ahead).send();
        assert_eq!(answer.status, 201, "{ahead}: {answer:?}");
        answers.push(answer);
    }
    let call = till.redemption(&token, "bill");
    answers.push(call.resigned(expires(now_s() + 60)).send());
    assert_eq!(answers.last().unwrap().status, 201, "nothing had happened");
    edge.audit(&answers, &[&till]);
}

#[test]
fn a_till_can_be_shut_out() {
    let mut issuer = Issuer::new();
    issuer.shops.suspended_shops = vec![13];
    issuer.shops.suspended_tills = vec![TillRef { shop: 7, till: 2 }];
    issuer.shops.minimum_key_issues =
        vec![KeyMinimum { shop: 20, issue: 6 }, KeyMinimum { shop: 21, issue: 5 }];
    issuer.shops.retired_pos_roots = vec![1];
    let edge = Edge::start_with(issuer);
    let token = edge.issuer.coupon();
    let root_1 = |shop, till| {
        let key_version = KeyVersion::new(1, 5).unwrap();
        Till::new(&edge, Attributes { key_version, ..edge.issuer.credential(shop, till) })
    };
    let replaced = "was replaced by a newer one";
    let mut answers = Vec::new();
    for (till, status, code, detail) in [
        (edge.till(13, 1), 403, "shop-suspended", ""),
        (edge.till(13, 0), 403, "shop-suspended", ""),
        (edge.till(7, 2), 403, "shop-suspended", ""),
        (edge.till(20, 1), 401, INVALID, replaced),
        (root_1(7, 1), 401, INVALID, replaced),
        (root_1(13, 1), 401, INVALID, replaced),
    ] {
        let what = format!("{:?}", till.attributes);
        let id = "R1.EAAAAQAAAAAAAAAB";
        for answer in [
            till.redeem(&token, "bill"),
            till.check(&token),
            till.find(id),
            till.reverse(id, "undo"),
            till.cancel(&token, "bill"),
        ] {
            answer.assert_refusal(&what, status, code, detail);
            answers.push(answer);
        }
    }
    assert_eq!(edge.till(21, 1).redeem(&edge.issuer.coupon(), "bill").status, 201);
    assert_eq!(edge.till(7, 1).redeem(&token, "bill").status, 201, "nothing had happened");
    edge.audit(&answers, &[]);
}

/// Every call can be signed; each with what it needs, no more.
#[test]
fn each_kind_of_call_covers_what_it_must() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let find = || till.call("GET", "/v1/redemptions/R1.EAAAAQAAAAAAAP__");
    let more = |call: Call<'_>, name: &str| {
        call.resigned(|params| params.replacen(')', &format!(" \"{name}\")"), 1)).send()
    };
    assert_eq!(find().send().code(), "not-found", "the signature is good");
    let surplus = "covers a component that this call does not have";
    more(find(), "content-digest").assert_refusal("a read's body", 401, INVALID, surplus);
    let check = || till.post("/v1/coupons/check", None, &crate::support::order(&token));
    assert_eq!(check().send().status, 200);
    more(check(), "idempotency-key").assert_refusal("a check's key", 401, INVALID, surplus);
    // A header that is there and not covered is nobody's business.
    assert_eq!(check().header("Idempotency-Key", "k").send().status, 200);
    // A path in capitals or with dots is the one that the URL standard makes of it.
    let mut dotted = till.redemption(&token, "k").wire();
    dotted.target = "/v1/x/../redemptions".to_owned();
    assert_eq!(dotted.send(&edge).status, 201);
}
