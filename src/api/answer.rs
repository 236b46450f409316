//! Answers: the response as a plain value, and the bodies of success.

use serde::Serialize;

use crate::counters;
use crate::jws::PublicKeys;
use crate::ledger::{Entry, RedemptionId};
use crate::money::{Amount, Currency};
use crate::order::OrderRef;

/// A response, not yet sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`; empty when there is no body.
    pub content_type: &'static str,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// Whether an answer is given for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// The request did it: 201.
    First,
    /// The request had done it before: 200 and `Idempotency-Replayed: true`.
    Again,
}

impl From<bool> for Replay {
    fn from(replayed: bool) -> Self {
        if replayed { Self::Again } else { Self::First }
    }
}

impl Answer {
    /// 200 with a JSON body.
    pub fn ok(body: &impl Serialize) -> Self {
        Self::json(200, body)
    }

    /// The answer to a write: 201 at first, 200 when it is given again, the body the same word for
    /// word.
    pub fn written(replay: Replay, body: &impl Serialize) -> Self {
        match replay {
            Replay::First => Self::json(201, body),
            Replay::Again => {
                let mut answer = Self::json(200, body);
                answer.headers.push(("Idempotency-Replayed", "true".to_owned()));
                answer
            }
        }
    }

    /// 204: the methods that a path takes.
    pub fn options(allow: &'static str) -> Self {
        let headers = vec![("Allow", allow.to_owned())];
        Self { status: 204, content_type: "", headers, body: String::new() }
    }

    /// `GET /openapi.json`: the contract for machines, OpenAPI 3.1. It is made from the contract (see
    /// `src/cli/api`) and kept in the repository, where a test holds it against it.
    pub fn openapi(document: String) -> Self {
        Self::document("application/json", document)
    }

    /// `GET /docs`: the same for people. One page without anything from elsewhere.
    pub fn docs(page: String) -> Self {
        Self::document("text/html; charset=utf-8", page)
    }

    /// Public keys. The one answer that may be kept a while: whoever verifies much need not ask for
    /// them each time, and a key that is new is unknown to him for five minutes at most.
    pub fn key_set(keys: &PublicKeys) -> Self {
        let mut answer = Self::document("application/jwk-set+json", keys.jwks());
        answer.headers.push(("Cache-Control", "public, max-age=300".to_owned()));
        answer
    }

    /// `GET /v1/shops/me/statement`, as the object that has the shop wrote it.
    pub fn statement(body: String) -> Self {
        Self::document("application/json", body)
    }

    /// `GET /v1/ops/metrics`: the counters, as OpenMetrics text.
    pub fn metrics(text: String) -> Self {
        Self::document(counters::MEDIA_TYPE, text)
    }

    fn document(content_type: &'static str, body: String) -> Self {
        Self { status: 200, content_type, headers: Vec::new(), body }
    }

    fn json(status: u16, body: &impl Serialize) -> Self {
        // The bodies are plain structs with text keys: writing them cannot fail.
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { status, content_type: "application/json", headers: Vec::new(), body }
    }
}

/// A redemption, as its shop sees it. A pure function of entries and of what can never change in a
/// campaign, so that it can be given again, word for word, by another build in another year. The
/// order of the fields is part of that.
#[derive(Clone, Debug, Serialize)]
pub struct RedemptionBody {
    pub(super) id: String,
    pub(super) campaign: u32,
    pub(super) shop: u32,
    pub(super) till: u16,
    pub(super) redeemed_at: String,
    pub(super) order_amount: Amount,
    pub(super) discount: Amount,
    pub(super) to_pay: Amount,
    pub(super) currency: Currency,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) order_ref: Option<OrderRef>,
    reversible_until: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reversed_at: Option<String>,
}

impl RedemptionBody {
    /// The redemption, and that it was undone if it was.
    pub fn new(
        id: &RedemptionId,
        currency: Currency,
        redemption: &Entry,
        reversal: Option<&Entry>,
    ) -> Self {
        Self {
            id: id.to_string(),
            campaign: id.shard().campaign().get(),
            shop: redemption.by.shop,
            till: redemption.by.till,
            redeemed_at: redemption.at.rfc3339(),
            order_amount: redemption.order_amount,
            discount: redemption.discount,
            to_pay: redemption.order_amount.less(redemption.discount),
            currency,
            order_ref: redemption.order_ref.clone(),
            reversible_until: redemption.reversible_until.rfc3339(),
            reversed_at: reversal.map(|reversal| reversal.at.rfc3339()),
        }
    }
}

/// What a cancel came to.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum CancelBody {
    /// The key had redeemed the coupon, and that is undone.
    Reversed {
        /// The redemption that was undone.
        redemption: RedemptionBody,
    },
    /// The key had done nothing, and now never will.
    Voided {
        /// Whose coupon.
        campaign: u32,
        /// Which shop.
        shop: u32,
        /// Which till.
        till: u16,
        /// When the key was spent.
        voided_at: String,
    },
}

/// A coupon that would be redeemed here and now.
#[derive(Clone, Debug, Serialize)]
pub struct CheckBody {
    /// Always true: a coupon that would not be redeemed gets the refusal that redeeming would.
    pub redeemable: bool,
    /// Whose coupon.
    pub campaign: u32,
    /// What people call the campaign.
    pub name: String,
    /// Face value.
    pub value: Amount,
    /// Of the coupon.
    pub currency: Currency,
    /// The least order amount.
    pub minimum_spend: Amount,
    /// When it ends, exclusive.
    pub valid_until: String,
    /// What would come off the bill, if the order was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<Amount>,
    /// What would be left to pay, if the order was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_pay: Option<Amount>,
}

/// The edge is up.
#[derive(Clone, Debug, Serialize)]
pub struct HealthBody {
    /// Always `ok`.
    pub status: &'static str,
    /// The build.
    pub version: &'static str,
}

impl HealthBody {
    /// This build.
    pub fn now() -> Self {
        Self { status: "ok", version: env!("CARGO_PKG_VERSION") }
    }
}

#[cfg(test)]
mod tests;
