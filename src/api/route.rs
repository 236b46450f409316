//! Which call is this?

use crate::ledger::RedemptionId;
use crate::refusal::Refusal;
use crate::signature::{Component, TAG};

/// The calls of version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `POST /v1/coupons/check`
    Check,
    /// `POST /v1/redemptions`
    Redeem,
    /// `POST /v1/redemptions/batch`
    Batch,
    /// `GET /v1/redemptions/{id}`
    Find(RedemptionId),
    /// `POST /v1/redemptions/{id}/reversal`
    Reverse(RedemptionId),
    /// `POST /v1/redemptions/cancel`
    Cancel,
    /// `GET /healthz`
    Health,
    /// `GET /openapi.json`
    OpenApi,
    /// `GET /docs`
    Docs,
}

/// What a method asks of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The call itself.
    Call,
    /// The call, but of the answer only the head (`HEAD`).
    Head,
    /// Which methods there are (`OPTIONS`).
    Options,
}

impl Route {
    /// Finds the route and what is asked of it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a path that is none or an id that cannot be one, then
    /// [`Refusal::MethodNotAllowed`].
    pub fn find(method: &str, path: &str) -> Result<(Self, Method), Refusal> {
        let route = Self::of_path(path).ok_or(Refusal::NotFound)?;
        let asked = match (method, route.is_read()) {
            ("GET", true) | ("POST", false) => Method::Call,
            ("HEAD", true) => Method::Head,
            ("OPTIONS", _) => Method::Options,
            _ => return Err(Refusal::MethodNotAllowed { allow: route.allow() }),
        };
        Ok((route, asked))
    }

    /// Whether the path is one that is open to everyone.
    pub fn is_open(path: &str) -> bool {
        Self::of_path(path).is_some_and(|route| route.signed_components().is_none())
    }

