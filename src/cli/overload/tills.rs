//! The tills and what they send. The n-th redemption is a function of n, so that what was accepted
//! can be asked for again.

use std::sync::Arc;

use anyhow::Context as _;

use crate::cli::local::Issuer;
use crate::signature::{Component, SignedRequest, content_digest, sign};
use crate::till::{Till, TillKey};

/// Shops of one till each; many, as at night of a launch.
const SHOPS: u32 = 1000;

const PATH: &str = "/v1/redemptions";

/// Tills with their keys, and the issuer of their coupons.
pub(super) struct Tills {
    issuer: Arc<Issuer>,
    authority: String,
    tills: Vec<(Till, TillKey)>,
}

impl Tills {
    /// Tills of shops 1 and up, that call the edge on this port.
    pub(super) fn enrol(issuer: Arc<Issuer>, port: u16) -> anyhow::Result<Self> {
        let tills = (1..=SHOPS).map(|shop| issuer.enrol(shop, 1)).collect::<anyhow::Result<_>>()?;
        Ok(Self { issuer, authority: format!("127.0.0.1:{port}"), tills })
    }

    /// The host that they sign for.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// The n-th redemption, signed at this Unix second, as it goes over the wire.
    pub(super) fn redemption(&self, n: u64, created: u64) -> anyhow::Result<Vec<u8>> {
        let body = self.order(n)?;
        let key = format!("bill-{n}");
        let digest = content_digest(body.as_bytes());
        let signed = SignedRequest {
            method: "POST",
            authority: &self.authority,
            path: PATH,
            query: "?",
            content_digest: Some(&digest),
            idempotency_key: Some(&key),
            body: body.as_bytes(),
        };
        let count = self.tills.len().max(1);
        let till = usize::try_from(n)?.checked_rem(count).and_then(|index| self.tills.get(index));
        let (till, till_key) = till.context("no tills")?;
        let headers = sign(&signed, Component::required(true, true), till, till_key, created);
        let (authority, length) = (&self.authority, body.len());
        let (input, signature) = (headers.signature_input, headers.signature);
        Ok(format!(
            "POST {PATH} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nContent-Digest: {digest}\r\nIdempotency-Key: {key}\r\n\
             Signature-Input: {input}\r\nSignature: {signature}\r\n\r\n{body}"
        )
        .into_bytes())
    }

    fn order(&self, n: u64) -> anyhow::Result<String> {
        let token = self.issuer.coupon(n)?.token;
        Ok(format!("{{\"token\":\"{token}\",\"order_amount\":3000,\"currency\":\"CNY\"}}"))
    }
}
