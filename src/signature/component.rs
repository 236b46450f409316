//! The parts of a request that a signature covers.

/// A request as it is signed: borrowed from wherever it came.
#[derive(Clone, Copy, Debug)]
pub struct SignedRequest<'a> {
    /// In capitals, as sent.
    pub method: &'a str,
    /// Host in lower case, with the port unless it is the scheme's default.
    pub authority: &'a str,
    /// Absolute path, as the WHATWG URL standard serialises it.
    pub path: &'a str,
    /// The query with its `?`; `?` alone when there is none.
    pub query: &'a str,
    /// The `Content-Digest` header.
    pub content_digest: Option<&'a str>,
    /// The `Idempotency-Key` header.
    pub idempotency_key: Option<&'a str>,
    /// The body; empty when there is none.
    pub body: &'a [u8],
}

/// A component that our signatures cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// `@method`
    Method,
    /// `@authority`
    Authority,
    /// `@path`
    Path,
    /// `@query`
    Query,
    /// `content-digest`
    ContentDigest,
    /// `idempotency-key`
    IdempotencyKey,
}

use Component::{Authority, ContentDigest, IdempotencyKey, Method, Path, Query};

impl Component {
    /// What a call must cover, no more and no less, in the order in which we sign.
    pub fn required(has_body: bool, is_write: bool) -> &'static [Self] {
        match (has_body, is_write) {
            (_, true) => &[Method, Authority, Path, Query, ContentDigest, IdempotencyKey],
            (true, false) => &[Method, Authority, Path, Query, ContentDigest],
            (false, false) => &[Method, Authority, Path, Query],
        }
    }

    /// Its name in `Signature-Input`.
    pub fn name(self) -> &'static str {
        match self {
            Method => "@method",
            Authority => "@authority",
            Path => "@path",
            Query => "@query",
            ContentDigest => "content-digest",
            IdempotencyKey => "idempotency-key",
        }
    }

    /// Its value in a request; `None` when the request has no such header.
    pub fn value<'a>(self, request: &SignedRequest<'a>) -> Option<&'a str> {
        match self {
            Method => Some(request.method),
            Authority => Some(request.authority),
            Path => Some(request.path),
            Query => Some(request.query),
            ContentDigest => request.content_digest.map(str::trim),
            IdempotencyKey => request.idempotency_key.map(str::trim),
        }
    }
}
