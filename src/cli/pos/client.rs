//! A till's client: signs a call, sends it, gives back what was answered.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

use crate::api::split_url;
use crate::signature::{Component, SignedRequest, content_digest, sign};
use crate::till::{Till, TillKey};

/// Calls the edge as one till.
#[derive(Debug)]
pub struct PosClient {
    base: String,
    till: Till,
    key: TillKey,
    clock_ahead_s: i64,
    agent: Agent,
}

/// How a till goes about its calls.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// How long it waits for an answer.
    pub timeout: Duration,
    /// By how much its clock is ahead of this machine's.
    pub clock_ahead_s: i64,
    /// Whether it makes several calls over one connection.
    pub keeps_connections: bool,
}

impl Default for Habits {
    /// A till does not wait longer than 10 s: there is a queue. It tries again with the same key.
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), clock_ahead_s: 0, keeps_connections: true }
    }
}

/// What the edge answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// Whether it was answered before: `Idempotency-Replayed: true`.
    pub replayed: bool,
    /// The request's id in the edge's log.
    pub request_id: String,
    /// The body, `null` when it is no JSON.
    pub body: Value,
}

/// No whole answer came, so what the call did is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAnswer {
    /// The address of the edge.
    pub edge: String,
}

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no answer from {}", self.edge)
    }
}

impl std::error::Error for NoAnswer {}

impl PosClient {
    /// Calls the edge at this address as this till.
    pub fn new(base: &str, till: Till, key: TillKey, habits: Habits) -> Self {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(habits.timeout))
            .max_redirects(0);
        if !habits.keeps_connections {
            config = config.max_idle_connections(0);
        }
        let base = base.trim_end_matches('/').to_owned();
        let clock_ahead_s = habits.clock_ahead_s;
        Self { base, till, key, clock_ahead_s, agent: config.build().into() }
    }

    /// A signed `GET`.
    ///
    /// # Errors
    /// [`NoAnswer`], or another when nothing was sent.
    pub fn get(&self, path: &str) -> Result<Answered> {
        self.send("GET", path, None, None)
    }

    /// A signed `POST`; a write has a key.
    ///
    /// # Errors
    /// [`NoAnswer`]: what the call did is then unknown. With any other error nothing was sent.
    pub fn post(&self, path: &str, key: Option<&str>, body: Option<&Value>) -> Result<Answered> {
        let body = body.map_or(String::new(), Value::to_string);
        self.send("POST", path, key, Some(&body))
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: Option<&str>,
    ) -> Result<Answered> {
        let url = format!("{}{path}", self.base);
        let (authority, path, query) = split_url(&url);
        let digest = content_digest(body.unwrap_or_default().as_bytes());
        let signed = SignedRequest {
            method,
            authority,
            path,
            query,
            content_digest: body.map(|_| digest.as_str()),
            idempotency_key: key,
            body: body.unwrap_or_default().as_bytes(),
        };
        let components = Component::required(body.is_some(), key.is_some());
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let created = now.saturating_add_signed(self.clock_ahead_s);
        let headers = sign(&signed, components, &self.till, &self.key, created);

        let mut request = Request::builder()
            .method(method)
            .uri(&url)
            .header("Signature-Input", headers.signature_input)
            .header("Signature", headers.signature);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let no_answer = || NoAnswer { edge: self.base.clone() };
        let response = match body {
            None => self.agent.run(request.body(())?),
            Some(body) => {
                let request = request
                    .header("Content-Type", "application/json")
                    .header("Content-Digest", &digest);
                self.agent.run(request.body(body.to_owned())?)
            }
        };
        let mut response = response.with_context(no_answer)?;
        let header = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        Ok(Answered {
            status: response.status().as_u16(),
            replayed: header("idempotency-replayed").as_deref() == Some("true"),
            request_id: header("request-id").unwrap_or_default(),
            body: response
                .body_mut()
                .read_to_string()
                .with_context(no_answer)
                .map(|body| serde_json::from_str(&body).unwrap_or_default())?,
        })
    }
}
