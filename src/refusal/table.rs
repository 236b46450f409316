//! The one table of codes: what each means to a machine. The HTTP status, the problem document, the
//! OpenAPI description and the docs page are made from it.

/// Who can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fix {
    /// The person at the till.
    Cashier,
    /// Who wrote or runs the POS software.
    Integrator,
    /// Who runs the campaign.
    Operator,
    /// Nobody: this is the final answer.
    Nobody,
}

impl Fix {
    /// As it stands in a problem document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cashier => "cashier",
            Self::Integrator => "integrator",
            Self::Operator => "operator",
            Self::Nobody => "nobody",
        }
    }
}

/// What a code means.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// The stable name.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// One line for whoever reads a log.
    pub title: &'static str,
    /// Who can do something about it.
    pub fix: Fix,
    /// The outcome is unknown or may change: try again, with the same key.
    pub retryable: bool,
}

macro_rules! table {
    ($($(#[$doc:meta])* $name:ident: $code:literal $status:literal $fix:ident $retryable:literal $title:literal;)*) => {
        /// The closed list of codes, in order of precedence: a call that deserves several gets the
        /// first. Two stand where they first can occur: *not-found* is also what the ledger says of
        /// an id that is not the shop's, and *busy* and *fault* can end a call at any point.
        /// Names are for good: one that is no longer used is not used again.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// All of them, in order of precedence.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// What it means.
            pub const fn meaning(self) -> Meaning {
                match self {
                    $(Self::$name => Meaning {
                        code: $code, status: $status, title: $title,
                        fix: Fix::$fix, retryable: $retryable,
                    },)*
                }
            }
        }
    };
}

table! {
    NotFound: "not-found" 404 Integrator false "There is no such path, or this shop has no such redemption.";
    MethodNotAllowed: "method-not-allowed" 405 Integrator false "The path does not take this method.";
    UnsupportedMediaType: "unsupported-media-type" 415 Integrator false "The body must be application/json.";
    BodyTooLarge: "body-too-large" 413 Integrator false "The body is larger than 64 KiB, or a batch than 256 KiB.";
    IdempotencyKeyMissing: "idempotency-key-missing" 400 Integrator false "A write needs an Idempotency-Key of 1 to 255 visible ASCII characters without comma or space.";
    SignatureMissing: "signature-missing" 401 Integrator false "The request carries no signature with the tag coupon-pos.";
    SignatureInvalid: "signature-invalid" 401 Integrator false "The request's signature is not valid.";
    SignatureStale: "signature-stale" 401 Integrator true "The till's clock is more than 300 s off, or the signature has expired: sign again.";
    ShopSuspended: "shop-suspended" 403 Operator false "The shop or the till is suspended.";
    MalformedRequest: "malformed-request" 400 Integrator false "The body is not what this call takes.";
    TokenMalformed: "token-malformed" 422 Cashier false "The text is not a coupon token.";
    TokenUnknownKey: "token-unknown-key" 422 Nobody false "The coupon belongs to no live campaign.";
    TokenForged: "token-forged" 422 Nobody false "The coupon was not issued by the campaign.";
    RedemptionReversed: "redemption-reversed" 409 Cashier false "This request redeemed the coupon and was undone: its key is spent. Redeem again under a new key.";
    IdempotencyKeyReused: "idempotency-key-reused" 422 Integrator false "The Idempotency-Key was used for another request on this coupon.";
    CurrencyMismatch: "currency-mismatch" 422 Integrator false "The order is not in the campaign's currency.";
    CampaignPaused: "campaign-paused" 409 Operator true "The campaign is paused.";
    NotYetValid: "not-yet-valid" 409 Cashier false "The coupon is not valid yet.";
    Expired: "expired" 409 Nobody false "The coupon has expired.";
    OutOfScope: "out-of-scope" 403 Nobody false "The coupon is not valid at this shop.";
    BelowMinimumSpend: "below-minimum-spend" 422 Cashier false "The order is below the campaign's minimum.";
    Revoked: "revoked" 409 Nobody false "The issuer took the coupon back.";
    AlreadyRedeemed: "already-redeemed" 409 Nobody false "The coupon has been used.";
    ReversalTooLate: "reversal-too-late" 409 Operator false "The redemption can no longer be undone.";
    LimitReached: "limit-reached" 429 Nobody false "The coupon was redeemed and undone too often.";
    Busy: "busy" 503 Nobody true "The edge cannot answer now. Nothing is known to have happened: try again with the same key.";
    Fault: "fault" 500 Operator true "The edge failed. The outcome is unknown: try again with the same key.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_can_fix_it_is_pinned() {
        let all = [Fix::Cashier, Fix::Integrator, Fix::Operator, Fix::Nobody];
        assert_eq!(all.map(Fix::as_str), ["cashier", "integrator", "operator", "nobody"]);
    }

    #[test]
    fn codes_and_statuses_are_pinned() {
        let list: Vec<_> =
            Code::ALL.iter().map(|c| (c.meaning().code, c.meaning().status)).collect();
        assert_eq!(
            list,
            [
                ("not-found", 404),
                ("method-not-allowed", 405),
                ("unsupported-media-type", 415),
                ("body-too-large", 413),
                ("idempotency-key-missing", 400),
                ("signature-missing", 401),
                ("signature-invalid", 401),
                ("signature-stale", 401),
                ("shop-suspended", 403),
                ("malformed-request", 400),
                ("token-malformed", 422),
                ("token-unknown-key", 422),
                ("token-forged", 422),
                ("redemption-reversed", 409),
                ("idempotency-key-reused", 422),
                ("currency-mismatch", 422),
                ("campaign-paused", 409),
                ("not-yet-valid", 409),
                ("expired", 409),
                ("out-of-scope", 403),
                ("below-minimum-spend", 422),
                ("revoked", 409),
                ("already-redeemed", 409),
                ("reversal-too-late", 409),
                ("limit-reached", 429),
                ("busy", 503),
                ("fault", 500),
            ]
        );
    }
}
