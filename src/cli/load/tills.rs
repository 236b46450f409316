//! The tills and what they send. What the n-th customer wants is a function of n, so that it can be
//! asked for again. Where there are too many shops to keep, a till is enrolled when it is needed.

use std::sync::Arc;

use anyhow::Context as _;

use crate::cli::local::Issuer;
use crate::signature::{Component, SignedRequest, content_digest, sign};
use crate::till::{Till, TillKey};

/// Shops of one till each; many, as at night of a launch.
const SHOPS: u32 = 1000;

const REDEEM: &str = "/v1/redemptions";

/// Tills with their keys, and the issuer of their coupons.
pub(crate) struct Tills {
    issuer: Arc<Issuer>,
    authority: String,
    tills: Vec<Enrolled>,
}

/// One till, and the secret it signs with.
pub(crate) type Enrolled = (Till, TillKey);

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

    /// The first till of any shop. That is derived and not looked up, so that 300,000 shops take no
    /// more memory than one.
    pub(crate) fn of_shop(&self, shop: u32, chain: u16) -> anyhow::Result<Enrolled> {
        self.issuer.enrol_of_chain(shop, 1, chain)
    }

    /// This till's request to redeem the n-th coupon, or what looks like it but nobody signed.
    pub(crate) fn redemption(
        &self,
        by: &Enrolled,
        n: u64,
        key: &str,
        forged: bool,
        created: u64,
    ) -> anyhow::Result<Vec<u8>> {
        Ok(self.signed(by, REDEEM, Some(key), &self.order(n, forged)?, created))
    }

    /// This till's request to undo the redemption with this id.
    pub(crate) fn reversal(&self, by: &Enrolled, id: &str, key: &str, created: u64) -> Vec<u8> {
        self.signed(by, &format!("{REDEEM}/{id}/reversal"), Some(key), "", created)
    }

    /// The request, signed at this Unix second, as it goes over the wire.
    pub(crate) fn request(&self, ask: Ask<'_>, created: u64) -> anyhow::Result<Vec<u8>> {
        let key = |n| format!("bill-{n}");
        let (by, n) = match ask {
            Ask::RedeemElsewhere(n) => (self.till(n + 1)?, n),
            Ask::Check(n)
            | Ask::Redeem(n)
            | Ask::RedeemForged(n)
            | Ask::RedeemUnsigned(n)
            | Ask::Batch(n, _)
            | Ask::BatchUnsigned(n, _)
            | Ask::Reverse(n, _) => (self.till(n)?, n),
        };
        match ask {
            Ask::Check(_) => {
                Ok(self.signed(by, "/v1/coupons/check", None, &self.order(n, false)?, created))
            }
            Ask::Redeem(_) | Ask::RedeemElsewhere(_) => {
                self.redemption(by, n, &key(n), false, created)
            }
            Ask::RedeemForged(_) => self.redemption(by, n, &key(n), true, created),
            Ask::RedeemUnsigned(_) => Ok(self.unsigned("/redeem", &self.order(n, false)?)),
            Ask::Batch(_, count) => {
                let body = self.list(n, count, "items", |n, token| {
                    format!(
                        "{{\"txn\":\"bill-{n}\",\"token\":\"{token}\",\"order_amount\":3000,\
                         \"currency\":\"CNY\"}}"
                    )
                })?;
                Ok(self.signed(by, &format!("{REDEEM}/batch"), Some(&key(n)), &body, created))
            }
            Ask::BatchUnsigned(_, count) => {
                let body = self.list(n, count, "tokens", |_, token| format!("\"{token}\""))?;
                Ok(self.unsigned("/redeem/batch", &body))
            }
            Ask::Reverse(_, id) => Ok(self.reversal(by, id, &key(n), created)),
        }
    }

    /// A body with a list that has something about each of so many coupons, from the n-th on.
    fn list(
        &self,
        n: u64,
        count: u16,
        name: &str,
        item: impl Fn(u64, String) -> String,
    ) -> anyhow::Result<String> {
        let items = (n..n + u64::from(count)).map(|n| Ok(item(n, self.issuer.coupon(n)?.token)));
        let items = items.collect::<anyhow::Result<Vec<_>>>()?.join(",");
        Ok(format!("{{\"{name}\":[{items}]}}"))
    }

    fn unsigned(&self, path: &str, body: &str) -> Vec<u8> {
        let (host, length) = (&self.authority, body.len());
        format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// The n-th customer's till, of those that are kept.
    fn till(&self, n: u64) -> anyhow::Result<&Enrolled> {
        let count = self.tills.len().max(1);
        let till = usize::try_from(n)?.checked_rem(count).and_then(|index| self.tills.get(index));
        till.context("no tills")
    }

    /// A till's `POST`; a write has a key.
    fn signed(
        &self,
        (till, till_key): &Enrolled,
        path: &str,
        key: Option<&str>,
        body: &str,
        created: u64,
    ) -> Vec<u8> {
        let digest = content_digest(body.as_bytes());
        let signed = SignedRequest {
            method: "POST",
            authority: &self.authority,
            path,
            query: "?",
            content_digest: Some(&digest),
            idempotency_key: key,
            body: body.as_bytes(),
        };
        let components = Component::required(true, key.is_some());
        let headers = sign(&signed, components, till, till_key, created);
        let (authority, length) = (&self.authority, body.len());
        let (input, signature) = (headers.signature_input, headers.signature);
        let key = key.map_or_else(String::new, |key| format!("Idempotency-Key: {key}\r\n"));
        format!(
            "POST {path} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nContent-Digest: {digest}\r\n{key}\
             Signature-Input: {input}\r\nSignature: {signature}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    fn order(&self, n: u64, forged: bool) -> anyhow::Result<String> {
        let mut token = self.issuer.coupon(n)?.token;
        if forged && let Some(last) = token.pop() {
            token.push(if last == 'A' { 'B' } else { 'A' });
        }
        Ok(format!("{{\"token\":\"{token}\",\"order_amount\":3000,\"currency\":\"CNY\"}}"))
    }
}
