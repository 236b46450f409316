//! From the platform's request to [`Incoming`].

use futures_util::StreamExt;
use worker::{Request, Result};

use crate::api::{Incoming, MAX_BODY_BYTES, split_url};

/// All but the body.
pub(super) fn head(request: &Request) -> Result<Incoming> {
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

/// The body, as far as one byte beyond the limit: nobody can make the edge hold more.
pub(super) async fn body(request: &mut Request) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    if request.inner().body().is_none() {
        return Ok(body);
    }
    let mut chunks = request.stream()?;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        let room = MAX_BODY_BYTES + 1 - body.len();
        body.extend(chunk.into_iter().take(room));
        if body.len() > MAX_BODY_BYTES {
            break;
        }
    }
    Ok(body)
}
