//! From the platform's request to [`Incoming`].

use worker::wasm_bindgen::JsValue;
use worker::web_sys::Request;

use super::platform;
use crate::admission::PATIENCE_MS;
use crate::api::{Incoming, split_url};
use crate::refusal::Fault;

/// All but the body.
pub(super) fn head(request: &Request) -> Incoming {
    let head = platform::head(request);
    let mut lines = head.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (method, url) = (line(), line());
    let (authority, path, query) = split_url(url);
    // What is absent is NUL, which cannot be in a field.
    let mut field = || Some(line()).filter(|value| *value != "\0").map(str::to_owned);
    Incoming {
        method: method.to_owned(),
        authority: authority.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        content_type: field(),
        content_digest: field(),
        idempotency_key: field(),
        signature_input: field(),
        signature: field(),
        body: Vec::new(),
    }
}

/// The body, as far as one byte beyond the limit: nobody can make the edge hold more, nor for longer
/// than a request waits.
pub(super) async fn body(
    request: &Request,
    limit: usize,
    patience: &JsValue,
) -> Result<Vec<u8>, Fault> {
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let time = u32::try_from(PATIENCE_MS).unwrap_or(u32::MAX);
    let body = platform::body(request, limit, patience, time).await;
    body.map(|body| body.to_vec()).map_err(|why| Fault::Busy(platform::reason(&why)))
}
