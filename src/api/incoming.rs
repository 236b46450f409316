//! A request as it came in, and the checks that come before its content.

use super::Route;
use crate::ledger::IdempotencyKey;
use crate::refusal::Refusal;
use crate::signature::{AuthenticatedTill, SignedRequest, Verifier};
use crate::time::Timestamp;

/// A request as it came in; nothing in it is known to be true.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    /// The method, as sent.
    pub method: String,
    /// Host in lower case, with the port unless it is the scheme's default.
    pub authority: String,
    /// The path, as the WHATWG URL standard serialises it.
    pub path: String,
    /// The query with its `?`; `?` alone when there is none.
    pub query: String,
    /// `Content-Type`
    pub content_type: Option<String>,
    /// `Content-Digest`
    pub content_digest: Option<String>,
    /// `Idempotency-Key`
    pub idempotency_key: Option<String>,
    /// `Signature-Input`
    pub signature_input: Option<String>,
    /// `Signature`
    pub signature: Option<String>,
    /// The body, at most one byte more than [`Route::max_body_bytes`]; empty when there is none.
    pub body: Vec<u8>,
}

impl Incoming {
    /// Whether the body may be read: a call that takes one wants JSON, and no more than it can use.
    ///
    /// # Errors
    /// [`Refusal::UnsupportedMediaType`], [`Refusal::BodyTooLarge`].
    pub fn check_body(&self, route: Route) -> Result<(), Refusal> {
        let is_json = self.content_type.as_deref().is_some_and(is_json);
        // A reversal says all it has to say in its path.
        let needs_type = !matches!(route, Route::Reverse(_)) || !self.body.is_empty();
        if needs_type && !is_json {
            return Err(Refusal::UnsupportedMediaType);
        }
        if self.body.len() > route.max_body_bytes() {
            return Err(Refusal::BodyTooLarge);
        }
        Ok(())
    }

    /// The idempotency key of a write.
    ///
    /// # Errors
    /// [`Refusal::IdempotencyKeyMissing`], also when there is one that is none.
    pub fn idempotency_key(&self) -> Result<IdempotencyKey, Refusal> {
        let key = self.idempotency_key.as_deref().and_then(IdempotencyKey::parse);
        key.ok_or(Refusal::IdempotencyKeyMissing)
    }

    /// The till that signed the request.
    ///
    /// # Errors
    /// [`Refusal::SignatureMissing`], [`Refusal::SignatureInvalid`], [`Refusal::SignatureStale`].
    pub fn authenticate(
        &self,
        route: Route,
        verifier: &Verifier,
        now: Timestamp,
    ) -> Result<AuthenticatedTill, Refusal> {
        let required = route.signed_components().unwrap_or_default();
        let headers = (self.signature_input.as_deref(), self.signature.as_deref());
        verifier
            .verify(&self.signed(), headers, required, now)
            .map_err(|refusal| Refusal::of_signature(refusal, now))
    }

    fn signed(&self) -> SignedRequest<'_> {
        SignedRequest {
            method: &self.method,
            authority: &self.authority,
            path: &self.path,
            query: &self.query,
            content_digest: self.content_digest.as_deref(),
            idempotency_key: self.idempotency_key.as_deref(),
            body: &self.body,
        }
    }
}

/// Splits an absolute URL, as the WHATWG URL standard serialises it, into what a signature covers:
/// authority, path, and query with its `?` (`?` alone when there is none).
pub fn split_url(url: &str) -> (&str, &str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
    let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
    (authority, path, if query.is_empty() { "?" } else { query })
}

/// `application/json`, with or without `charset=utf-8` ([RFC 8259 section 11] defines no parameter,
/// but clients send that one).
///
/// [RFC 8259 section 11]: https://www.rfc-editor.org/rfc/rfc8259#section-11
fn is_json(content_type: &str) -> bool {
    let (essence, parameter) = content_type.split_once(';').unwrap_or((content_type, ""));
    let parameter = parameter.trim().replace('"', "");
    essence.trim().eq_ignore_ascii_case("application/json")
        && (parameter.is_empty() || parameter.eq_ignore_ascii_case("charset=utf-8"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::RedemptionId;

    #[test]
    fn urls_split_as_rfc_9421_section_2_2_says() {
        for (url, parts) in [
            ("https://a.example/v1/x?b=1&c", ("a.example", "/v1/x", "?b=1&c")),
            ("http://127.0.0.1:8787/", ("127.0.0.1:8787", "/", "?")),
            ("https://a.example/x?", ("a.example", "/x", "?")),
            ("https://a.example/x?y=/z?#f", ("a.example", "/x", "?y=/z?")),
        ] {
            assert_eq!(split_url(url), parts);
        }
    }

    fn incoming(content_type: Option<&str>, bytes: usize) -> Incoming {
        let content_type = content_type.map(str::to_owned);
        Incoming { content_type, body: vec![b' '; bytes], ..Incoming::default() }
    }

    #[test]
    fn a_body_is_announced_as_json_and_only_a_reversal_needs_none() {
        let reverse = Route::Reverse(RedemptionId::parse("R1.IAAAAQAKAAAAAAEC").unwrap());
        let unsupported = Err(Refusal::UnsupportedMediaType);
        for (route, content_type, bytes, expected) in [
            (Route::Redeem, Some("application/json"), 2, Ok(())),
            (Route::Redeem, Some("text/plain"), 2, unsupported.clone()),
            (Route::Redeem, None, 2, unsupported.clone()),
            (Route::Redeem, None, 0, unsupported.clone()),
            (reverse, None, 0, Ok(())),
            (reverse, Some("text/plain"), 0, Ok(())),
            (reverse, Some("application/json"), 2, Ok(())),
            (reverse, None, 2, unsupported),
        ] {
            let judged = incoming(content_type, bytes).check_body(route);
            assert_eq!(judged, expected, "{route:?} {content_type:?} {bytes}");
        }
    }

    #[test]
    fn a_body_has_at_most_64_kib_and_a_batch_256() {
        let judged = |route, bytes| incoming(Some("application/json"), bytes).check_body(route);
        for (route, limit) in [(Route::Redeem, 65_536), (Route::Batch, 262_144)] {
            assert_eq!(judged(route, limit), Ok(()));
            assert_eq!(judged(route, limit + 1), Err(Refusal::BodyTooLarge));
            assert_eq!(judged(route, 2 * limit), Err(Refusal::BodyTooLarge));
        }
    }

    #[test]
    fn only_json_is_json() {
        for good in ["application/json", "Application/JSON; charset=\"UTF-8\"", "application/json;"]
        {
            assert!(is_json(good), "{good}");
        }
        for bad in ["", "text/json", "application/jsonx", "application/json; charset=gbk", "*/*"] {
            assert!(!is_json(bad), "{bad}");
        }
    }
}
