//! A simulated till: asks, and writes down what it saw.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::batch::{self, Item};
use super::clock::Clock;
use super::reading::{Reading, read};
use super::site::Site;
use crate::cli::local::Issued;
use crate::cli::pos::{Answered, Habits, NoAnswer, PosClient};
use crate::ledger::RedemptionId;
use crate::prove::history::{Answer, Ask, Asker, Call, Moment};
use crate::time::Timestamp;

/// A line of a till's notes.
#[derive(Debug)]
pub(super) struct Note {
    /// The coupon's number in the campaign.
    pub(super) coupon: u64,
    /// The idempotency key that went with the call.
    pub(super) key: Option<String>,
    /// The call.
    pub(super) call: Call,
}

/// What a till wrote down.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) calls: Vec<Note>,
    /// How many of these were items of batches.
    pub(super) batched: u64,
    /// How often it got which status and code; `no answer` is one.
    pub(super) seen: BTreeMap<String, u64>,
    /// Answers that the contract does not know.
    pub(super) unfit: Vec<String>,
}

/// A till that calls the edge.
pub(super) struct SimulatedTill {
    pub(super) shop: u32,
    pub(super) till: u16,
    client: PosClient,
    pub(super) notes: Notes,
}

/// By which way a till reaches the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Direct,
    /// Through the proxy, one connection a call.
    Proxy,
}

/// How long a till waits: less than a real one, so that a run sees more of it.
pub(super) const TIMEOUT: Duration = Duration::from_millis(2500);

impl SimulatedTill {
    /// A till of a shop.
    pub(super) fn new(site: &Site, way: Way, shop: u32, till: u16, ahead: i64) -> Result<Self> {
        let (attributes, key) = site.issuer.enrol(shop, till)?;
        let habits = Habits {
            timeout: TIMEOUT,
            clock_ahead_s: ahead,
            keeps_connections: way == Way::Direct,
        };
        let url = match way {
            Way::Direct => site.url(),
            Way::Proxy => site.proxy.url(),
        };
        let client = PosClient::new(&url, attributes, key, habits);
        Ok(Self { shop, till, client, notes: Notes::default() })
    }

    /// Itself, under a key.
    pub(super) fn asker(&self, key: &str) -> Asker {
        Asker { shop: self.shop, till: self.till, key: key.to_owned() }
    }

    /// Asks once; `None` when what happened is not known.
    pub(super) fn ask(
        &mut self,
        number: u64,
        issued: &Issued,
        ask: &Ask,
    ) -> Result<Option<Answer>> {
        if let Ask::Redeem { by, sale } = ask
            && sale.offline_at.is_some()
        {
            // There is no other way to tell of it than in a batch.
            let (issued, by, sale) = (issued.clone(), by.clone(), sale.clone());
            let answers = self.ask_together(&[Item { coupon: number, issued, by, sale }])?;
            return Ok(answers.into_iter().next().flatten());
        }
        let key = key_of(ask);
        let began = Clock::now();
        let answered = heard(self.send(issued, ask, key.as_deref()))?;
        let times = (began, Clock::now());
        let answer = self.read(number, issued, ask, answered.as_ref());
        self.note(number, ask, key, times, answer.clone());
        Ok(answer)
    }

    /// Asks for several redemptions in one call; for each `None` when what happened is not known.
    pub(super) fn ask_together(&mut self, items: &[Item]) -> Result<Vec<Option<Answer>>> {
        let key = format!("batch:{}-{}-{}", self.shop, self.till, self.notes.calls.len());
        let body = batch::body(items);
        let began = Clock::now();
        let answered = heard(self.client.post("/v1/redemptions/batch", Some(&key), Some(&body)))?;
        let times = (began, Clock::now());
        let results = match answered.map(|answered| batch::results(&answered, items.len())) {
            Some(Ok(results)) => results.into_iter().map(Some).collect(),
            Some(Err(why)) => {
                self.notes.unfit.push(why);
                vec![None; items.len()]
            }
            None => vec![None; items.len()],
        };
        let answers = items.iter().zip(results).map(|(item, answered)| {
            let ask = item.ask();
            let answer = self.read(item.coupon, &item.issued, &ask, answered.as_ref());
            self.note(item.coupon, &ask, Some(key.clone()), times, answer.clone());
            self.notes.batched += 1;
            answer
        });
        Ok(answers.collect())
    }

