//! Problem documents ([RFC 9457]): how a refusal or a fault is told to a client.
//!
//! [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457

use serde_json::{Map, Value, json};

use super::{Answer, Route};
use crate::refusal::words::Words;
use crate::refusal::{Code, Fault, Refusal};
use crate::time::UtcOffset;

/// A refusal or a fault, in the form of a document.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    words: Words,
    detail: Option<String>,
    evidence: Map<String, Value>,
    headers: Vec<(&'static str, String)>,
}

impl Problem {
    /// Of a refusal, with times in the campaign's local time in the words.
    pub fn of_refusal(refusal: &Refusal, offset: UtcOffset) -> Self {
        let mut problem = Self::of_code(refusal.code(), refusal.words(offset));
        problem.add_evidence(refusal);
        problem
    }

    /// Of a fault: it says nothing of the inside.
    pub fn of_fault(fault: &Fault) -> Self {
        let mut problem = Self::of_code(fault.code(), fault.code().words());
        let retry_after_s = match fault {
            Fault::Busy(_) => Some(1),
            Fault::Overloaded { retry_after_s, .. } => Some(*retry_after_s),
            Fault::Internal(_) => None,
        };
        if let Some(seconds) = retry_after_s {
            problem.headers.push(("Retry-After", seconds.to_string()));
        }
        problem
    }

    /// Its name for good.
    pub fn code(&self) -> Code {
        self.code
    }

