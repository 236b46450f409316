//! From [`Answer`] to the platform's response.

use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::web_sys::Response;

use super::{log, platform};
use crate::api::{Answer, Problem};
use crate::refusal::Fault;

/// The response; that to a HEAD has no body.
pub(super) fn send(answer: &Answer, method: &str, request_id: &str) -> Result<Response, JsValue> {
    let has_body = !answer.content_type.is_empty() && method != "HEAD";
    let body = has_body.then_some(answer.body.as_str());
    platform::respond(request_id, answer.status, answer.content_type, &further(answer), body)
}

/// Header fields that not every response has: names and values in turn, a line each.
pub(super) fn further(answer: &Answer) -> String {
    let fields = answer.headers.iter().flat_map(|(name, value)| [*name, value.as_str()]);
    fields.collect::<Vec<_>>().join("\n")
}

/// The response to a request whose instance died: what became of it is unknown.
///
/// # Errors
/// When the platform cannot make a response.
#[wasm_bindgen]
pub fn unanswered() -> Result<Response, JsValue> {
    let fault = Fault::Busy("the instance died".to_owned());
    send(&Problem::of_fault(&fault).answer(None), "", &log::request_id())
}
