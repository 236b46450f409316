//! A simulated till: asks, and writes down what it saw.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

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
        let key = key_of(ask);
        let began = Clock::now();
        let answered = self.send(issued, ask, key.as_deref());
        let ended = Clock::now();
        let answer = match answered {
            Ok(answered) => {
                self.count(&told(&answered));
                match read(ask, issued, &answered) {
                    Ok(Reading::Answer(answer)) => Some(answer),
                    Ok(Reading::Unknown) => None,
                    Err(why) => {
                        self.notes.unfit.push(format!("coupon {number}, {ask}: {why}"));
                        None
                    }
                }
            }
            Err(why) if why.is::<NoAnswer>() => {
                self.count("no answer");
                None
            }
            Err(why) => return Err(why),
        };
        let ended = if answer.is_some() { ended } else { u64::MAX };
        let when = match answer {
            Some(_) => Clock::moment(began, ended),
            None => {
                Moment { latest: Timestamp::from_millis(u64::MAX), ..Clock::moment(began, began) }
            }
        };
        let call = Call { ask: ask.clone(), began, ended, answer: answer.clone(), when };
        self.notes.calls.push(Note { coupon: number, key, call });
        Ok(answer)
    }

    fn send(&self, issued: &Issued, ask: &Ask, key: Option<&str>) -> Result<Answered> {
        let id = |seq| RedemptionId::new(issued.shard, seq).map(|id| id.to_string());
        let id = |seq| id(seq).unwrap_or_default();
        let token = &issued.token;
        match ask {
            Ask::Redeem { order, .. } => {
                let mut body =
                    json!({ "token": token, "order_amount": order.amount, "currency": "CNY" });
                if let (Some(reference), Some(body)) = (&order.reference, body.as_object_mut()) {
                    body.insert("order_ref".to_owned(), json!(reference));
                }
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
    match code.or(answered.replayed.then_some("replayed")) {
        Some(code) => format!("{} {code}", answered.status),
        None => answered.status.to_string(),
    }
}
