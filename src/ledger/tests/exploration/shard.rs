//! The ledger in the exploration: the product's own rule, or one with a mistake in it, or the
//! statements on SQLite. Each answer of each is judged by the model of one coupon.

use std::collections::HashMap;

use super::world::{Did, Line, Request, Told, What};
use crate::ledger::rule::{self, Finding};
use crate::ledger::tests::observed::{Observation, Observed, TERMS, identity, observation};
use crate::ledger::tests::{REVERSAL_WINDOW_S, fingerprint, serial};
use crate::ledger::{Entry, Fingerprint, Identity, Kind, Outcome};
use crate::money::Amount;
use crate::policy::Epochs;
use crate::prove::history::{Answer, Ask, Asker, Order, Sale};
use crate::prove::model::Coupon;
use crate::time::Timestamp;

/// The rule, or another in its place.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    pub(super) redeem: fn(&[Entry], Identity, Fingerprint) -> Finding,
    pub(super) cancel: fn(&[Entry], Identity, Timestamp) -> Finding,
}

/// The product's.
pub(super) const RULE: Rule = Rule { redeem: rule::redeem, cancel: rule::cancel };

#[derive(Clone, Copy)]
pub(super) enum Source {
    Rule(Rule),
    Statements,
}

/// What a request does to a ledger, looked up once for each.
pub(super) struct Shard {
    source: Source,
    /// Whether the model judges each answer.
    judged: bool,
    known: HashMap<(Vec<Line>, u8, Request), Effect>,
}

/// What the till is told, and what the request changed.
pub(super) type Effect = Result<(Told, Option<Line>), &'static str>;

impl Shard {
    pub(super) fn new(source: Source, judged: bool) -> Self {
        Self { source, judged, known: HashMap::new() }
    }

    pub(super) fn effect(&mut self, ledger: &[Line], clock: u8, request: Request) -> Effect {
        let asked = (ledger.to_vec(), clock, request);
        if let Some(effect) = self.known.get(&asked) {
            return *effect;
        }
        let effect = self.replay(ledger, clock, request);
        self.known.insert(asked, effect);
        effect
    }

    /// Makes the ledger anew and asks it.
    fn replay(&self, ledger: &[Line], clock: u8, request: Request) -> Effect {
        let mut desk = match self.source {
            Source::Rule(rule) => Desk::Rule(rule, Vec::new()),
            Source::Statements => Desk::Statements(Observed::new()),
        };
        let mut coupons = [Coupon::issued(TERMS), Coupon::issued(TERMS)];
        let lines = ledger.iter().map(|line| (line.clock, line.request));
        let mut last = None;
        for (place, (clock, request)) in lines.chain([(clock, request)]).enumerate() {
            let window = TERMS.reversal_window_ms + 1000;
            let now = 1_000_000_000 + u64::from(clock) * window + place as u64;
            let ask = ask(request);
            let Observation { answer, when } = desk.ask(request.coupon, &ask, now);
            let coupon = &mut coupons[usize::from(request.coupon)];
            let next = coupon.after(&ask, Some(&answer), when).pop();
            match next {
                Some(next) => *coupon = next,
                None if self.judged => return Err("an answer that the contract does not allow"),
                None => {}
            }
            last = Some(answer);
        }
        let (told, did) = told(&last.unwrap()).ok_or("an answer to another question")?;
        Ok((told, did.map(|did| Line { clock, request, did })))
    }
}

enum Desk {
    Rule(Rule, Vec<Entry>),
    Statements(Observed),
}

impl Desk {
    fn ask(&mut self, coupon: u8, ask: &Ask, now: u64) -> Observation {
        match self {
            Self::Statements(shard) => {
                shard.now = now - 1;
                shard.ask(coupon, ask, true)
            }
            Self::Rule(rule, entries) => {
                let now = Timestamp::from_millis(now);
                observation(rule.carry_out(entries, coupon, ask, now), ask, now, now)
            }
        }
    }
}

impl Rule {
    /// What a shard with this rule does: it appends what the rule finds.
    fn carry_out(self, all: &mut Vec<Entry>, coupon: u8, ask: &Ask, now: Timestamp) -> Outcome {
        let serial = serial(coupon);
        let chain: Vec<Entry> = all.iter().filter(|it| it.serial == serial).cloned().collect();
        let (by, finding) = match ask {
            Ask::Redeem { by, .. } => {
                let by = identity(by);
                (by, (self.redeem)(&chain, by, fingerprint(coupon, 3000)))
            }
            Ask::Cancel { by } => {
                let by = identity(by);
                (by, (self.cancel)(&chain, by, now))
            }
            Ask::Reverse { seq, by } => {
                let by = identity(by);
                let redemption = chain.iter().find(|it| it.seq == *seq).unwrap();
                let reversal = chain.iter().find(|it| it.n == redemption.n + 1);
                (by, rule::reverse(redemption, reversal, now))
            }
            Ask::Check { .. } | Ask::Find { .. } => panic!("no till asks that here"),
        };
        let kind = match finding {
            Finding::Answer(outcome) => return outcome,
            Finding::Append(kind) => kind,
        };
        let redeemed =
            chain.last().filter(|it| kind == Kind::Reversal && it.kind == Kind::Redemption);
        let entry = Entry {
            seq: all.len() as u64 + 1,
            serial,
            n: chain.len().try_into().unwrap(),
            kind,
            at: now,
            by,
            fingerprint: fingerprint(coupon, 3000),
            discount: Amount::from(2500),
            order_amount: Amount::from(3000),
            order_ref: None,
            epochs: Epochs::default(),
            reversible_until: now.plus_seconds(REVERSAL_WINDOW_S),
            chain: 0,
            offline_at: None,
            answer: 1,
        };
        all.push(entry.clone());
        match kind {
            Kind::Redemption => Outcome::Redeemed { entry, replayed: false },
            Kind::Void => Outcome::Voided { entry, replayed: false },
            Kind::Conflict => panic!("no till is without a network here"),
            Kind::Reversal => {
                let redemption = redeemed.unwrap().clone();
                Outcome::Reversed { redemption, reversal: entry, replayed: false }
            }
        }
    }
}

fn ask(request: Request) -> Ask {
    let key = |of: &str| Asker {
        shop: u32::from(request.till) + 1,
        till: 1,
        key: format!("{of}{}", request.bill),
    };
    match request.what {
        What::Redeem => {
            let order = Order { amount: 3000, reference: None };
            Ask::Redeem { by: key("bill"), sale: Sale { order, offline_at: None } }
        }
        What::Cancel => Ask::Cancel { by: key("bill") },
        What::Reverse(seq) => Ask::Reverse { seq, by: key("return") },
    }
}

/// What the till makes of the answer, and what the ledger did.
fn told(answer: &Answer) -> Option<(Told, Option<Did>)> {
    let unless = |replayed: bool, did| (!replayed).then_some(did);
    Some(match answer {
        Answer::Redeemed { receipt, replayed } => {
            (Told::Redeemed(receipt.seq), unless(*replayed, Did::Redeem))
        }
        Answer::Reversed { replayed, .. } => (Told::Undone, unless(*replayed, Did::Undo)),
        Answer::Voided { replayed, .. } => (Told::Undone, unless(*replayed, Did::Void)),
        // To a late copy of its redemption: no till waits for that any more.
        Answer::RedemptionReversed { .. } => (Told::Undone, None),
        Answer::AlreadyRedeemed { .. } => (Told::Refused, None),
        Answer::TooLate { .. } => (Told::TooLate, None),
        _ => return None,
    })
}
