//! Which refusals each call can get, and an example of each. Both are a `match` over every code, so
//! that a new one cannot be forgotten.

use super::sample::Sample;
use crate::api::{Problem, RedeemRequest, Route};
use crate::refusal::{Code, Fault, Refusal};
use crate::token::Malformed;

/// Whether a call of this route's path can get this code. It follows the way of a request in
/// `src/edge/handler.rs`. What only an item of a batch can get is in its result.
pub(super) fn can_get(route: Route, code: Code) -> bool {
    let signed = route.signed_components().is_some();
    let by_id = matches!(route, Route::Find(_) | Route::Receipt(_) | Route::Reverse(_));
    let has_body = signed && !route.is_read();
    let is_statement = route == Route::Statement;
    let names_coupon = matches!(route, Route::Check | Route::Redeem | Route::Cancel);
    let asks_policy = matches!(route, Route::Check | Route::Redeem);
    match code {
        // Path and method. An unknown id of a good form is refused by the ledger, last.
        Code::NotFound => by_id || is_statement,
        Code::MethodNotAllowed => true,
        // The body and the key, before the signature that covers them.
        Code::UnsupportedMediaType | Code::BodyTooLarge => has_body,
        Code::IdempotencyKeyMissing => route.is_write(),
        // Who calls.
        Code::SignatureMissing | Code::SignatureInvalid => signed || route.is_operators(),
        Code::SignatureStale | Code::ShopSuspended => signed,
        // What is asked.
        Code::MalformedRequest => has_body || is_statement,
        Code::TokenMalformed | Code::TokenUnknownKey | Code::TokenForged => names_coupon,
        // The key in the ledger. A cancel is answered again however often it is sent.
        Code::RedemptionReversed => matches!(route, Route::Redeem),
        Code::IdempotencyKeyReused => matches!(route, Route::Redeem | Route::Cancel),
        // Reversal, cancel and find ignore the campaign's policy.
        Code::CurrencyMismatch
        | Code::CampaignPaused
        | Code::NotYetValid
        | Code::Expired
        | Code::OutOfScope
        | Code::BelowMinimumSpend
        | Code::Revoked => asks_policy,
        // The coupon in the ledger.
        Code::AlreadyRedeemed | Code::LimitReached => names_coupon,
        Code::ReversalTooLate => matches!(route, Route::Reverse(_) | Route::Cancel),
        // Whatever needs a policy, a body or the ledger.
        Code::Busy => signed,
        // Also an edge without its keys, which nothing can be asked of.
        Code::Fault => true,
    }
}

/// An example of each refusal, as the edge tells it.
pub(super) fn example(code: Code, sample: &Sample) -> Problem {
    let document = sample.policy.document();
    let refusal = match code {
        Code::NotFound => Refusal::NotFound,
        Code::MethodNotAllowed => Refusal::MethodNotAllowed { allow: Route::Redeem.allow() },
        Code::UnsupportedMediaType => Refusal::UnsupportedMediaType,
        Code::BodyTooLarge => Refusal::BodyTooLarge,
        Code::IdempotencyKeyMissing => Refusal::IdempotencyKeyMissing,
        Code::SignatureMissing => Refusal::SignatureMissing,
        Code::SignatureInvalid => Refusal::SignatureInvalid("the signature does not match"),
        Code::SignatureStale => Refusal::SignatureStale { edge_time: sample.now() },
        Code::ShopSuspended => Refusal::ShopSuspended,
        Code::MalformedRequest => match RedeemRequest::read(br#"{"tip":1}"#) {
            Err(refusal) => refusal,
            Ok(_) => Refusal::MalformedRequest(String::new()),
        },
        Code::TokenMalformed => Refusal::TokenMalformed(Malformed::Length),
        Code::TokenUnknownKey => Refusal::TokenUnknownKey,
        Code::TokenForged => Refusal::TokenForged,
        Code::RedemptionReversed => Refusal::RedemptionReversed { at: sample.reversal.at },
        Code::IdempotencyKeyReused => Refusal::IdempotencyKeyReused,
        Code::CurrencyMismatch => Refusal::CurrencyMismatch { expected: document.currency },
        Code::CampaignPaused => Refusal::CampaignPaused,
        Code::NotYetValid => Refusal::NotYetValid { from: document.window.from },
        Code::Expired => Refusal::Expired { at: sample.policy.end_of(&sample.coupon) },
        Code::OutOfScope => Refusal::OutOfScope,
        Code::BelowMinimumSpend => {
            Refusal::BelowMinimumSpend { minimum: sample.policy.price(document.minimum_spend) }
        }
        Code::Revoked => Refusal::Revoked,
        Code::AlreadyRedeemed => {
            let by = sample.redemption.by;
            Refusal::AlreadyRedeemed { at: sample.redemption.at, till: Some(by.till) }
        }
        Code::ReversalTooLate => {
            Refusal::ReversalTooLate { until: sample.redemption.reversible_until }
        }
        Code::LimitReached => Refusal::LimitReached,
        Code::Busy => return Problem::of_fault(&Fault::Busy(String::new())),
        Code::Fault => return Problem::of_fault(&Fault::Internal(String::new())),
    };
    Problem::of_refusal(&refusal, document.utc_offset_minutes)
}