    /// The methods it takes, as the `Allow` header lists them.
    pub fn allow(self) -> &'static str {
        if self.is_read() { "GET, HEAD, OPTIONS" } else { "POST, OPTIONS" }
    }

    /// Whether it changes the ledger, and so needs an idempotency key.
    pub fn is_write(self) -> bool {
        matches!(self, Self::Redeem | Self::Batch | Self::Reverse(_) | Self::Cancel)
    }

    /// The largest body that it takes, in bytes.
    pub fn max_body_bytes(self) -> usize {
        match self {
            Self::Batch => 256 * 1024,
            _ => 64 * 1024,
        }
    }

    /// What a till must sign; `None` for calls that are open to everyone.
    pub fn signed_components(self) -> Option<&'static [Component]> {
        match self {
            Self::Health | Self::OpenApi | Self::Docs => None,
            _ => Some(Component::required(!self.is_read(), self.is_write())),
        }
    }

    /// The `Accept-Signature` header for it ([RFC 9421 section 5]); `None` for open calls.
    ///
    /// [RFC 9421 section 5]: https://www.rfc-editor.org/rfc/rfc9421#section-5
    pub fn accept_signature(self) -> Option<String> {
        let names = self.signed_components()?.iter().map(|component| component.name());
        let names = names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" ");
        Some(format!("sig=({names});created;keyid;tag=\"{TAG}\""))
    }

    /// Its name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Redeem => "redeem",
            Self::Batch => "batch",
            Self::Find(_) => "find",
            Self::Reverse(_) => "reverse",
            Self::Cancel => "cancel",
            Self::Health => "health",
            Self::OpenApi => "openapi",
            Self::Docs => "docs",
        }
    }

    fn of_path(path: &str) -> Option<Self> {
        match path {
            "/v1/coupons/check" => Some(Self::Check),
            "/v1/redemptions" => Some(Self::Redeem),
            "/v1/redemptions/batch" => Some(Self::Batch),
            "/v1/redemptions/cancel" => Some(Self::Cancel),
            "/healthz" => Some(Self::Health),
            "/openapi.json" => Some(Self::OpenApi),
            "/docs" => Some(Self::Docs),
            _ => {
                let rest = path.strip_prefix("/v1/redemptions/")?;
                match rest.strip_suffix("/reversal") {
                    Some(id) => RedemptionId::parse(id).map(Self::Reverse),
                    None => RedemptionId::parse(rest).map(Self::Find),
                }
            }
        }
    }

    fn is_read(self) -> bool {
        matches!(self, Self::Find(_) | Self::Health | Self::OpenApi | Self::Docs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "R1.IAAAAQAKAAAAAAEC";

    #[test]
    fn finds_every_call() {
        let id = RedemptionId::parse(ID).unwrap();
        for (method, path, route) in [
            ("POST", "/v1/coupons/check", Route::Check),
            ("POST", "/v1/redemptions", Route::Redeem),
            ("POST", "/v1/redemptions/batch", Route::Batch),
            ("POST", "/v1/redemptions/cancel", Route::Cancel),
            ("GET", &format!("/v1/redemptions/{ID}"), Route::Find(id)),
            ("POST", &format!("/v1/redemptions/{ID}/reversal"), Route::Reverse(id)),
            ("GET", "/healthz", Route::Health),
            ("GET", "/openapi.json", Route::OpenApi),
            ("GET", "/docs", Route::Docs),
        ] {
            assert_eq!(Route::find(method, path), Ok((route, Method::Call)), "{path}");
            assert_eq!(Route::find("OPTIONS", path), Ok((route, Method::Options)), "{path}");
            let head = Route::find("HEAD", path);
            assert_eq!(head.is_ok(), method == "GET", "HEAD {path}");
            for other in ["PUT", "DELETE", "PATCH", "get", "TRACE", "QUERY"] {
                let refusal = Refusal::MethodNotAllowed { allow: route.allow() };
                assert_eq!(Route::find(other, path), Err(refusal), "{other} {path}");
            }
        }
    }

    #[test]
    fn says_what_to_sign() {
        let find = Route::Find(RedemptionId::parse(ID).unwrap());
        assert_eq!(
            find.accept_signature().as_deref(),
            Some(
                "sig=(\"@method\" \"@authority\" \"@path\" \"@query\");created;keyid;tag=\"coupon-pos\""
            )
        );
        assert!(Route::Redeem.accept_signature().unwrap().contains("\"idempotency-key\""));
        assert_eq!(Route::Health.accept_signature(), None);
    }

    #[test]
    fn what_watches_the_edge_is_open_to_everyone_and_nothing_else() {
        for path in ["/healthz", "/openapi.json", "/docs"] {
            assert!(Route::is_open(path), "{path}");
        }
        for path in ["/v1/redemptions", "/v1/coupons/check", "/", "/nowhere"] {
            assert!(!Route::is_open(path), "{path}");
        }
    }

    #[test]
    fn a_path_lists_its_methods() {
        assert_eq!(Route::Docs.allow(), "GET, HEAD, OPTIONS");
        assert_eq!(Route::Redeem.allow(), "POST, OPTIONS");
    }

    #[test]
    fn names_are_pinned() {
        let id = RedemptionId::parse(ID).unwrap();
        let (find, reverse) = (Route::Find(id), Route::Reverse(id));
        let names = [Route::Check, Route::Redeem, Route::Batch, find, reverse, Route::Cancel];
        let expected = ["check", "redeem", "batch", "find", "reverse", "cancel"];
        assert_eq!(names.map(Route::name), expected);
        let open = [Route::Health, Route::OpenApi, Route::Docs].map(Route::name);
        assert_eq!(open, ["health", "openapi", "docs"]);
    }

    #[test]
    fn any_other_path_is_not_found_whatever_the_method() {
        for path in [
            "",
            "/",
            "/v1",
            "/v1/redemptions/",
            "/v1/redemptions/R1.",
            "/v1/redemptions/%00",
            "/v1/redemptions/R1.IAAAAQAKAAAAAAEC/",
            "/v1/redemptions//reversal",
            "/v1/redemptions/cancel/reversal",
            "/V1/redemptions",
            "/docs/",
        ] {
            for method in ["GET", "POST", "BREW"] {
                assert_eq!(Route::find(method, path), Err(Refusal::NotFound), "{method} {path}");
            }
        }
    }
}
