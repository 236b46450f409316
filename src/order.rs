//! The order that a coupon is used on.

use serde::{Deserialize, Serialize};

use crate::money::{Amount, Currency};

/// What the customer buys, before the coupon. Worth something: an order of 0 would burn a coupon
/// for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    amount: Amount,
    currency: Currency,
    reference: Option<OrderRef>,
}

impl Order {
    /// An order; `None` when its amount is 0.
    pub fn new(amount: Amount, currency: Currency, reference: Option<OrderRef>) -> Option<Self> {
        (amount > Amount::ZERO).then_some(Self { amount, currency, reference })
    }

    /// The amount before the coupon.
    pub fn amount(&self) -> Amount {
        self.amount
    }

    /// In which currency.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The till's bill number, if it gave one.
    pub fn reference(&self) -> Option<&OrderRef> {
        self.reference.as_ref()
    }
}

/// A till's bill number: 1 to 64 characters, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderRef(String);

impl OrderRef {
    /// The bill number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for OrderRef {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        // Four bytes a character at most, so that a long text is not counted through.
        let short = text.len() <= 256 && (1..=64).contains(&text.chars().count());
        if short && !text.contains(char::is_control) {
            Ok(Self(text))
        } else {
            Err("order_ref is 1 to 64 characters without control characters")
        }
    }
}

impl From<OrderRef> for String {
    fn from(reference: OrderRef) -> Self {
        reference.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_of_nothing_is_none() {
        let cny = "CNY".parse().unwrap();
        assert!(Order::new(Amount::ZERO, cny, None).is_none());
        assert!(Order::new(Amount::from(1), cny, None).is_some());
    }

    #[test]
    fn a_bill_number_is_short_and_printable() {
        for good in ["1", "A-17/2", "账单 42", &"茶".repeat(64)] {
            assert!(OrderRef::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", "a\0b", "a\nb", &"x".repeat(65)] {
            assert!(OrderRef::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
    }
}
