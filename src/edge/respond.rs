//! From [`Answer`] to the platform's response.

use worker::js_sys::{Object, Reflect};
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::web_sys::{Response, ResponseInit};

use super::log;
use crate::api::{Answer, Problem};
use crate::refusal::Fault;

/// The header that names the request in the log.
pub(super) const REQUEST_ID: &str = "Request-Id";

/// The response, with the headers that every response has; that to a HEAD has no body.
pub(super) fn send(answer: &Answer, method: &str, request_id: &str) -> Result<Response, JsValue> {
    let headers = headers(answer)?;
    Reflect::set(&headers, &REQUEST_ID.into(), &request_id.into())?;
    let has_body = !answer.content_type.is_empty() && method != "HEAD";
    let body = has_body.then_some(answer.body.as_str());
    Response::new_with_opt_str_and_init(body, &init(answer, &headers))
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
pub(super) fn headers(answer: &Answer) -> Result<Object, JsValue> {
    let headers = Object::new();
    let of_all = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")];
    let of_body =
        (!answer.content_type.is_empty()).then_some(("Content-Type", answer.content_type));
    let own = answer.headers.iter().map(|(name, value)| (*name, value.as_str()));
    for (name, value) in of_all.into_iter().chain(of_body).chain(own) {
        Reflect::set(&headers, &name.into(), &value.into())?;
    }
    Ok(headers)
}

/// All of the response but its body.
pub(super) fn init(answer: &Answer, headers: &Object) -> ResponseInit {
    let init = ResponseInit::new();
    init.set_status(answer.status);
    init.set_headers(headers);
    init
}
