//! From [`Answer`] to the platform's response.

use worker::{Request, Response, ResponseBuilder, Result};

use crate::api::Answer;

/// The header that names the request in the log.
pub(super) const REQUEST_ID: &str = "Request-Id";

/// The response, with the headers that every response has.
pub(super) fn send(answer: Answer, request: &Request, request_id: &str) -> Result<Response> {
    let mut builder =
        ResponseBuilder::new().with_status(answer.status).with_header(REQUEST_ID, request_id)?;
    for (name, value) in headers(&answer) {
        builder = builder.with_header(name, value)?;
    }
    if answer.content_type.is_empty() || request.inner().method() == "HEAD" {
        return Ok(builder.empty());
    }
    Ok(builder.fixed(answer.body.into_bytes()))
}

/// All headers of the response but the request's id.
pub(super) fn headers(answer: &Answer) -> impl Iterator<Item = (&str, &str)> {
    let of_all = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")];
    let of_body =
        (!answer.content_type.is_empty()).then_some(("Content-Type", answer.content_type));
    let own = answer.headers.iter().map(|(name, value)| (*name, value.as_str()));
    of_all.into_iter().chain(of_body).chain(own)
}
