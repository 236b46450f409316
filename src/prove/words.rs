//! Calls in words, for whoever reads a violation.

use std::fmt::{Display, Formatter, Result};

use super::history::{Answer, Ask, Asker, Call, Conflict, Order, Receipt, Sale};

impl Display for Asker {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "shop {} till {}, key {}", self.shop, self.till, self.key)
    }
}

impl Display for Order {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}", self.amount)?;
        match &self.reference {
            Some(reference) => write!(f, " ({reference})"),
            None => Ok(()),
        }
    }
}

impl Display for Sale {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}", self.order)?;
        match self.offline_at {
            Some(at) => write!(f, ", sold without a network at {}", at.rfc3339()),
            None => Ok(()),
        }
    }
}

impl Display for Ask {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Redeem { by, sale } => write!(f, "{by}: redeem on {sale}"),
            Self::Check { shop } => write!(f, "shop {shop}: check"),
            Self::Find { seq, shop } => write!(f, "shop {shop}: find no. {seq}"),
            Self::Reverse { seq, by } => write!(f, "{by}: reverse no. {seq}"),
            Self::Cancel { by } => write!(f, "{by}: cancel"),
        }
    }
}

impl Display for Receipt {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { seq, at, shop, till, order, discount, .. } = self;
        let at = at.rfc3339();
        write!(f, "no. {seq} of {at}, shop {shop} till {till}, {discount} off {order}")
    }
}

impl Display for Conflict {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { seq, at, shop, till, discount, offline_at, first } = self;
        let [at, offline_at, first] = [at, offline_at, first].map(|it| it.rfc3339());
        write!(f, "no. {seq} of {at}, shop {shop} till {till}, {discount} off at {offline_at}, ")?;
        write!(f, "used since {first}")
    }
}

impl Display for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let again = |replayed: &bool| if *replayed { " (again)" } else { "" };
        match self {
            Self::Redeemed { receipt, replayed } => {
                write!(f, "redeemed{}: {receipt}", again(replayed))
            }
            Self::Conflict { conflict, replayed } => {
                write!(f, "conflict{}: {conflict}", again(replayed))
            }
            Self::Reversed { receipt, at, replayed } => {
                write!(f, "reversed at {}{}: {receipt}", at.rfc3339(), again(replayed))
            }
            Self::Voided { at, replayed } => {
                write!(f, "key spent at {}{}", at.rfc3339(), again(replayed))
            }
            Self::Found { receipt, reversed_at } => {
                write!(f, "found: {receipt}")?;
                match reversed_at {
                    Some(at) => write!(f, ", reversed at {}", at.rfc3339()),
                    None => Ok(()),
                }
            }
            Self::Free => f.write_str("redeemable"),
            Self::AlreadyRedeemed { at, till } => {
                write!(f, "already redeemed at {}", at.rfc3339())?;
                match till {
                    Some(till) => write!(f, ", here at till {till}"),
                    None => Ok(()),
                }
            }
            Self::RedemptionReversed { at } => write!(f, "was reversed at {}", at.rfc3339()),
            Self::KeyReused => f.write_str("key used for another request"),
            Self::TooLate { until } => write!(f, "too late since {}", until.rfc3339()),
            Self::LimitReached => f.write_str("used and undone too often"),
            Self::NotFound => f.write_str("not found"),
            Self::NotNow => f.write_str("refused by the policy"),
            Self::TurnedAway => f.write_str("turned away"),
        }
    }
}

/// A call, with its times in milliseconds from `start`.
pub fn line(call: &Call, start: u64) -> String {
    let time = |micros: u64| {
        let micros = micros.saturating_sub(start);
        format!("{}.{:03}", micros / 1000, micros % 1000)
    };
    let (began, ask) = (time(call.began), &call.ask);
    match &call.answer {
        Some(answer) => format!("{began} to {} ms: {ask} → {answer}", time(call.ended)),
        None => format!("{began} ms: {ask} → no answer: it may have happened, or not"),
    }
}
