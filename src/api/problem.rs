//! Problem documents ([RFC 9457]): how a refusal or a fault is told to a client.
//!
//! [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457

use serde_json::{Map, Value, json};

use super::Answer;
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
        if problem.code.meaning().status == 401 {
            // RFC 9110 section 11.6.1 wants it; which signature, Accept-Signature says.
            problem.headers.push(("WWW-Authenticate", "Signature".to_owned()));
        }
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

    /// The response; a 401 says which signature the call takes.
    pub fn answer(&self, accept_signature: Option<String>) -> Answer {
        let status = self.code.meaning().status;
        let mut headers = self.headers.clone();
        if let (401, Some(accepted)) = (status, accept_signature) {
            headers.push(("Accept-Signature", accepted));
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
