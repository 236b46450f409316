//! What every answer and every line of the log must be.

use serde_json::Value;

use super::issuer::{issuer_root, pos_root};
use super::{Answer, Edge, Till};
use coupon_edge::token::{CouponKey, KeyId};

impl Answer {
    /// That it is this refusal, in every respect that all refusals share, and that its detail (if
    /// it must have one) says this.
    #[track_caller]
    pub fn assert_refusal(&self, what: &str, status: u16, code: &str, detail: &str) {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{what}: {self:?}");
        assert_eq!(self.body["status"], status, "{what}");
        let type_uri = format!("/docs#{code}");
        assert_eq!(self.body["type"], type_uri.as_str(), "{what}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{what}");
        let said = self.body["detail"].as_str().unwrap_or_default();
        assert!(said.contains(detail), "{what}: {said:?} does not say {detail:?}");
    }
}

impl Edge {
    /// Holds the log against these answers: each has its line, every line is one JSON object with a
    /// request id, and none gives away a token or a secret.
    pub fn audit(&self, answers: &[Answer], tills: &[&Till<'_>]) {
        for answer in answers {
            assert!(answer.status < 500, "{answer:?}");
            let id = answer.header("request-id").expect("a Request-Id");
            let line = self.log_line(|line| line["request_id"] == id);
            assert_eq!(line["status"], answer.status, "{line}");
            if answer.status >= 400 {
                assert_eq!(line["code"], answer.code(), "{line}");
                assert_eq!(line["rows_written"], 0, "a refusal wrote: {line}");
            }
        }
        let campaign = self.issuer.campaign.campaign;
        let coupon_key = |kid| CouponKey::secret(&issuer_root(), KeyId { campaign, kid }).reveal();
        let mut secrets = vec![issuer_root().reveal(), pos_root(0).reveal(), pos_root(1).reveal()];
        secrets.extend([coupon_key(1), coupon_key(2)]);
        secrets.extend(tills.iter().map(|till| till.key.reveal()));

        let lines = self.log();
        assert!(lines.len() >= answers.len(), "{} lines for {}", lines.len(), answers.len());
        for line in lines {
            let parsed: Value = serde_json::from_str(&line)
                .unwrap_or_else(|why| panic!("{why} in the log line {line}"));
            assert!(parsed.is_object() && parsed["request_id"].is_string(), "{line}");
            assert!(!has_token(&line), "a token is in the log: {line}");
            for secret in &secrets {
                assert!(!line.contains(secret), "a secret is in the log: {line}");
            }
        }
    }
}

fn has_token(text: &str) -> bool {
    ["C1.", "C2."].iter().flat_map(|prefix| text.match_indices(prefix)).any(|(at, prefix)| {
        let rest = text[at + prefix.len()..].bytes();
        rest.take_while(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte)).count() >= 68
    })
}

#[test]
fn a_token_is_found_anywhere_in_a_line() {
    let issuer = super::Issuer::new();
    for token in [issuer.coupon(), issuer.offline_coupon()] {
        assert!(has_token(&token) && has_token(&format!("{{\"why\":\"C1.x {token}\"}}")));
        assert!(!has_token(&token[..70]));
    }
    assert!(!has_token("C1. and more"));
}
