//! From the platform's request to [`Incoming`].

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use worker::{Delay, Request};

use crate::admission::BODY_MS;
use crate::api::{Incoming, MAX_BODY_BYTES, split_url};
use crate::refusal::Fault;

/// All but the body.
pub(super) fn head(request: &Request) -> worker::Result<Incoming> {
    let url = request.inner().url();
    let (authority, path, query) = split_url(&url);
    let headers = request.headers();
    Ok(Incoming {
        method: request.inner().method(),
        authority: authority.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        content_type: headers.get("content-type")?,
        content_digest: headers.get("content-digest")?,
        idempotency_key: headers.get("idempotency-key")?,
        signature_input: headers.get("signature-input")?,
        signature: headers.get("signature")?,
        body: Vec::new(),
    })
}

/// The body, as far as one byte beyond the limit: nobody can make the edge hold more, nor for longer
/// than a body takes.
pub(super) async fn body(request: &mut Request) -> Result<Vec<u8>, Fault> {
    if request.inner().body().is_none() {
        return Ok(Vec::new());
    }
    let body = read(request);
    futures_util::pin_mut!(body);
    match select(body, Delay::from(Duration::from_millis(BODY_MS))).await {
        Either::Left((body, _)) => {
            body.map_err(|why| Fault::Busy(format!("the body broke off: {why}")))
        }
        Either::Right(_) => Err(Fault::Busy("the body did not come in time".to_owned())),
    }
}

async fn read(request: &mut Request) -> worker::Result<Vec<u8>> {
    let mut body = Vec::new();
    let mut chunks = request.stream()?;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        let room = MAX_BODY_BYTES + 1 - body.len();
        body.reserve_exact(room.min(chunk.len()));
        body.extend(chunk.into_iter().take(room));
        if body.len() > MAX_BODY_BYTES {
            break;
        }
    }
    Ok(body)
}
