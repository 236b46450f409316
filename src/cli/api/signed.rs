//! The signed request of the examples, and of `docs/signing.md`.

use anyhow::{Context, anyhow};

use crate::secret::Root;
use crate::signature::{
    AuthenticatedTill, Component, SignatureHeaders, SignedRequest, Verifier, content_digest, sign,
};
use crate::till::{KeyVersion, PosRoots, Till, TillKey};
use crate::time::Timestamp;

/// Where the examples' edge is.
pub(super) const AUTHORITY: &str = "coupons.example";

/// The examples' idempotency key.
pub(super) const KEY: &str = "bill-4711";

/// When the examples happen: 2026-02-06T04:04:05Z.
pub(super) const CREATED: u64 = 1_770_350_645;

/// A public root: no edge has it.
const POS_ROOT: [u8; 32] = [0x53; 32];

/// A redemption's request with its signature.
pub(super) struct Signed {
    pub(super) secret: String,
    pub(super) body: String,
    pub(super) digest: String,
    pub(super) headers: SignatureHeaders,
    /// The text that is signed.
    pub(super) base: String,
}

impl Signed {
    pub(super) fn new(body: String) -> anyhow::Result<Self> {
        let key_version = KeyVersion::new(0, 1).context("the key version is too big")?;
        let till = Till {
            shop: 1001,
            till: 2,
            chain: 7,
            groups: 5,
            key_version,
            not_after: 1_804_896_000,
        };
        let key = TillKey::derive(&Root::from_bytes(POS_ROOT), &till);
        let digest = content_digest(body.as_bytes());
        let components = Component::required(true, true);
        let request = request(&digest, body.as_bytes());
        let headers = sign(&request, components, &till, &key, CREATED);

        let params = headers.signature_input.trim_start_matches("sig=");
        let values = components.iter().filter_map(|c| Some((c.name(), c.value(&request)?)));
        let lines = values.chain([("@signature-params", params)]);
        let lines: Vec<_> = lines.map(|(name, value)| format!("\"{name}\": {value}")).collect();
        let (secret, base) = (key.reveal(), lines.join("\n"));
        Ok(Self { secret, body, digest, headers, base })
    }

    /// Who the edge takes the request for.
    pub(super) fn verified(&self) -> anyhow::Result<AuthenticatedTill> {
        let mut roots = PosRoots::default();
        roots.insert(0, Root::from_bytes(POS_ROOT)).context("there is no root 0")?;
        let headers = &self.headers;
        Verifier::new(roots, vec![AUTHORITY.to_owned()])
            .verify(
                &request(&self.digest, self.body.as_bytes()),
                (Some(&headers.signature_input), Some(&headers.signature)),
                Component::required(true, true),
                Timestamp::from_millis(CREATED * 1000),
            )
            .map_err(|why| anyhow!("the example's signature: {why:?}"))
    }
}

fn request<'a>(digest: &'a str, body: &'a [u8]) -> SignedRequest<'a> {
    SignedRequest {
        method: "POST",
        authority: AUTHORITY,
        path: "/v1/redemptions",
        query: "?",
        content_digest: Some(digest),
        idempotency_key: Some(KEY),
        body,
    }
}