    /// What an answer says, and counts it.
    fn read(
        &mut self,
        number: u64,
        issued: &Issued,
        ask: &Ask,
        answered: Option<&Answered>,
    ) -> Option<Answer> {
        let Some(answered) = answered else {
            self.count("no answer");
            return None;
        };
        self.count(&told(answered));
        match read(ask, issued, answered) {
            Ok(Reading::Answer(answer)) => Some(answer),
            Ok(Reading::Unknown) => None,
            Err(why) => {
                self.notes.unfit.push(format!("coupon {number}, {ask}: {why}"));
                None
            }
        }
    }

    /// Writes down a call on a coupon.
    fn note(
        &mut self,
        number: u64,
        ask: &Ask,
        key: Option<String>,
        (began, ended): (u64, u64),
        answer: Option<Answer>,
    ) {
        let ended = if answer.is_some() { ended } else { u64::MAX };
        let when = match answer {
            Some(_) => Clock::moment(began, ended),
            None => {
                Moment { latest: Timestamp::from_millis(u64::MAX), ..Clock::moment(began, began) }
            }
        };
        let call = Call { ask: ask.clone(), began, ended, answer, when };
        self.notes.calls.push(Note { coupon: number, key, call });
    }

    fn send(&self, issued: &Issued, ask: &Ask, key: Option<&str>) -> Result<Answered> {
        let id = |seq| RedemptionId::new(issued.shard, seq).map(|id| id.to_string());
        let id = |seq| id(seq).unwrap_or_default();
        let token = &issued.token;
        match ask {
            Ask::Redeem { sale, .. } => {
                let body = batch::redemption(issued, &sale.order).into();
                self.client.post("/v1/redemptions", key, Some(&body))
            }
            Ask::Check { .. } => {
                let body = json!({ "token": token, "order_amount": 3000, "currency": "CNY" });
                self.client.post("/v1/coupons/check", None, Some(&body))
            }
            Ask::Find { seq, .. } => self.client.get(&format!("/v1/redemptions/{}", id(*seq))),
            Ask::Reverse { seq, .. } => {
                let path = format!("/v1/redemptions/{}/reversal", id(*seq));
                self.client.post(&path, key, None)
            }
            Ask::Cancel { by } => {
                let body = json!({ "token": token, "redemption_key": by.key });
                self.client.post("/v1/redemptions/cancel", key, Some(&body))
            }
        }
    }

    fn count(&mut self, what: &str) {
        match self.notes.seen.get_mut(what) {
            Some(count) => *count += 1,
            None => drop(self.notes.seen.insert(what.to_owned(), 1)),
        }
    }
}

/// What was answered, if anything was.
fn heard(answered: Result<Answered>) -> Result<Option<Answered>> {
    match answered {
        Ok(answered) => Ok(Some(answered)),
        Err(why) if why.is::<NoAnswer>() => Ok(None),
        Err(why) => Err(why),
    }
}

/// The idempotency key of a call. A cancel has one of its own, which means nothing to the ledger.
fn key_of(ask: &Ask) -> Option<String> {
    match ask {
        Ask::Redeem { by, .. } | Ask::Reverse { by, .. } => Some(by.key.clone()),
        Ask::Cancel { by } => Some(format!("cancel:{}", by.key)),
        Ask::Check { .. } | Ask::Find { .. } => None,
    }
}

/// Status and code, as in `409 already-redeemed`.
fn told(answered: &Answered) -> String {
    let code = answered.body.get("code").and_then(serde_json::Value::as_str);
    let conflict = answered.body.get("conflict").map(|_| "conflict");
    match code.or(conflict).or(answered.replayed.then_some("replayed")) {
        Some(code) => format!("{} {code}", answered.status),
        None => answered.status.to_string(),
    }
}
