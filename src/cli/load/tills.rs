//! The tills and what they send. What the n-th customer wants is a function of n, so that it can be
//! asked for again.

use std::sync::Arc;

use anyhow::Context as _;

use crate::cli::local::Issuer;
use crate::signature::{Component, SignedRequest, content_digest, sign};
use crate::till::{Till, TillKey};

/// Shops of one till each; many, as at night of a launch.
const SHOPS: u32 = 1000;

/// Tills with their keys, and the issuer of their coupons.
pub(crate) struct Tills {
    issuer: Arc<Issuer>,
    authority: String,
    tills: Vec<(Till, TillKey)>,
}

/// What the n-th customer's till asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask<'a> {
    /// What the coupon is worth.
    Check(u64),
    /// To redeem the coupon; asked again it is the same request.
    Redeem(u64),
    /// To redeem it at another shop.
    RedeemElsewhere(u64),
    /// To redeem what looks like the coupon, but nobody signed it.
    RedeemForged(u64),
    /// To redeem it where nobody asks for a signature, at `/redeem`.
    RedeemUnsigned(u64),
    /// To redeem so many coupons from the n-th on, in one call; asked again it is the same.
    Batch(u64, u16),
    /// The same where nobody asks for a signature, at `/redeem/batch`.
    BatchUnsigned(u64, u16),
    /// To undo the redemption with this id.
    Reverse(u64, &'a str),
}

impl Tills {
    /// Tills of shops 1 and up, that call the edge on this port.
    pub(crate) fn enrol(issuer: Arc<Issuer>, port: u16) -> anyhow::Result<Self> {
        let tills = (1..=SHOPS).map(|shop| issuer.enrol(shop, 1)).collect::<anyhow::Result<_>>()?;
        Ok(Self { issuer, authority: format!("127.0.0.1:{port}"), tills })
    }

    /// The host that they sign for.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// The request, signed at this Unix second, as it goes over the wire.
    pub(crate) fn request(&self, ask: Ask<'_>, created: u64) -> anyhow::Result<Vec<u8>> {
        const REDEEM: &str = "/v1/redemptions";
        let key = |n| Some(format!("bill-{n}"));
        match ask {
            Ask::Check(n) => {
                self.signed(n, "/v1/coupons/check", None, &self.order(n, false)?, created)
            }
            Ask::Redeem(n) => self.signed(n, REDEEM, key(n), &self.order(n, false)?, created),
            Ask::RedeemElsewhere(n) => {
                self.signed(n + 1, REDEEM, key(n), &self.order(n, false)?, created)
            }
            Ask::RedeemForged(n) => self.signed(n, REDEEM, key(n), &self.order(n, true)?, created),
            Ask::RedeemUnsigned(n) => Ok(self.unsigned("/redeem", &self.order(n, false)?)),
            Ask::Batch(n, count) => {
                let items = (n..n + u64::from(count)).map(|n| {
                    let token = self.issuer.coupon(n)?.token;
                    Ok(format!(
                        "{{\"txn\":\"bill-{n}\",\"token\":\"{token}\",\"order_amount\":3000,\
                         \"currency\":\"CNY\"}}"
                    ))
                });
                let items = items.collect::<anyhow::Result<Vec<_>>>()?.join(",");
                let body = format!("{{\"items\":[{items}]}}");
                self.signed(n, "/v1/redemptions/batch", key(n), &body, created)
            }
            Ask::BatchUnsigned(n, count) => {
                let tokens = (n..n + u64::from(count))
                    .map(|n| Ok(format!("\"{}\"", self.issuer.coupon(n)?.token)));
                let tokens = tokens.collect::<anyhow::Result<Vec<_>>>()?.join(",");
                Ok(self.unsigned("/redeem/batch", &format!("{{\"tokens\":[{tokens}]}}")))
            }
            Ask::Reverse(n, id) => {
                self.signed(n, &format!("{REDEEM}/{id}/reversal"), key(n), "", created)
            }
        }
    }

    fn unsigned(&self, path: &str, body: &str) -> Vec<u8> {
        let (host, length) = (&self.authority, body.len());
        format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// The n-th till's `POST`; a write has a key.
    fn signed(
        &self,
        n: u64,
        path: &str,
        key: Option<String>,
        body: &str,
        created: u64,
    ) -> anyhow::Result<Vec<u8>> {
        let digest = content_digest(body.as_bytes());
        let signed = SignedRequest {
            method: "POST",
            authority: &self.authority,
            path,
            query: "?",
            content_digest: Some(&digest),
            idempotency_key: key.as_deref(),
            body: body.as_bytes(),
        };
        let count = self.tills.len().max(1);
        let till = usize::try_from(n)?.checked_rem(count).and_then(|index| self.tills.get(index));
        let (till, till_key) = till.context("no tills")?;
        let components = Component::required(true, key.is_some());
        let headers = sign(&signed, components, till, till_key, created);
        let (authority, length) = (&self.authority, body.len());
        let (input, signature) = (headers.signature_input, headers.signature);
        let key = key.map_or_else(String::new, |key| format!("Idempotency-Key: {key}\r\n"));
        Ok(format!(
            "POST {path} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nContent-Digest: {digest}\r\n{key}\
             Signature-Input: {input}\r\nSignature: {signature}\r\n\r\n{body}"
        )
        .into_bytes())
    }

    fn order(&self, n: u64, forged: bool) -> anyhow::Result<String> {
        let mut token = self.issuer.coupon(n)?.token;
        if forged && let Some(last) = token.pop() {
            token.push(if last == 'A' { 'B' } else { 'A' });
        }
        Ok(format!("{{\"token\":\"{token}\",\"order_amount\":3000,\"currency\":\"CNY\"}}"))
    }
}
