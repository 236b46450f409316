//! Receipts: whose they are, what they say, and with which keys they verify.

use coupon_edge::base64url;
use coupon_edge::jws::{PublicKeys, Rejected, SigningKeys, Typ};
use serde_json::{Value, json};

use crate::support::{ARCHIVE_SEED, Answer, Edge, RECEIPT_SEED, Wire};

const JWKS: &str = "/.well-known/jwks.json";
const ARCHIVE_JWKS: &str = "/.well-known/archive-jwks.json";

/// A key set, as it is published.
fn key_set(edge: &Edge, path: &str) -> PublicKeys {
    let answer = Wire::new(edge, "GET", path).send(edge);
    assert_eq!(answer.status, 200, "{answer:?}");
    PublicKeys::parse_jwks(&answer.text).unwrap()
}

fn receipt(answer: &Answer) -> &str {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["receipt"].as_str().unwrap()
}

/// What the receipt says, verified with the published keys.
fn said(edge: &Edge, answer: &Answer) -> Value {
    let keys = key_set(edge, JWKS);
    let verified = keys.verify(Typ::Receipt, receipt(answer)).unwrap();
    serde_json::from_str(&verified.payload).unwrap()
}

#[test]
fn a_receipt_says_what_the_redemption_says() {
    let edge = Edge::start();
    let till = edge.till(7, 3);
    let body = json!({ "token": edge.issuer.coupon(), "order_amount": 3000, "currency": "CNY",
        "order_ref": "账单 42" });
    let redeemed = till.post("/v1/redemptions", Some("bill"), &body).send();
    let first = till.receipt(&redeemed.id());
    assert_eq!(first.header("cache-control"), Some("no-store"));
    assert_eq!(first.text, format!("{{\"receipt\":\"{}\"}}", receipt(&first)));
    let mut expected = redeemed.body.clone();
    let fields = expected.as_object_mut().unwrap();
    fields.remove("reversible_until");
    let more = json!({ "iss": "coupon-edge", "status": "redeemed", "v": 1,
        "iat": seconds(&redeemed.body["redeemed_at"]) });
    fields.extend(more.as_object().unwrap().clone());
    assert_eq!(said(&edge, &first), expected);

    // Any till of the shop gets the same one, also from an instance that has just begun.
    assert_eq!(edge.till(7, 1).receipt(&redeemed.id()).text, first.text);
    edge.restart();
    assert_eq!(till.receipt(&redeemed.id()).text, first.text);

    let reversed = till.reverse(&redeemed.id(), "undo");
    let second = till.receipt(&redeemed.id());
    let fields = expected.as_object_mut().unwrap();
    let at = reversed.body["reversed_at"].clone();
    let iat = seconds(&at);
    let more = json!({ "status": "reversed", "reversed_at": at, "iat": iat });
    fields.extend(more.as_object().unwrap().clone());
    assert_eq!(said(&edge, &second), expected);
    // The coupon's next life is another redemption, and leaves this receipt as it is.
    let again = till.post("/v1/redemptions", Some("other"), &body).send();
    assert_eq!(again.status, 201);
    assert_eq!(till.receipt(&redeemed.id()).text, second.text);
    assert_eq!(said(&edge, &till.receipt(&again.id()))["status"], "redeemed");
}

fn seconds(time: &Value) -> u64 {
    coupon_edge::time::Timestamp::parse_rfc3339(time.as_str().unwrap()).unwrap().seconds()
}

#[test]
fn a_receipt_is_for_the_shop_whose_redemption_it_is() {
    let edge = Edge::start();
    let (here, there) = (edge.till(7, 1), edge.till(8, 1));
    let redeemed = here.redeem(&edge.issuer.coupon(), "bill");
    let id = redeemed.id();
    let shard = &id[..id.len() - 4];
    let unknown = format!("{shard}____");
    let refused = [
        there.receipt(&id),
        here.receipt(&unknown),
        there.find(&id),
        here.receipt("R1.EAAAAgAAAAAAAAAB"),
        here.receipt("R1.AAAA"),
    ];
    for answer in &refused {
        answer.assert_refusal("", 404, "not-found", "");
        assert_eq!(answer.text, refused[0].text, "the same bytes");
    }
    let path = format!("/v1/redemptions/{id}/receipt");
    let unsigned = Wire::new(&edge, "GET", &path).send(&edge);
    unsigned.assert_refusal("unsigned", 401, "signature-missing", "");
    let mut suspended = Edge::start();
    suspended.issuer.shops.suspended_shops = vec![7];
    suspended.publish();
    suspended.restart();
    let answer = suspended.till(7, 1).receipt(&id);
    answer.assert_refusal("suspended", 403, "shop-suspended", "");
}

