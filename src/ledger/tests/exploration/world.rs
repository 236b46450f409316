//! What there is: two tills that do as `docs/integration.md` tells them, the requests that they
//! sent, and the ledger.

use std::collections::BTreeSet;

/// Everything at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct World {
    /// What changed the ledger, in order.
    pub(super) ledger: Vec<Line>,
    pub(super) tills: [Till; 2],
    /// May be delivered at any time from now on, any number of times, or never.
    pub(super) sent: BTreeSet<Request>,
    /// How often a reversal window has passed.
    pub(super) clock: u8,
}

/// A request that changed the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Line {
    pub(super) clock: u8,
    pub(super) request: Request,
    pub(super) did: Did,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Did {
    Redeem,
    Undo,
    Void,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Request {
    pub(super) till: u8,
    /// Which of the till's bills: also its key.
    pub(super) bill: u8,
    pub(super) coupon: u8,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum What {
    Redeem,
    Cancel,
    /// The redemption of this number.
    Reverse(u64),
}

/// A till, with what it stored: each bill and its key, before anything is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Till {
    pub(super) bills: Vec<Bill>,
    /// The answer that is on its way back.
    pub(super) coming: Option<Told>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Bill {
    pub(super) coupon: u8,
    pub(super) state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum State {
    /// Asks until it is told.
    Redeeming,
    /// Was told that the coupon is redeemed, under this number.
    Discounted(u64),
    /// The order is off; asks until it is told.
    Reversing(u64),
    /// The order is off, and it does not know whether it redeemed; asks until it is told.
    Cancelling,
    /// Was told that it is undone, or never will be.
    Off,
    /// Was told no: full price.
    Refused,
    /// Was told that it is redeemed and can be undone no more.
    Kept,
}

/// What a till is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Told {
    Redeemed(u64),
    Undone,
    TooLate,
    Refused,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A till begins a bill with a coupon.
    Begin(u8, u8),
    /// The customer leaves before the till knows: it cancels.
    GiveUp(u8),
    /// The order is off after the discount: it reverses.
    Return(u8),
    /// The till loses what it was told. It has its bills and their keys.
    Crash(u8),
    /// A request reaches the ledger, for the first time or again. Its answer is lost: on the way, or
    /// with the ledger's process.
    Deliver(Request),
    /// And its answer goes back to the till.
    Answer(Request),
    /// The answer is there.
    Hear(u8),
    /// A reversal window passes.
    Wait,
}

impl Till {
    /// What it is waiting for.
    pub(super) fn asks(&self, till: u8) -> Option<Request> {
        let bill = self.bills.last()?;
        let what = match bill.state {
            State::Redeeming => What::Redeem,
            State::Reversing(seq) => What::Reverse(seq),
            State::Cancelling => What::Cancel,
            State::Discounted(_) | State::Off | State::Refused | State::Kept => return None,
        };
        let number = u8::try_from(self.bills.len() - 1).unwrap();
        Some(Request { till, bill: number, coupon: bill.coupon, what })
    }

    fn state(&mut self) -> &mut State {
        &mut self.bills.last_mut().unwrap().state
    }

    /// The bill after the answer; `None` if a till that did so cannot be told so.
    pub(super) fn hear(&mut self) -> Option<()> {
        let told = self.coming.take()?;
        let state = self.state();
        *state = match (*state, told) {
            (State::Redeeming, Told::Redeemed(seq)) => State::Discounted(seq),
            (State::Redeeming | State::Cancelling, Told::Refused) => State::Refused,
            (State::Reversing(_) | State::Cancelling, Told::Undone) => State::Off,
            (State::Reversing(_) | State::Cancelling, Told::TooLate) => State::Kept,
            _ => return None,
        };
        Some(())
    }
}

impl World {
    /// What the tills do of themselves.
    pub(super) fn begins(&self, till: u8, bills: usize, coupons: u8) -> Vec<Event> {
        let it = &self.tills[usize::from(till)];
        let mut events = Vec::new();
        if it.asks(till).is_none() && it.bills.len() < bills {
            events.extend((0..coupons).map(|coupon| Event::Begin(till, coupon)));
        }
        match it.bills.last().map(|bill| bill.state) {
            Some(State::Redeeming) => events.push(Event::GiveUp(till)),
            Some(State::Discounted(_)) => events.extend([Event::Return(till), Event::Crash(till)]),
            Some(State::Reversing(_)) => events.push(Event::Crash(till)),
            _ => {}
        }
        if it.coming.is_some() {
            events.push(Event::Hear(till));
        }
        events
    }

    /// A till does something of itself, and sends what it asks then.
    pub(super) fn act(&mut self, till: u8, event: Event) {
        let it = &mut self.tills[usize::from(till)];
        it.coming = None;
        if let Event::Begin(_, coupon) = event {
            it.bills.push(Bill { coupon, state: State::Redeeming });
        } else {
            let state = it.state();
            *state = match (event, *state) {
                (Event::Return(_), State::Discounted(seq)) => State::Reversing(seq),
                (Event::Crash(_), State::Discounted(_)) => State::Redeeming,
                // Given up, or the order is off and its number forgotten.
                _ => State::Cancelling,
            };
        }
        self.sent.extend(it.asks(till));
    }
}
