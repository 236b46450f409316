//! One JSON object a line for each request. Never a secret, never a token: a coupon is named by its
//! serial, which redeems nothing.

use std::cell::{Cell, RefCell};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use worker::console_log;

use crate::admission::Crowd;
use crate::api::{Answer, Problem};
use crate::campaign::Shard;
use crate::policy::Epochs;
use crate::refusal::Fault;
use crate::time::Timestamp;

/// What is known about a request so far.
pub(super) struct Log {
    request_id: String,
    started: Timestamp,
    fields: RefCell<Vec<(&'static str, Value)>>,
    kv_reads: Cell<u32>,
    /// The shards that were called, and the policies that were gone by.
    calls: RefCell<Vec<(Shard, Epochs)>>,
    rows_written: Cell<u32>,
}

impl Log {
    /// A new request, with an id of its own.
    pub(super) fn start(now: Timestamp) -> Self {
        Self {
            request_id: request_id(),
            started: now,
            fields: RefCell::default(),
            kv_reads: Cell::new(0),
            calls: RefCell::default(),
            rows_written: Cell::new(0),
        }
    }

    /// The id, which the response carries too.
    pub(super) fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Notes something about the request, in the place of what was noted by this name before.
    pub(super) fn note(&self, name: &'static str, value: impl Into<Value>) {
        let mut fields = self.fields.borrow_mut();
        match fields.iter_mut().find(|(noted, _)| *noted == name) {
            Some((_, noted)) => *noted = value.into(),
            None => fields.push((name, value.into())),
        }
    }

    /// Counts a read of KV.
    pub(super) fn kv_read(&self) {
        self.kv_reads.set(self.kv_reads.get() + 1);
    }

    /// Counts a call to a ledger shard.
    pub(super) fn ledger_call(&self, shard: Shard, epochs: Epochs) {
        self.calls.borrow_mut().push((shard, epochs));
    }

    /// Counts what the shard wrote.
    pub(super) fn rows_written(&self, rows: u32) {
        self.rows_written.set(self.rows_written.get() + rows);
    }

    /// What is told of a fault, whose reason stays here.
    pub(super) fn fault(&self, fault: &Fault) -> Problem {
        self.note("code", fault.code().meaning().code);
        self.note("reason", fault.reason());
        Problem::of_fault(fault)
    }

    /// Writes the line.
    pub(super) fn finish(&self, now: Timestamp, answer: &Answer) {
        self.note("at", now.rfc3339());
        self.note("request_id", self.request_id.as_str());
        self.note("status", answer.status);
        self.note("ms", now.millis_since(self.started));
        self.note("kv_reads", self.kv_reads.get());
        self.note("ledger_calls", self.calls.borrow().len());
        self.note("rows_written", self.rows_written.get());
        if let Some((shard, epochs)) = self.only_shard() {
            self.note("campaign", shard.campaign().get());
            self.note("shard", shard.index());
            self.note("policy_epoch", epochs.campaign);
            self.note("shops_epoch", epochs.shops);
        }
        // Texts and numbers: writing them cannot fail.
        console_log!("{}", serde_json::to_string(&Line(&self.fields.borrow())).unwrap_or_default());
    }

    /// The shard that was called, if it was one, and the newest policies: those of many, as a batch
    /// has them, would make a long line.
    fn only_shard(&self) -> Option<(Shard, Epochs)> {
        let calls = self.calls.borrow();
        let (last, rest) = calls.split_last()?;
        rest.iter().all(|(shard, _)| *shard == last.0).then_some(*last)
    }
}

/// What was noted, as a JSON object.
struct Line<'a>(&'a [(&'static str, Value)]);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// A new name for a request.
pub(super) fn request_id() -> String {
    let mut id = [0; 12];
    // Without randomness requests would only be harder to tell apart.
    let _ = getrandom::fill(&mut id);
    crate::base64url::encode(&id)
}

/// One line about all those who were turned away.
pub(super) fn turned_away(now: Timestamp, crowd: Crowd) {
    let line = json!({
        "at": now.rfc3339(),
        "event": "turned-away",
        "since": crowd.since.rfc3339(),
        "requests": crowd.count,
    });
    console_log!("{line}");
}

/// A line about something that belongs to no request.
pub(super) fn event(name: &str, now: Timestamp, about: &str, why: &str) {
    let line = json!({ "at": now.rfc3339(), "event": name, "about": about, "why": why });
    console_log!("{line}");
}
