//! The tills and what they send. The n-th redemption is a function of n, so that what was accepted
//! can be asked for again.

use anyhow::Context as _;

use crate::campaign::{CampaignId, Serial};
use crate::secret::Root;
use crate::signature::{Component, SignedRequest, content_digest, sign};
use crate::till::{KeyVersion, Till, TillKey};
use crate::token::{Coupon, CouponFields, CouponKey, KeyId};

/// Shops of one till each; many, as at night of a launch.
const SHOPS: u32 = 1000;

const PATH: &str = "/v1/redemptions";

const DAY: u32 = 86_400;

/// Tills with their keys, and the key that signs coupons.
pub(super) struct Tills {
    authority: String,
    kid: KeyId,
    coupon_key: CouponKey,
    tills: Vec<(Till, TillKey)>,
    now: u32,
}

impl Tills {
    /// Tills of shops 1 and up, that call the edge on this port.
    pub(super) fn enrol(campaign: CampaignId, port: u16, now: u32) -> anyhow::Result<Self> {
        let kid = KeyId { campaign, kid: 1 };
        let key_version = KeyVersion::new(0, 1).context("issue 1 under root 0")?;
        let tills = (1..=SHOPS).map(|shop| {
            let not_after = now + DAY;
            let till = Till { shop, till: 1, chain: 0, groups: 1, key_version, not_after };
            (till, TillKey::derive(&pos_root(), &till))
        });
        Ok(Self {
            authority: format!("127.0.0.1:{port}"),
            kid,
            coupon_key: CouponKey::derive(&issuer_root(), kid),
            tills: tills.collect(),
            now,
        })
    }

    /// The host that they sign for.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// What an edge must know to serve them.
    pub(super) fn edge_secrets(&self) -> Vec<(String, String)> {
        let KeyId { campaign, kid } = self.kid;
        let coupon_key = CouponKey::secret(&issuer_root(), self.kid).reveal();
        vec![
            ("COUPON_KEYS".to_owned(), format!("{{\"{campaign}/{kid}\":\"{coupon_key}\"}}")),
            ("POS_ROOTS".to_owned(), format!("{{\"0\":\"{}\"}}", pos_root().reveal())),
        ]
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
        let [a, b, c, d, e, f, g, h] = n.to_be_bytes();
        let coupon = Coupon::new(CouponFields {
            campaign: self.kid.campaign,
            serial: Serial::from_bytes([a, b, c, d, e, f, g, h, 0, 0, 0, 0]),
            value: 2500,
            not_before: self.now - DAY,
            not_after: self.now + DAY,
            scope: 0,
            flags: 0,
        });
        let coupon = coupon.ok().context("a coupon")?;
        let token = coupon.mint(&self.coupon_key).context("the key is the coupon's")?;
        Ok(format!("{{\"token\":\"{token}\",\"order_amount\":3000,\"currency\":\"CNY\"}}"))
    }
}

fn issuer_root() -> Root {
    Root::from_bytes([1; 32])
}

fn pos_root() -> Root {
    Root::from_bytes([2; 32])
}
