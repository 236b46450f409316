//! From [`Answer`] to the platform's response.

use worker::{Request, Response, ResponseBuilder, Result};

use crate::api::Answer;

/// The response, with the headers that every response has.
pub(super) fn send(answer: Answer, request: &Request, request_id: &str) -> Result<Response> {
    let mut builder = ResponseBuilder::new()
        .with_status(answer.status)
        .with_header("Request-Id", request_id)?
        .with_header("Cache-Control", "no-store")?
        .with_header("X-Content-Type-Options", "nosniff")?;
    for (name, value) in &answer.headers {
        builder = builder.with_header(name, value)?;
    }
    if answer.content_type.is_empty() {
        return Ok(builder.empty());
    }
    builder = builder.with_header("Content-Type", answer.content_type)?;
    if request.inner().method() == "HEAD" {
        return Ok(builder.empty());
    }
    Ok(builder.fixed(answer.body.into_bytes()))
}
