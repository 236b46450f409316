//! From [`Answer`] to the platform's response.

use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::web_sys::Response;

use super::{log, platform};
use crate::api::{Answer, Problem};
use crate::refusal::Fault;

/// The header that names the request in the log.
pub(super) const REQUEST_ID: &str = "Request-Id";

/// The response, with the headers that every response has; that to a HEAD has no body.
pub(super) fn send(answer: &Answer, method: &str, request_id: &str) -> Result<Response, JsValue> {
    let mut fields = format!("{REQUEST_ID}\n{request_id}");
    for (name, value) in headers(answer) {
        fields.extend(["\n", name, "\n", value]);
    }
    let has_body = !answer.content_type.is_empty() && method != "HEAD";
    platform::respond(answer.status, &fields, has_body.then_some(answer.body.as_str()))
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

/// All headers of the response but the request's id.
pub(super) fn headers(answer: &Answer) -> impl Iterator<Item = (&str, &str)> {
    let of_all = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")];
    let of_body =
        (!answer.content_type.is_empty()).then_some(("Content-Type", answer.content_type));
    let own = answer.headers.iter().map(|(name, value)| (*name, value.as_str()));
    of_all.into_iter().chain(of_body).chain(own)
}
