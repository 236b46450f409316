//! The door: whoever finds no room is turned away here, before anything is done for him.
//!
//! When far more comes than an instance can take, nearly all that it does is to say no. What that
//! costs decides how much is left for those who were let in. So there is no look at the headers, the
//! signature or the body, no line in the log for each, and the response is made once.

use std::cell::RefCell;
use std::collections::BTreeMap;

use worker::wasm_bindgen::JsValue;
use worker::web_sys::{Request, Response};

use super::admission::{self, Place};
use super::{log, platform, respond, tally};
use crate::api::{Problem, Route, split_url};
use crate::refusal::{Code, Fault};
use crate::time::Timestamp;

/// What becomes of a request at the door.
pub(super) enum Entry {
    /// It is let in. What no till calls needs no place: whoever watches the edge is answered when it
    /// is full, too.
    In(Option<Place>),
    /// It is turned away.
    Full(Response),
}

thread_local! {
    /// The responses, by the seconds after which those turned away may come back.
    static FULL: RefCell<BTreeMap<u8, JsValue>> = RefCell::default();
}

/// Lets the request in, or turns it away.
pub(super) fn enter(request: &Request, now: Timestamp) -> Result<Entry, JsValue> {
    let place = admission::enter(now);
    let is_full = place.is_none() && !Route::is_for_watching(split_url(&request.url()).1);
    if is_full {
        admission::turned_away(now);
        tally::refused(None, 0, Code::Busy, now);
    }
    if let Some(crowd) = admission::crowd(now) {
        log::turned_away(now, crowd);
    }
    if is_full { full().map(Entry::Full) } else { Ok(Entry::In(place)) }
}

fn full() -> Result<Response, JsValue> {
    let seconds = admission::retry_after_s();
    FULL.with_borrow_mut(|full| {
        let prepared = full.entry(seconds).or_insert_with(|| prepare(seconds));
        platform::send(prepared, &log::request_id())
    })
}

fn prepare(retry_after_s: u8) -> JsValue {
    let fault = Fault::Overloaded { what: "no room for another request", retry_after_s };
    let answer = Problem::of_fault(&fault).answer(None);
    let further = respond::further(&answer);
    platform::prepare(answer.status, answer.content_type, &further, &answer.body)
}
