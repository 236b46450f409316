//! The compact serialization: `header.payload.signature`, each base64url ([RFC 7515 section 3.1]).
//!
//! [RFC 7515 section 3.1]: https://www.rfc-editor.org/rfc/rfc7515#section-3.1

use ed25519_dalek::{Signature, Signer, SigningKey};
use serde::{Deserialize, Serialize};

use super::{PublicKey, PublicKeys, SigningKeys, Typ};
use crate::base64url;
use crate::object::objects;

/// The longest text that is looked at: many times what is signed here.
pub const MAX_BYTES: usize = 16 * 1024;

const EDDSA: &str = "EdDSA";

/// The protected header: these members, and no other. So there is no `crit` to understand, and no
/// key or address of one that a signature could bring along.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}
objects!(Header);

impl SigningKeys {
    /// Signs a JSON document. The same key makes the same text of it each time.
    pub fn sign(&self, typ: Typ, payload: &str) -> String {
        let (kid, typ) = (self.signer(), typ.as_str());
        let header = format!(r#"{{"alg":"{EDDSA}","kid":"{}","typ":"{typ}"}}"#, kid.kid());
        compact(&header, payload, &self.signer)
    }
}

/// Signs under any header.
pub(super) fn compact(header: &str, payload: &str, key: &SigningKey) -> String {
    let (header, payload) = (header.as_bytes(), payload.as_bytes());
    let signed = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
    let signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", base64url::encode(&signature.to_bytes()))
}

/// A text that was signed by one of the keys.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified<'a> {
    /// What was signed.
    pub payload: String,
    /// By which key.
    pub key: &'a PublicKey,
}

/// Why a text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// It is no compact JWS of three canonical parts, or too long for one.
    Malformed(&'static str),
    /// It is signed by another algorithm, or says that it needs no signature.
    Algorithm,
    /// It is signed as something else.
    Typ,
    /// None of the keys has the name that it gives.
    UnknownKey,
    /// The key did not sign it.
    Signature,
}

impl std::fmt::Display for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Malformed(what) => what,
            Self::Algorithm => "the header's alg is not EdDSA",
            Self::Typ => "the header's typ is another: it is signed as something else",
            Self::UnknownKey => "the key set has no key of the header's kid",
            Self::Signature => "the signature does not match",
        })
    }
}

impl PublicKeys {
    /// Verifies a compact JWS, whose header must say all that it can say here: which of these keys
    /// signed it, and as what.
    ///
    /// # Errors
    /// [`Rejected`], with the first thing that is wrong.
    pub fn verify(&self, typ: Typ, text: &str) -> Result<Verified<'_>, Rejected> {
        if text.len() > MAX_BYTES {
            return Err(Rejected::Malformed("it is longer than 16 KiB"));
        }
        let parts = text.rsplit_once('.');
        let parts = parts.and_then(|(signed, signature)| {
            let (header, payload) = signed.split_once('.')?;
            (!payload.contains('.')).then_some((signed, header, payload, signature))
        });
        let (signed, header, payload, signature) =
            parts.ok_or(Rejected::Malformed("it is not three parts with points between"))?;

        let header = base64url::decode_any(header)
            .ok_or(Rejected::Malformed("the header is not base64url"))?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| {
            Rejected::Malformed("the header is not an object of alg, kid and typ, once each")
        })?;
        if header.alg != EDDSA {
            return Err(Rejected::Algorithm);
        }
        if header.typ != typ.as_str() {
            return Err(Rejected::Typ);
        }
        let key = self.find(&header.kid).ok_or(Rejected::UnknownKey)?;

        let signature = base64url::decode::<64>(signature)
            .ok_or(Rejected::Malformed("the signature is not base64url of 64 bytes"))?;
        key.key
            .verify_strict(signed.as_bytes(), &Signature::from_bytes(&signature))
            .map_err(|_| Rejected::Signature)?;
        let payload = base64url::decode_any(payload)
            .ok_or(Rejected::Malformed("the payload is not base64url"))?;
        let payload = String::from_utf8(payload)
            .map_err(|_| Rejected::Malformed("the payload is not UTF-8"))?;
        Ok(Verified { payload, key })
    }
}
