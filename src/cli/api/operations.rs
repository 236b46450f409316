//! The calls, in words for an integrator.

use anyhow::anyhow;

use crate::api::Route;
use crate::ledger::RedemptionId;

/// A call and what there is to say about it. Words are CommonMark: paragraphs and code.
pub(super) struct Operation {
    pub(super) route: Route,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
}

/// Every path with its method, in the order in which an integrator meets them.
const CALLS: [(&str, &str); 14] = [
    ("POST", "/v1/coupons/check"),
    ("POST", "/v1/redemptions"),
    ("POST", "/v1/redemptions/batch"),
    ("GET", "/v1/redemptions/{id}"),
    ("GET", "/v1/redemptions/{id}/receipt"),
    ("POST", "/v1/redemptions/{id}/reversal"),
    ("POST", "/v1/redemptions/cancel"),
    ("GET", "/v1/shops/me/statement"),
    ("GET", "/healthz"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/.well-known/archive-jwks.json"),
    ("GET", "/v1/ops/metrics"),
];

/// All calls; `id` is a redemption's, for the paths that name one.
pub(super) fn all(id: &RedemptionId) -> anyhow::Result<Vec<Operation>> {
    let operation = |(method, path): (&'static str, &'static str)| {
        let (route, _) = Route::find(method, &path.replace("{id}", &id.to_string()))
            .map_err(|why| anyhow!("{method} {path}: {why:?}"))?;
        let (summary, description) = words(route);
        Ok(Operation { route, method, path, summary, description })
    };
    CALLS.into_iter().map(operation).collect()
}

fn words(route: Route) -> (&'static str, &'static str) {
    match route {
        Route::Check => (
            "Say whether a coupon would be redeemed here and now",
            "What `POST /v1/redemptions` would come to at this moment, and what the coupon is \
             worth. It writes nothing and promises nothing: another till can be faster.\n\n\
             `order_amount` and `currency` go together. Without them, currency and minimum spend \
             are not looked at, and the answer has no `discount` and no `to_pay`.\n\n\
             A coupon that would not be redeemed gets the refusal that a new redemption would get.",
        ),
        Route::Redeem => (
            "Redeem a coupon on an order",
            "201 and the redemption: take `discount` off the bill. The discount is the coupon's \
             value, at most the order's amount.\n\n\
             The same request again gets the same body again, word for word, with 200 and \
             `Idempotency-Replayed: true`, even if the coupon has expired since. The same request \
             means the same coupon, shop, till, `Idempotency-Key`, `order_amount`, `currency` and \
             `order_ref`. So when an answer is lost, or is one with `retryable: true`, send the \
             request again: the same key, signed anew.\n\n\
             A key is spent for its coupon for ever. To use a coupon again after the redemption \
             was undone, take a new key.",
        ),
        Route::Batch => (
            "Redeem up to 500 coupons in one signed call",
            "For tills that store and forward, and for a chain's own system. Each item is a request \
             of its own: `txn` is its idempotency key, and what it comes to is what \
             `POST /v1/redemptions` under that key would have come to. The same request may go \
             now in the one call and now in the other.\n\n\
             200 whenever the call itself was in order. `results` has one answer for each item, in \
             the order sent: `status`, and either the `redemption` or the `problem` that the item \
             would have had alone. Items do not stand or fall together. An item that cannot be \
             read gets `malformed-request`, and the others are carried out. Send those with \
             `retryable: true` again, under the same `txn`, not before `retry_after` seconds if the \
             result has that.\n\n\
             Items of the same coupon are decided in the order sent. The `Idempotency-Key` of the \
             call is signed with it and decides nothing: every `txn` does.",
        ),
        Route::Find(_) => (
            "Show a redemption of this shop",
            "Any till of the shop may ask. `reversed_at` is there if the redemption was undone. \
             Another shop's redemption and one that does not exist get the same answer.",
        ),
        Route::Receipt(_) => (
            "Give a signed receipt of a redemption of this shop",
            "A receipt says what the ledger holds of the redemption, and anybody can verify it \
             without asking the edge: it is a compact JWS (RFC 7515), signed by Ed25519 (RFC 8037) \
             with a key of `/.well-known/jwks.json`, its header's `typ` `coupon-receipt+jws`.\n\n\
             What is signed has the fields of the redemption, `status` (`redeemed` or `reversed`), \
             `iat` (when the ledger came to hold this, in Unix seconds), `iss` (`coupon-edge`) and \
             `v` (1). The same receipt is given again word for word until the redemption is undone \
             or the key is rotated. A receipt that says `redeemed` does not say that it was not \
             undone later: then there is a newer one.\n\n\
             Any till of the shop may ask. Another shop's redemption and one that does not exist \
             get the same answer.",
        ),
        Route::Reverse(_) => (
            "Undo a redemption, because the order was cancelled",
            "Undoes the whole redemption, until `reversible_until` (inclusive). Any till of the \
             shop may do it. The coupon can then be used again, under a new key.\n\n\
             There is nothing to say in the body: it is empty or `{}`. `Content-Digest` is sent \
             and signed in both cases.\n\n\
             A redemption is undone once: whatever its key, a later reversal gets the first one's \
             answer, with 200 and `Idempotency-Replayed: true`.",
        ),
        Route::Cancel => (
            "Undo a redemption whose answer was lost",
            "For a till that does not know whether it redeemed, and no longer wants to. It names \
             the redemption by the coupon and by `redemption_key`, the `Idempotency-Key` under \
             which it tried. Only the till that tried can cancel.\n\n\
             If that key had redeemed the coupon, it is undone (`reversed`). If not, the key is \
             spent, so that a request still on its way cannot redeem any more (`voided`).\n\n\
             Like every write the call carries an `Idempotency-Key` of its own. What makes two \
             cancels the same is `redemption_key`: a later one gets the first one's answer, with \
             200 and `Idempotency-Replayed: true`.",
        ),
        Route::Statement => (
            "Say what a shop redeemed on a day",
            "For closing the till: what the day comes to in each campaign, and its entries, a page at \
             a time, in the order of `at`. Any till of the shop may ask. Each entry is in the \
             statement of the day on which it happened: a redemption that was undone the day after is \
             in both, the second time as a reversal.\n\n\
             Entries arrive some seconds after they happened. Up to `complete_until` none is missing; \
             `null` means that this is not known yet. To go on with the next page, send \
             `next_cursor` as `cursor` with the same `day` and `tz`.\n\n\
             A chain's credential says `shop` and sees what that shop redeemed while it was of the \
             chain. For anybody else another shop's statement does not exist.",
        ),
        Route::Health => {
            ("Say that the edge is up", "Open to everyone. It asks no policy and no ledger.")
        }
        Route::OpenApi => ("This description, for machines", "Open to everyone."),
        Route::Docs => ("This description, for people", "Open to everyone."),
        Route::ReceiptKeys => (
            "The public keys of receipts",
            "A JSON Web Key Set (RFC 7517), open to everyone: the key that signs now, and those \
             that signed before. Every `kid` is the key's thumbprint (RFC 7638). It may be kept \
             for five minutes; after that, or when a receipt has a `kid` that is not there, ask \
             again.",
        ),
        Route::ArchiveKeys => (
            "The public keys of the archive",
            "As `/.well-known/jwks.json`, for what the archive signs. They are apart so that a key \
             of the one is none for the other.",
        ),
        Route::Metrics => (
            "The counters, for an operator",
            "OpenMetrics 1.0 text, as Prometheus reads it: entries and refusals by campaign and \
             chain, and how far those are who wait for the journal. Not for tills: it takes an \
             operator's token (`Authorization: Bearer`) in place of a signature.\n\n\
             Campaign 0 has what was refused before a campaign was known. A campaign whose \
             counters do not answer has `coupon_up` 0 and nothing else.",
        ),
    }
}
