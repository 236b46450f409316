//! The bodies of the four calls that take one.

use coupon_edge::api::{CancelRequest, CheckRequest, RedeemRequest, ReverseRequest};
use coupon_edge::ledger::IdempotencyKey;
use coupon_edge::money::Amount;
use coupon_edge::order::Order;
use coupon_edge::refusal::Refusal;

use super::json;

/// The input is a body; each call reads it.
pub fn holds(body: &[u8]) {
    reads(
        body,
        |body| RedeemRequest::read(body).map(|it| (it.token, it.order)),
        |(_, order)| {
            assert_within_limits(order);
        },
    );
    reads(
        body,
        |body| CheckRequest::read(body).map(|it| (it.token, it.order)),
        |(_, order)| {
            order.as_ref().inspect(|order| assert_within_limits(order));
        },
    );
    reads(
        body,
        |body| CancelRequest::read(body).map(|it| (it.token, it.redemption_key.hash())),
        |_| assert_key_within_limits(body),
    );
    // No body at all is a reversal, too.
    if !body.is_empty() {
        reads(body, |body| ReverseRequest::read(body).map(|_| ()), |()| ());
    }
}

/// What a call reads holds its limits, reads the same when it is written again, and is read
/// strictly.
fn reads<T: PartialEq + std::fmt::Debug>(
    body: &[u8],
    read: impl Fn(&[u8]) -> Result<T, Refusal>,
    check: impl Fn(&T),
) {
    match read(body) {
        Ok(request) => {
            check(&request);
            let document = json::accepted(body);
            assert_eq!(read(document.to_string().as_bytes()).ok().as_ref(), Some(&request));
            json::assert_strict(&document, |body| read(body).is_ok());
        }
        Err(Refusal::MalformedRequest(why)) => assert!(why.chars().count() <= 200, "{why}"),
        Err(other) => panic!("a body is malformed or nothing: {other:?}"),
    }
}

fn assert_within_limits(order: &Order) {
    assert!((1..=Amount::MAX).contains(&order.amount().minor_units()), "{order:?}");
    let code = order.currency().code().to_owned();
    assert!(code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()), "{order:?}");
    if let Some(reference) = order.reference() {
        let text = reference.as_str();
        assert!((1..=64).contains(&text.chars().count()), "{order:?}");
        assert!(!text.chars().any(char::is_control), "{order:?}");
    }
}

fn assert_key_within_limits(body: &[u8]) {
    let body: serde_json::Value = serde_json::from_slice(body).expect("read before");
    let key = body["redemption_key"].as_str().expect("a text");
    assert!((1..=255).contains(&key.len()), "{key:?}");
    assert!(key.bytes().all(|byte| (0x21..=0x7e).contains(&byte) && byte != b','), "{key:?}");
    assert!(IdempotencyKey::parse(key).is_some(), "the header takes the same keys");
}
