//! Amounts and currencies.

use serde::{Deserialize, Serialize};

/// An amount in minor units of a currency (2500 = CNY 25.00), from 0 to 10¹².
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Amount(u64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The largest amount, 10¹² minor units: far below 2⁵³, so that no JSON reader loses digits.
    pub const MAX: u64 = 1_000_000_000_000;

    /// The amount in minor units.
    pub const fn minor_units(self) -> u64 {
        self.0
    }

    /// What is left after `discount`, never below zero.
    pub const fn less(self, discount: Self) -> Self {
        Self(self.0.saturating_sub(discount.0))
    }
}

impl From<u32> for Amount {
    fn from(minor_units: u32) -> Self {
        Self(u64::from(minor_units))
    }
}

impl TryFrom<u64> for Amount {
    type Error = &'static str;

    fn try_from(minor_units: u64) -> Result<Self, Self::Error> {
        match minor_units {
            0..=Self::MAX => Ok(Self(minor_units)),
            _ => Err("an amount is at most 1000000000000 minor units"),
        }
    }
}

impl From<Amount> for u64 {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

/// A currency: three capital letters, as in [ISO 4217]. Whether the code is assigned is checked
/// where a campaign is made.
///
/// [ISO 4217]: https://www.iso.org/iso-4217-currency-codes.html
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// The code, like `CNY`.
    pub fn code(&self) -> &str {
        // Holds by construction: only capital ASCII letters are let in.
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl TryFrom<String> for Currency {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        code.parse()
    }
}

impl std::str::FromStr for Currency {
    type Err = &'static str;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        match <[u8; 3]>::try_from(code.as_bytes()) {
            Ok(letters) if letters.iter().all(u8::is_ascii_uppercase) => Ok(Self(letters)),
            _ => Err("a currency is three capital letters, like CNY"),
        }
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// A currency with the digits after its decimal point, for words that a cashier reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
    /// Digits after the decimal point: 2 for CNY, 0 for JPY.
    pub digits: u8,
}

impl std::fmt::Display for Price {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = 10_u64.pow(u32::from(self.digits.min(4)));
        let (whole, rest) = (self.amount.0 / unit, self.amount.0 % unit);
        match self.digits.min(4) {
            0 => write!(f, "{} {whole}", self.currency),
            digits => write!(f, "{} {whole}.{rest:0width$}", self.currency, width = digits.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(amount: u64, currency: &str, digits: u8) -> String {
        let amount = Amount::try_from(amount).unwrap();
        Price { amount, currency: currency.parse().unwrap(), digits }.to_string()
    }

    #[test]
    fn prices_read_as_people_write_them() {
        assert_eq!(price(2505, "CNY", 2), "CNY 25.05");
        assert_eq!(price(2500, "JPY", 0), "JPY 2500");
        assert_eq!(price(5, "KWD", 3), "KWD 0.005");
    }

    #[test]
    fn only_three_capital_letters_are_a_currency() {
        for wrong in ["", "CN", "CNYY", "cny", "C1Y", "元"] {
            assert!(wrong.parse::<Currency>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_currency_reads_as_its_code_everywhere() {
        let cny: Currency = "CNY".parse().unwrap();
        assert_eq!(format!("{cny} {cny:?}"), "CNY CNY");
    }

    #[test]
    fn amounts_have_a_limit() {
        assert!(Amount::try_from(Amount::MAX).is_ok());
        assert!(Amount::try_from(Amount::MAX + 1).is_err());
    }
}
