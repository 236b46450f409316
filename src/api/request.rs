//! The bodies of requests.

use serde::Deserialize;

use super::json::{malformed, read_object};
use crate::ledger::IdempotencyKey;
use crate::money::{Amount, Currency};
use crate::order::{Order, OrderRef};
use crate::refusal::Refusal;

/// What is read, in messages.
pub(super) const BODY: &str = "the body";

/// `POST /v1/redemptions`
#[derive(Debug)]
pub struct RedeemRequest {
    /// The coupon's token, as scanned.
    pub token: String,
    /// The order it is used on.
    pub order: Order,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RedeemFields {
    token: String,
    order_amount: Amount,
    currency: Currency,
    order_ref: Option<OrderRef>,
}

impl RedeemRequest {
    /// Reads the body.
    ///
    /// # Errors
    /// [`Refusal::MalformedRequest`]
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        let RedeemFields { token, order_amount, currency, order_ref } = read_object(BODY, body)?;
        Ok(Self { token, order: order(order_amount, currency, order_ref)? })
    }
}

/// `POST /v1/coupons/check`
#[derive(Debug)]
pub struct CheckRequest {
    /// The coupon's token, as scanned.
    pub token: String,
    /// The order, if there is one already.
    pub order: Option<Order>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckFields {
    token: String,
    order_amount: Option<Amount>,
    currency: Option<Currency>,
}

impl CheckRequest {
    /// Reads the body.
    ///
    /// # Errors
    /// [`Refusal::MalformedRequest`]
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        let CheckFields { token, order_amount, currency } = read_object(BODY, body)?;
        let order = match (order_amount, currency) {
            (None, None) => None,
            (Some(amount), Some(currency)) => Some(order(amount, currency, None)?),
            _ => return Err(malformed("order_amount and currency go together")),
        };
        Ok(Self { token, order })
    }
}

/// `POST /v1/redemptions/cancel`
pub struct CancelRequest {
    /// The coupon's token, as scanned.
    pub token: String,
    /// The key under which the till tried to redeem it.
    pub redemption_key: IdempotencyKey,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CancelFields {
    token: String,
    redemption_key: String,
}

impl CancelRequest {
    /// Reads the body.
    ///
    /// # Errors
    /// [`Refusal::MalformedRequest`]
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        let CancelFields { token, redemption_key } = read_object(BODY, body)?;
        let redemption_key = IdempotencyKey::parse(&redemption_key).ok_or_else(|| {
            malformed("redemption_key is 1 to 255 visible ASCII characters without comma or space")
        })?;
        Ok(Self { token, redemption_key })
    }
}

/// `POST /v1/redemptions/{id}/reversal`: the path says it all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReverseRequest {}

impl ReverseRequest {
    /// Reads the body: none, or an empty object.
    ///
    /// # Errors
    /// [`Refusal::MalformedRequest`]
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        if body.is_empty() { Ok(Self {}) } else { read_object(BODY, body) }
    }
}

/// The order, if there is something to pay.
pub(super) fn order(
    amount: Amount,
    currency: Currency,
    reference: Option<OrderRef>,
) -> Result<Order, Refusal> {
    Order::new(amount, currency, reference).ok_or_else(|| {
        malformed("order_amount must be at least 1: a coupon is not used on nothing")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &[u8]) -> String {
        match RedeemRequest::read(body) {
            Err(Refusal::MalformedRequest(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    fn with(fields: &str) -> String {
        refusal(format!("{{\"token\":\"C1.\",{fields}}}").as_bytes())
    }

    #[test]
    fn reads_what_it_must() {
        let body = r#" {"token":"C1.","order_amount":3000,"currency":"CNY","order_ref":"账单"} "#;
        let request = RedeemRequest::read(body.as_bytes()).unwrap();
        assert_eq!(request.order.amount(), Amount::from(3000));
        assert_eq!(request.order.reference().unwrap().as_str(), "账单");
    }

    #[test]
    fn says_what_is_wrong() {
        const REST: &str = "\"order_amount\":1,\"currency\":\"CNY\"";
        for (body, why) in [
            (&b""[..], "the body is empty"),
            (b"  \n", "the body is empty"),
            (b"[\"C1.\",1,\"CNY\",null]", "not a JSON object"),
            (b"\"C1.\"", "not a JSON object"),
            (b"hello", "not a JSON object"),
            (b"{", "EOF"),
            (b"{}", "missing field `token`"),
            (b"{\"token\":\"\xff\"}", "unicode"),
            (b"{\"token\":\"\\ud800\"}", "hex escape"),
        ] {
            assert!(refusal(body).contains(why), "{:?}: {}", body, refusal(body));
        }
        for (fields, why) in [
            (format!("{REST},\"token\":\"C1.\""), "duplicate field `token`"),
            (format!("{REST},\"tip\":1"), "unknown field `tip`"),
            (format!("{REST}}} {{"), "trailing characters"),
            ("\"order_amount\":0,\"currency\":\"CNY\"".to_owned(), "at least 1"),
            ("\"order_amount\":-1,\"currency\":\"CNY\"".to_owned(), "invalid value: integer `-1`"),
            ("\"order_amount\":1.5,\"currency\":\"CNY\"".to_owned(), "floating point"),
            ("\"order_amount\":\"1\",\"currency\":\"CNY\"".to_owned(), "invalid type: string"),
            ("\"order_amount\":1000000000001,\"currency\":\"CNY\"".to_owned(), "at most"),
            ("\"order_amount\":1e99,\"currency\":\"CNY\"".to_owned(), "floating point"),
            ("\"order_amount\":1,\"currency\":\"cny\"".to_owned(), "three capital letters"),
            (format!("{REST},\"order_ref\":\"a\\u0000b\""), "control characters"),
            (format!("{REST},\"x\":{}", "[".repeat(10_000)), "unknown field"),
        ] {
            assert!(with(&fields).contains(why), "{fields}: {}", with(&fields));
        }
        assert!(refusal(&[b"{\"".as_slice(), &[b'x'; 60_000], b"\":1}"].concat()).len() <= 800);
    }

    #[test]
    fn a_check_wants_amount_and_currency_together() {
        assert!(CheckRequest::read(br#"{"token":"t"}"#).unwrap().order.is_none());
        assert!(CheckRequest::read(br#"{"token":"t","order_amount":1}"#).is_err());
        assert!(CheckRequest::read(br#"{"token":"t","currency":"CNY"}"#).is_err());
        let whole = br#"{"token":"t","order_amount":1,"currency":"CNY"}"#;
        assert!(CheckRequest::read(whole).unwrap().order.is_some());
    }

    #[test]
    fn a_reversal_has_nothing_to_say() {
        assert!(ReverseRequest::read(b"").is_ok());
        assert!(ReverseRequest::read(b"{}").is_ok());
        assert!(ReverseRequest::read(b"{\"why\":1}").is_err());
        assert!(ReverseRequest::read(b"[]").is_err());
    }
}
