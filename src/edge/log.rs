//! One JSON object a line for each request. Never a secret, never a token: a coupon is named by its
//! serial, which redeems nothing.

use std::cell::{Cell, RefCell};

use serde_json::{Map, Value, json};
use worker::console_log;

use crate::admission::Crowd;
use crate::api::{Answer, Problem};
use crate::refusal::Fault;
use crate::time::Timestamp;

/// What is known about a request so far.
pub(super) struct Log {
    request_id: String,
    started: Timestamp,
    fields: RefCell<Map<String, Value>>,
    kv_reads: Cell<u32>,
    ledger_calls: Cell<u32>,
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
            ledger_calls: Cell::new(0),
            rows_written: Cell::new(0),
        }
    }

    /// The id, which the response carries too.
    pub(super) fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Notes something about the request.
    pub(super) fn note(&self, name: &str, value: impl Into<Value>) {
        self.fields.borrow_mut().insert(name.to_owned(), value.into());
    }

    /// Counts a read of KV.
    pub(super) fn kv_read(&self) {
        self.kv_reads.set(self.kv_reads.get() + 1);
    }

    /// Counts a call to a ledger shard.
    pub(super) fn ledger_call(&self) {
        self.ledger_calls.set(self.ledger_calls.get() + 1);
    }

    /// Counts what the shard wrote.
    pub(super) fn rows_written(&self, rows: u32) {
        self.rows_written.set(self.rows_written.get() + rows);
    }

    /// The answer to a fault, whose reason stays here.
    pub(super) fn fault(&self, fault: &Fault) -> Answer {
        self.note("code", fault.code().meaning().code);
        self.note("reason", fault.reason());
        Problem::of_fault(fault).answer(None)
    }

    /// Writes the line.
    pub(super) fn finish(&self, now: Timestamp, answer: &Answer) {
        let mut line = json!({
            "at": now.rfc3339(),
            "request_id": self.request_id,
            "status": answer.status,
            "ms": now.millis_since(self.started),
            "kv_reads": self.kv_reads.get(),
            "ledger_calls": self.ledger_calls.get(),
            "rows_written": self.rows_written.get(),
        });
        if let Value::Object(fields) = &mut line {
            fields.append(&mut self.fields.borrow_mut());
        }
        console_log!("{line}");
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