    /// `Retry-After`, if it says when to come again.
    pub fn retry_after(&self) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(name, _)| *name == "Retry-After").map(|(_, seconds)| seconds.as_str())
    }

    /// The response; a 401 says what the call takes, as [RFC 9110 section 11.6.1] wants it: an
    /// operator's token, or which signature.
    ///
    /// [RFC 9110 section 11.6.1]: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
    pub fn answer(&self, route: Option<Route>) -> Answer {
        let status = self.code.meaning().status;
        let mut headers = self.headers.clone();
        if let (401, Some(route)) = (status, route) {
            let scheme = if route.is_operators() { "Bearer" } else { "Signature" };
            headers.push(("WWW-Authenticate", scheme.to_owned()));
            let accepted = route.accept_signature();
            headers.extend(accepted.map(|accepted| ("Accept-Signature", accepted)));
        }
        let body = self.document().to_string();
        Answer { status, content_type: "application/problem+json", headers, body }
    }

    /// The document.
    pub fn document(&self) -> Value {
        let meaning = self.code.meaning();
        let mut document = json!({
            "type": format!("/docs#{}", meaning.code),
            "title": meaning.title,
            "status": meaning.status,
            "code": meaning.code,
            "retryable": meaning.retryable,
            "fix": meaning.fix.as_str(),
            "message": { "zh-Hans": self.words.zh, "en": self.words.en },
        });
        if let Value::Object(fields) = &mut document {
            if let Some(detail) = &self.detail {
                fields.insert("detail".to_owned(), json!(detail));
            }
            fields.extend(self.evidence.clone());
        }
        document
    }

    fn of_code(code: Code, words: Words) -> Self {
        Self { code, words, detail: None, evidence: Map::new(), headers: Vec::new() }
    }

    fn add_evidence(&mut self, refusal: &Refusal) {
        let mut say = |name: &str, value: Value| {
            self.evidence.insert(name.to_owned(), value);
        };
        match refusal {
            Refusal::MethodNotAllowed { allow } => {
                self.headers.push(("Allow", (*allow).to_owned()));
            }
            Refusal::SignatureInvalid(why) => self.detail = Some((*why).to_owned()),
            Refusal::MalformedRequest(why) => self.detail = Some(why.clone()),
            Refusal::TokenMalformed(why) => self.detail = Some(why.detail().to_owned()),
            Refusal::SignatureStale { edge_time } => say("edge_time", json!(edge_time.rfc3339())),
            Refusal::RedemptionReversed { at } => say("reversed_at", json!(at.rfc3339())),
            Refusal::CurrencyMismatch { expected } => say("currency", json!(expected)),
            Refusal::NotYetValid { from } => say("valid_from", json!(from.rfc3339())),
            Refusal::Expired { at } => say("expired_at", json!(at.rfc3339())),
            Refusal::BelowMinimumSpend { minimum } => {
                say("minimum_spend", json!(minimum.amount));
                say("currency", json!(minimum.currency));
            }
            Refusal::AlreadyRedeemed { at, till } => {
                say("redeemed_at", json!(at.rfc3339()));
                if let Some(till) = till {
                    say("till", json!(till));
                }
            }
            Refusal::ReversalTooLate { until } => say("reversible_until", json!(until.rfc3339())),
            Refusal::NotFound
            | Refusal::UnsupportedMediaType
            | Refusal::BodyTooLarge
            | Refusal::IdempotencyKeyMissing
            | Refusal::SignatureMissing
            | Refusal::ShopSuspended
            | Refusal::TokenUnknownKey
            | Refusal::TokenForged
            | Refusal::IdempotencyKeyReused
            | Refusal::CampaignPaused
            | Refusal::OutOfScope
            | Refusal::Revoked
            | Refusal::LimitReached => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Amount, Price};
    use crate::time::Timestamp;
    use crate::token::Malformed;

    fn answer(refusal: &Refusal) -> Answer {
        Problem::of_refusal(refusal, UtcOffset::CHINA).answer(Some(Route::Redeem))
    }

    #[test]
    fn a_problem_document_is_pinned() {
        let answer = answer(&Refusal::SignatureInvalid("keyid is missing"));
        assert_eq!((answer.status, answer.content_type), (401, "application/problem+json"));
        assert_eq!(
            answer.body,
            r#"{"code":"signature-invalid","detail":"keyid is missing","fix":"integrator","message":{"en":"The till's software made a mistake. Call technical support.","zh-Hans":"收银系统出错，请联系技术支持。"},"retryable":false,"status":401,"title":"The request's signature is not valid.","type":"/docs#signature-invalid"}"#
        );
    }

    #[test]
    fn a_401_and_nothing_else_asks_for_a_signature() {
        let asked = answer(&Refusal::SignatureMissing).headers;
        let names: Vec<_> = asked.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["WWW-Authenticate", "Accept-Signature"]);
        assert_eq!(answer(&Refusal::ShopSuspended).headers, []);
        let allow = Refusal::MethodNotAllowed { allow: "POST, OPTIONS" };
        assert_eq!(answer(&allow).headers, [("Allow", "POST, OPTIONS".to_owned())]);
    }

    #[test]
    fn the_evidence_stands_beside_the_words() {
        let at = Timestamp::from_millis(1_770_350_645_123);
        let time = json!("2026-02-06T04:04:05.123Z");
        let (amount, currency) = (Amount::from(3000), "CNY".parse().unwrap());
        let minimum = Price { amount, currency, digits: 2 };
        for (refusal, evidence) in [
            (Refusal::SignatureStale { edge_time: at }, json!({ "edge_time": time })),
            (Refusal::RedemptionReversed { at }, json!({ "reversed_at": time })),
            (Refusal::CurrencyMismatch { expected: currency }, json!({ "currency": "CNY" })),
            (Refusal::NotYetValid { from: at }, json!({ "valid_from": time })),
            (Refusal::Expired { at }, json!({ "expired_at": time })),
            (
                Refusal::BelowMinimumSpend { minimum },
                json!({ "minimum_spend": 3000, "currency": "CNY" }),
            ),
            (Refusal::AlreadyRedeemed { at, till: None }, json!({ "redeemed_at": time })),
            (
                Refusal::AlreadyRedeemed { at, till: Some(2) },
                json!({ "redeemed_at": time, "till": 2 }),
            ),
            (Refusal::ReversalTooLate { until: at }, json!({ "reversible_until": time })),
            (
                Refusal::TokenMalformed(Malformed::Length),
                json!({ "detail": "a token is exactly 71 ASCII characters, or 135 in version 2" }),
            ),
            (Refusal::MalformedRequest("why".to_owned()), json!({ "detail": "why" })),
            (Refusal::LimitReached, json!({})),
        ] {
            let document = Problem::of_refusal(&refusal, UtcOffset::CHINA).document();
            let plain = ["type", "title", "status", "code", "retryable", "fix", "message"];
            let mut fields = document.as_object().unwrap().clone();
            fields.retain(|name, _| !plain.contains(&name.as_str()));
            assert_eq!(Value::Object(fields), evidence, "{refusal:?}");
        }
    }

    #[test]
    fn a_fault_says_nothing_of_the_inside() {
        let busy = Problem::of_fault(&Fault::Busy("KV is down".to_owned())).answer(None);
        assert_eq!((busy.status, busy.headers), (503, vec![("Retry-After", "1".to_owned())]));
        assert!(!busy.body.contains("KV"));
        let fault = Problem::of_fault(&Fault::Internal("a bug".to_owned())).answer(None);
        assert_eq!((fault.status, fault.headers), (500, vec![]));
        assert!(!fault.body.contains("bug"));
    }
}
