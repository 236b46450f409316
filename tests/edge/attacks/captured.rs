//! Somebody has the bytes of a request that a till sent.

use std::io::Write;
use std::net::TcpStream;

use crate::support::{Answer, Edge, Wire, read_answer};

fn resend(edge: &Edge, captured: &Wire) -> Answer {
    captured.clone().send(edge)
}

#[test]
fn a_captured_request_does_nothing_a_second_time() {
    let edge = Edge::start();
    let (here, there) = (edge.till(7, 1), edge.till(8, 1));
    let token = edge.issuer.coupon();

    let redemption = here.redemption(&token, "a").wire();
    let first = resend(&edge, &redemption);
    assert_eq!(first.status, 201);
    for _ in 0..20 {
        let again = resend(&edge, &redemption);
        assert_eq!((again.status, &again.text), (200, &first.text));
    }

    let reversal = {
        let mut call = here.call("POST", &format!("/v1/redemptions/{}/reversal", first.id()));
        (call.key, call.body) = (Some("r".to_owned()), Some(Vec::new()));
        call.wire()
    };
    let reversed = resend(&edge, &reversal);
    assert_eq!(reversed.status, 201);
    assert_eq!(resend(&edge, &redemption).code(), "redemption-reversed");
    // The coupon is another shop's by now: neither of the two reaches that.
    let second = there.redeem(&token, "b");
    assert_eq!(second.status, 201);
    let again = resend(&edge, &reversal);
    assert_eq!((again.status, again.text), (200, reversed.text));
    assert_eq!(resend(&edge, &redemption).code(), "redemption-reversed");
    assert_eq!(there.find(&second.id()).body.get("reversed_at"), None);
}

#[test]
fn a_captured_request_is_none_at_another_edge() {
    // Both have the same keys, which two environments never should: only the host tells them apart.
    let (edge, other) = (Edge::start(), Edge::start());
    let captured = edge.till(7, 1).redemption(&edge.issuer.coupon(), "a").wire();
    let as_it_is = resend(&other, &captured);
    as_it_is.assert_refusal("the host", 401, "signature-invalid", "does not serve the @authority");
    let mut altered = captured.clone();
    altered.host = format!("127.0.0.1:{}", other.port);
    let altered = resend(&other, &altered);
    altered.assert_refusal("its own host", 401, "signature-invalid", "does not match");
    assert_eq!(resend(&edge, &captured).status, 201, "it was good where it was meant for");
}

#[test]
fn a_request_behind_a_signed_one_has_no_share_in_its_signature() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let (token, other) = (edge.issuer.coupon(), edge.issuer.coupon());
    let good = till.redemption(&token, "a").wire();
    let mut unsigned = till.redemption(&other, "b").wire();
    unsigned.headers.retain(|(name, _)| !name.starts_with("Signature"));
    let mut borrowed = till.redemption(&other, "b").wire();
    for (name, value) in &mut borrowed.headers {
        if name.starts_with("Signature") {
            *value = good.headers.iter().find(|(have, _)| have == name).unwrap().1.clone();
        }
    }
    // All on one connection.
    let mut stream = TcpStream::connect(("127.0.0.1", edge.port)).unwrap();
    let mut send = |wire: &Wire| {
        stream.write_all(&wire.bytes()).unwrap();
        read_answer(&mut stream, false)
    };
    assert_eq!(send(&good).status, 201);
    send(&unsigned).assert_refusal("unsigned", 401, "signature-missing", "");
    send(&borrowed).assert_refusal("borrowed", 401, "signature-invalid", "does not match");
    assert_eq!(send(&good).status, 200);
    assert_eq!(till.check(&other).status, 200, "nothing happened");
}