#[test]
fn head_and_options_are_as_everywhere() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let redeemed = till.redeem(&edge.issuer.coupon(), "bill");
    let own = format!("/v1/redemptions/{}/receipt", redeemed.id());
    for path in [JWKS, ARCHIVE_JWKS, &own] {
        let [get, head] = ["GET", "HEAD"].map(|method| till.call(method, path).wire().send(&edge));
        assert_eq!((get.status, head.status), (200, 200), "{path}");
        for name in ["content-type", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{path}");
        }
        assert!(head.text.is_empty() && !get.text.is_empty(), "{path}");
        let options = Wire::new(&edge, "OPTIONS", path).send(&edge);
        assert_eq!((options.status, options.header("allow")), (204, Some("GET, HEAD, OPTIONS")));
        let post = Wire::new(&edge, "POST", path).send(&edge);
        post.assert_refusal(path, 405, "method-not-allowed", "");
    }
}

#[test]
fn a_key_set_is_open_and_may_be_kept_for_five_minutes() {
    let edge = Edge::start();
    for (path, seed) in [(JWKS, RECEIPT_SEED), (ARCHIVE_JWKS, ARCHIVE_SEED)] {
        let answer = Wire::new(&edge, "GET", path).send(&edge);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/jwk-set+json"));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
        let keys = SigningKeys::parse(&base64url::encode(&seed)).unwrap();
        assert_eq!(answer.text, keys.public().jwks());
        assert!(!answer.text.contains(&base64url::encode(&seed)), "no secret in it");
    }
}

/// Whoever has the archive's key can sign no receipt, and the other way round.
#[test]
fn the_archives_key_is_none_of_a_receipts() {
    let edge = Edge::start();
    let archive = SigningKeys::parse(&base64url::encode(&ARCHIVE_SEED)).unwrap();
    let forged = archive.sign(Typ::Receipt, "{}");
    let keys = key_set(&edge, JWKS);
    assert_eq!(keys.verify(Typ::Receipt, &forged), Err(Rejected::UnknownKey));
    let receipts = SigningKeys::parse(&base64url::encode(&RECEIPT_SEED)).unwrap();
    let forged = receipts.sign(Typ::ArchiveHead, "{}");
    let keys = key_set(&edge, ARCHIVE_JWKS);
    assert_eq!(keys.verify(Typ::ArchiveHead, &forged), Err(Rejected::UnknownKey));
}

#[test]
fn a_receipt_of_before_verifies_after_the_key_was_rotated() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let redeemed = till.redeem(&edge.issuer.coupon(), "bill");
    let old = till.receipt(&redeemed.id());
    let says = said(&edge, &old);

    let retired = SigningKeys::parse(&base64url::encode(&RECEIPT_SEED)).unwrap().signer();
    let next = base64url::encode(&[6; 32]);
    let rotated = format!("{next},{}", SigningKeys::retired(&retired));
    let with = |keys: &str| {
        let mut bindings = edge.issuer.bindings(edge.port);
        bindings.iter_mut().filter(|(name, _)| name == "RECEIPT_KEYS").for_each(|(_, value)| {
            keys.clone_into(value);
        });
        edge.restart_with(&bindings);
    };
    with(&rotated);
    let new = till.receipt(&redeemed.id());
    assert_ne!(new.text, old.text);
    assert_eq!((said(&edge, &old), said(&edge, &new)), (says.clone(), says));
    // A key that leaked is not listed any more.
    with(&next);
    let keys = key_set(&edge, JWKS);
    assert_eq!(keys.verify(Typ::Receipt, receipt(&old)), Err(Rejected::UnknownKey));
    assert_eq!(till.receipt(&redeemed.id()).text, new.text);
}
