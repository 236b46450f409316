//! The kinds of calls that are measured, and their right answers.

use std::fmt::{self, Display, Formatter};

use super::drive::Work;
use crate::cli::load::{Answer, Ask, Tills};

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Any call, to a peer that does not look at it.
    Anything,
    /// What is open to everybody and does nothing.
    Health,
    Check,
    Redeem,
    /// A redemption that no till signed.
    Bare,
    /// A coupon that another shop used.
    Duplicate,
    /// A coupon that nobody signed.
    Forged,
    /// The same request again.
    Replay,
    Reverse,
    /// So many coupons in one call.
    Batch(u16),
    /// The same, signed by no till.
    BareBatch(u16),
}

impl Kind {
    /// Coupons in a call.
    pub(super) fn coupons(self) -> u16 {
        match self {
            Self::Batch(count) | Self::BareBatch(count) => count,
            _ => 1,
        }
    }

    /// Whether it is measured with the ledger on disk too: calls with one write, and with very many.
    pub(super) fn on_disk_too(self) -> bool {
        matches!(self, Self::Redeem | Self::Bare | Self::Batch(100) | Self::BareBatch(100))
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bare => f.write_str("redeem"),
            Self::Batch(count) | Self::BareBatch(count) => write!(f, "batch of {count}"),
            other => f.write_str(&format!("{other:?}").to_lowercase()),
        }
    }
}

/// What a peer was asked so far.
pub(super) struct Customers {
    tills: Tills,
    /// The next fresh coupon.
    next: u64,
    /// Redemptions that stand: coupon and id.
    standing: Vec<(u64, String)>,
    /// Where the next to be asked about stands among them.
    turn: usize,
}

/// Calls of one kind.
pub(super) struct Calls<'a> {
    pub(super) kind: Kind,
    pub(super) customers: &'a mut Customers,
}

/// Redemptions that are kept to ask about again.
pub(super) const KEPT: usize = 200_000;

impl Customers {
    pub(super) fn of(tills: Tills) -> Self {
        Self { tills, next: 0, standing: Vec::new(), turn: 0 }
    }

    /// How many redemptions there are to ask about.
    pub(super) fn standing(&self) -> usize {
        self.standing.len()
    }

    /// The coupon of one that stands, each in turn.
    fn one_that_stands(&mut self) -> Option<u64> {
        self.turn = (self.turn + 1) % self.standing.len().max(1);
        self.standing.get(self.turn).map(|(number, _)| *number)
    }
}

impl Work for Calls<'_> {
    fn next(&mut self, created: u64) -> anyhow::Result<Option<(u64, Vec<u8>)>> {
        let Self { kind, customers } = self;
        let fresh = customers.next;
        let number = match kind {
            Kind::Health => {
                let host = customers.tills.authority();
                let request = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n");
                return Ok(Some((0, request.into_bytes())));
            }
            Kind::Anything | Kind::Redeem | Kind::Bare | Kind::Batch(_) | Kind::BareBatch(_) => {
                customers.next += u64::from(kind.coupons());
                Some(fresh)
            }
            Kind::Check | Kind::Forged => Some(fresh),
            Kind::Duplicate | Kind::Replay => customers.one_that_stands(),
            Kind::Reverse => {
                let Some((number, id)) = customers.standing.pop() else { return Ok(None) };
                let request = customers.tills.request(Ask::Reverse(number, &id), created)?;
                return Ok(Some((number, request)));
            }
        };
        let Some(number) = number else { return Ok(None) };
        let ask = match kind {
            Kind::Check => Ask::Check(number),
            Kind::Bare => Ask::RedeemUnsigned(number),
            Kind::Forged => Ask::RedeemForged(number),
            Kind::Duplicate => Ask::RedeemElsewhere(number),
            Kind::Batch(count) => Ask::Batch(number, *count),
            Kind::BareBatch(count) => Ask::BatchUnsigned(number, *count),
            _ => Ask::Redeem(number),
        };
        Ok(Some((number, customers.tills.request(ask, created)?)))
    }

    fn coupons(&self) -> u16 {
        self.kind.coupons()
    }

    fn hear(&mut self, number: u64, answer: &Answer) -> bool {
        let Ok(body) = std::str::from_utf8(&answer.body) else { return false };
        let (status, says) = match self.kind {
            Kind::Anything => (200, "ok"),
            Kind::Health => (200, "\"status\""),
            Kind::Check => (200, "\"discount\":2500"),
            Kind::Redeem => (201, "\"to_pay\":500"),
            Kind::Bare => (201, ""),
            Kind::Replay => (200, "\"to_pay\":500"),
            Kind::Duplicate => (409, "already-redeemed"),
            Kind::Forged => (422, "token-forged"),
            Kind::Reverse => (201, "\"reversed_at\""),
            Kind::Batch(count) | Kind::BareBatch(count) => {
                let redeemed = body.matches("\"status\":201").count();
                return answer.status == 200 && redeemed == usize::from(count);
            }
        };
        if self.kind == Kind::Redeem && self.customers.standing.len() < KEPT {
            let id = body.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next());
            self.customers.standing.extend(id.map(|id| (number, id.to_owned())));
        }
        answer.status == status && body.contains(says)
    }
}
