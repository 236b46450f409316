//! The door: whoever finds no room is turned away here, before anything is done for him.
//!
//! When far more comes than an instance can take, nearly all that it does is to say no. What that
//! costs decides how much is left for those who were let in. So there is no look at the headers, the
//! signature or the body, no line in the log for each, and the response is made once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry::{Occupied, Vacant};

use worker::Result;
use worker::js_sys::{Object, Reflect, Uint8Array};
use worker::web_sys::{Request, Response, ResponseInit};

use super::admission::{self, Place};
use super::{log, respond};
use crate::api::{Problem, Route, split_url};
use crate::refusal::Fault;
use crate::time::Timestamp;

/// What becomes of a request at the door.
pub(super) enum Entry {
    /// It is let in. What is open to everyone needs no place: whoever watches the edge is answered
    /// when it is full, too.
    In(Option<Place>),
    /// It is turned away.
    Full(Response),
}

/// A response that is made once and sent many times.
struct Prepared {
    body: Uint8Array,
    /// Those of `init`; only the request's id is new in each response.
    headers: Object,
    init: ResponseInit,
}

thread_local! {
    /// By the seconds after which those turned away may come back.
    static FULL: RefCell<BTreeMap<u8, Prepared>> = RefCell::default();
}

/// Lets the request in, or turns it away.
pub(super) fn enter(request: &Request, now: Timestamp) -> Result<Entry> {
    let place = admission::enter(now);
    let is_full = place.is_none() && !Route::is_open(split_url(&request.url()).1);
    if is_full {
        admission::turned_away(now);
    }
    if let Some(crowd) = admission::crowd(now) {
        log::turned_away(now, crowd);
    }
    if is_full { full().map(Entry::Full) } else { Ok(Entry::In(place)) }
}

fn full() -> Result<Response> {
    let seconds = admission::retry_after_s();
    FULL.with_borrow_mut(|full| {
        let prepared = match full.entry(seconds) {
            Occupied(entry) => entry.into_mut(),
            Vacant(entry) => entry.insert(Prepared::new(seconds)?),
        };
        prepared.send(&log::request_id())
    })
}

impl Prepared {
    fn new(retry_after_s: u8) -> Result<Self> {
        let fault = Fault::Overloaded { what: "no room for another request", retry_after_s };
        let answer = Problem::of_fault(&fault).answer(None);
        let headers = Object::new();
        for (name, value) in respond::headers(&answer) {
            Reflect::set(&headers, &name.into(), &value.into())?;
        }
        let init = ResponseInit::new();
        init.set_status(answer.status);
        init.set_headers(&headers);
        Ok(Self { body: Uint8Array::from(answer.body.as_bytes()), headers, init })
    }

    /// The platform copies the body and the headers.
    fn send(&self, request_id: &str) -> Result<Response> {
        Reflect::set(&self.headers, &respond::REQUEST_ID.into(), &request_id.into())?;
        let body = Some(self.body.as_ref());
        Ok(Response::new_with_opt_buffer_source_and_init(body, &self.init)?)
    }
}
