//! Calls as a till makes them, each part of which a test can spoil.

use coupon_edge::api::split_url;
use coupon_edge::signature::{Component, SignedRequest, content_digest, sign};
use coupon_edge::till::{Till as Attributes, TillKey};
use serde_json::{Value, json};
use ureq::http::Request;

use super::Edge;
use super::issuer::{now_s, till_key};

/// A till that calls an edge.
pub struct Till<'a> {
    edge: &'a Edge,
    pub attributes: Attributes,
    pub key: TillKey,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
    pub body: Value,
}

/// A call that is not sent yet.
pub struct Call<'a> {
    pub till: &'a Till<'a>,
    pub method: String,
    pub path: String,
    pub key: Option<String>,
    pub body: Option<Vec<u8>>,
    pub content_type: Option<String>,
    /// Seconds that the till's clock is ahead.
    pub clock: i64,
    /// Changes headers after signing; an empty value takes the header away.
    pub headers: Vec<(String, String)>,
    /// Takes the place of the body after signing.
    pub sent_body: Option<Vec<u8>>,
}

impl<'a> Till<'a> {
    pub fn new(edge: &'a Edge, attributes: Attributes) -> Self {
        Self { edge, attributes, key: till_key(&attributes) }
    }

    pub fn edge(&self) -> &'a Edge {
        self.edge
    }

    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        Call {
            till: self,
            method: method.to_owned(),
            path: path.to_owned(),
            key: None,
            body: None,
            content_type: None,
            clock: 0,
            headers: Vec::new(),
            sent_body: None,
        }
    }

    pub fn post(&self, path: &str, key: Option<&str>, body: &Value) -> Call<'_> {
        let mut call = self.call("POST", path);
        call.key = key.map(str::to_owned);
        call.body = Some(body.to_string().into_bytes());
        call.content_type = Some("application/json".to_owned());
        call
    }

    /// An order of CNY 30.00.
    pub fn redemption(&self, token: &str, key: &str) -> Call<'_> {
        self.post("/v1/redemptions", Some(key), &order(token))
    }

    pub fn redeem(&self, token: &str, key: &str) -> Answer {
        self.redemption(token, key).send()
    }

    /// A batch of items.
    pub fn batch(&self, items: &[Value]) -> Call<'_> {
        self.post("/v1/redemptions/batch", Some("batch"), &json!({ "items": items }))
    }

    pub fn check(&self, token: &str) -> Answer {
        self.post("/v1/coupons/check", None, &order(token)).send()
    }

    pub fn reverse(&self, id: &str, key: &str) -> Answer {
        let mut call = self.call("POST", &format!("/v1/redemptions/{id}/reversal"));
        call.key = Some(key.to_owned());
        call.body = Some(Vec::new());
        call.send()
    }

    pub fn cancel(&self, token: &str, redemption_key: &str) -> Answer {
        let body = json!({ "token": token, "redemption_key": redemption_key });
        self.post("/v1/redemptions/cancel", Some("cancel"), &body).send()
    }

    pub fn find(&self, id: &str) -> Answer {
        self.call("GET", &format!("/v1/redemptions/{id}")).send()
    }

    pub fn receipt(&self, id: &str) -> Answer {
        self.call("GET", &format!("/v1/redemptions/{id}/receipt")).send()
    }
}

/// The body of a redemption of an order of CNY 30.00.
pub fn order(token: &str) -> Value {
    json!({ "token": token, "order_amount": 3000, "currency": "CNY" })
}

/// An item of a batch, on an order of CNY 30.00.
pub fn item(token: &str, txn: &str) -> Value {
    json!({ "txn": txn, "token": token, "order_amount": 3000, "currency": "CNY" })
}

impl Call<'_> {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn clock(mut self, ahead: i64) -> Self {
        self.clock = ahead;
        self
    }

    pub fn send(self) -> Answer {
        self.try_send().unwrap()
    }

    /// Sends; an error when no answer came.
    pub fn try_send(self) -> Result<Answer, ureq::Error> {
        let edge = self.till.edge;
        let url = format!("{}{}", edge.url, self.path);
        let headers = self.sent_headers(&edge.url);
        let mut request = Request::builder().method(self.method.as_str()).uri(&url);
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let response = match self.sent_body.or(self.body) {
            Some(body) => edge.agent.run(request.body(body)?)?,
            None => edge.agent.run(request.body(())?)?,
        };
        let (head, mut body) = response.into_parts();
        let text = body.read_to_string()?;
        let headers = head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
        Ok(Answer {
            status: head.status.as_u16(),
            headers: headers.collect(),
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        })
    }

    /// The headers of the call, signed and then changed.
    pub fn sent_headers(&self, edge: &str) -> Vec<(String, String)> {
        let mut headers = self.signed_headers(&format!("{edge}{}", self.path));
        for (name, value) in &self.headers {
            headers.retain(|(have, _)| !have.eq_ignore_ascii_case(name));
            if !value.is_empty() {
                headers.push((name.clone(), value.clone()));
            }
        }
        headers
    }

    /// The headers of the call, correctly signed.
    pub fn signed_headers(&self, url: &str) -> Vec<(String, String)> {
        let (authority, path, query) = split_url(url);
        let body = self.body.as_deref();
        let digest = content_digest(body.unwrap_or_default());
        let request = SignedRequest {
            method: &self.method,
            authority,
            path,
            query,
            content_digest: body.map(|_| digest.as_str()),
            idempotency_key: self.key.as_deref(),
            body: body.unwrap_or_default(),
        };
        let components = Component::required(body.is_some(), self.key.is_some());
        let created = u64::try_from(i64::from(now_s()) + self.clock).unwrap();
        let Till { attributes, key, .. } = self.till;
        let signature = sign(&request, components, attributes, key, created);
        let mut headers = vec![
            ("Signature-Input".to_owned(), signature.signature_input),
            ("Signature".to_owned(), signature.signature),
        ];
        let mut add = |name: &str, value: Option<String>| {
            headers.extend(value.map(|value| (name.to_owned(), value)));
        };
        add("Content-Digest", body.map(|_| digest.clone()));
        add("Content-Type", self.content_type.clone());
        add("Idempotency-Key", self.key.clone());
        headers
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The refusal's code, or the status of a success.
    pub fn code(&self) -> String {
        self.body["code"].as_str().map_or_else(|| self.status.to_string(), str::to_owned)
    }

    /// What became of the items of a batch.
    pub fn results(&self) -> &[Value] {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body["results"].as_array().expect("results")
    }

    /// The codes of the refused items, the statuses of the others.
    pub fn result_codes(&self) -> Vec<String> {
        let code = |result: &Value| match result["problem"]["code"].as_str() {
            Some(code) => code.to_owned(),
            None => result["status"].to_string(),
        };
        self.results().iter().map(code).collect()
    }

    pub fn id(&self) -> String {
        self.body["id"].as_str().expect("a redemption").to_owned()
    }
}
