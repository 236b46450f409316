//! The issuer's signature on a policy document: Ed25519 ([RFC 8032]).
//!
//! The text in KV is a line `P1 <base64url of the 64-byte signature>` and then the JSON document,
//! byte for byte as it was signed. Signed is `coupon-edge/policy/v1`, a line feed, the KV key, a line feed and
//! the document: so a document published under another key is not accepted.
//!
//! [RFC 8032]: https://www.rfc-editor.org/rfc/rfc8032

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::{MAX_BYTES, Policy, Rejected};
use crate::base64url;

const MARK: &str = "P1 ";
const CONTEXT: &[u8] = b"coupon-edge/policy/v1\n";

/// The public keys whose policies an edge takes: the issuer's, and while it rotates also the next.
#[derive(Debug, Clone)]
pub struct PolicyKeys(Vec<VerifyingKey>);

impl PolicyKeys {
    /// Reads public keys, base64url of 32 bytes each, separated by commas; `None` when there is
    /// none or one cannot be read.
    pub fn parse(text: &str) -> Option<Self> {
        text.split(',')
            .map(|key| VerifyingKey::from_bytes(&base64url::decode(key.trim())?).ok())
            .collect::<Option<Vec<_>>>()
            .map(Self)
    }
}

/// Signs a document for publication under a KV key.
pub fn sign(kv_key: &str, document: &str, issuer: &SigningKey) -> String {
    let signature = issuer.sign(&message(kv_key, document));
    format!("{MARK}{}\n{document}", base64url::encode(&signature.to_bytes()))
}

/// Opens what was found in KV: checks the signature, then reads the policy.
///
/// # Errors
/// [`Rejected::TooLarge`], [`Rejected::NotSigned`], [`Rejected::Document`], or
/// [`Rejected::Foreign`] when the document belongs under another key.
pub fn open<P: Policy>(kv_key: &str, published: &str, keys: &PolicyKeys) -> Result<P, Rejected> {
    if published.len() > MAX_BYTES {
        return Err(Rejected::TooLarge);
    }
    let (line, document) = published.split_once('\n').ok_or(Rejected::NotSigned)?;
    let signature = line.strip_prefix(MARK).and_then(base64url::decode::<64>);
    let signature = Signature::from_bytes(&signature.ok_or(Rejected::NotSigned)?);
    let message = message(kv_key, document);
    if !keys.0.iter().any(|key| key.verify_strict(&message, &signature).is_ok()) {
        return Err(Rejected::NotSigned);
    }
    let policy = P::parse(document)?;
    if policy.kv_key() != kv_key {
        return Err(Rejected::Foreign);
    }
    Ok(policy)
}

fn message(kv_key: &str, document: &str) -> Vec<u8> {
    [CONTEXT, kv_key.as_bytes(), b"\n", document.as_bytes()].concat()
}
