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
    /// `GET /v1/redemptions/{id}/receipt`
    Receipt(RedemptionId),
    /// `POST /v1/redemptions/{id}/reversal`
    Reverse(RedemptionId),
    /// `POST /v1/redemptions/cancel`
    Cancel,
    /// `GET /v1/shops/me/statement`
    Statement,
    /// `GET /healthz`
    Health,
    /// `GET /openapi.json`
    OpenApi,
    /// `GET /docs`
    Docs,
    /// `GET /.well-known/jwks.json`: the keys of receipts
    ReceiptKeys,
    /// `GET /.well-known/archive-jwks.json`: the keys of the archive
    ArchiveKeys,
    /// `GET /v1/ops/metrics`: the counters, for an operator
    Metrics,
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

    /// Whether the path is one that no till calls: what is open to everyone, and the operator's. It
    /// is let in when there is no room, because whoever watches the edge wants to see just that.
    pub fn is_for_watching(path: &str) -> bool {
        Self::of_path(path).is_some_and(|route| route.signed_components().is_none())
    }

    /// Whether an operator calls it, with a token in place of a signature.
    pub fn is_operators(self) -> bool {
        self == Self::Metrics
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

    /// What a till must sign; `None` for calls that are not a till's.
    pub fn signed_components(self) -> Option<&'static [Component]> {
        match self {
            Self::Health
            | Self::OpenApi
            | Self::Docs
            | Self::ReceiptKeys
            | Self::ArchiveKeys
            | Self::Metrics => None,
            _ => Some(Component::required(!self.is_read(), self.is_write())),
        }
    }

    /// The `Accept-Signature` header for it ([RFC 9421 section 5]); `None` for calls
    /// that are not a till's.
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
            Self::Receipt(_) => "receipt",
            Self::Reverse(_) => "reverse",
            Self::Cancel => "cancel",
            Self::Statement => "statement",
            Self::Health => "health",
            Self::OpenApi => "openapi",
            Self::Docs => "docs",
            Self::ReceiptKeys => "receipt-keys",
            Self::ArchiveKeys => "archive-keys",
            Self::Metrics => "metrics",
        }
    }

    fn of_path(path: &str) -> Option<Self> {
        match path {
            "/v1/coupons/check" => Some(Self::Check),
            "/v1/redemptions" => Some(Self::Redeem),
            "/v1/redemptions/batch" => Some(Self::Batch),
            "/v1/redemptions/cancel" => Some(Self::Cancel),
            "/v1/shops/me/statement" => Some(Self::Statement),
            "/healthz" => Some(Self::Health),
            "/openapi.json" => Some(Self::OpenApi),
            "/docs" => Some(Self::Docs),
            "/.well-known/jwks.json" => Some(Self::ReceiptKeys),
            "/.well-known/archive-jwks.json" => Some(Self::ArchiveKeys),
            "/v1/ops/metrics" => Some(Self::Metrics),
            _ => {
                let rest = path.strip_prefix("/v1/redemptions/")?;
                let (id, what) =
                    rest.split_once('/').map_or((rest, None), |(id, what)| (id, Some(what)));
                let id = RedemptionId::parse(id)?;
                match what {
                    None => Some(Self::Find(id)),
                    Some("receipt") => Some(Self::Receipt(id)),
                    Some("reversal") => Some(Self::Reverse(id)),
                    Some(_) => None,
                }
            }
        }
    }

    /// Whether it takes `GET`, and no body.
    pub fn is_read(self) -> bool {
        matches!(
            self,
            Self::Find(_)
                | Self::Receipt(_)
                | Self::Statement
                | Self::Health
                | Self::OpenApi
                | Self::Docs
                | Self::ReceiptKeys
                | Self::ArchiveKeys
                | Self::Metrics
        )
    }
}

#[cfg(test)]
mod tests;
