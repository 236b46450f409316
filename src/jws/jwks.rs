//! JSON Web Key Sets ([RFC 7517]) of Ed25519 keys ([RFC 8037 section 2]).
//!
//! [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517
//! [RFC 8037 section 2]: https://www.rfc-editor.org/rfc/rfc8037#section-2

use serde::{Deserialize, Serialize};

use super::{PublicKey, PublicKeys};

const KTY: &str = "OKP";
const CRV: &str = "Ed25519";

#[derive(Serialize, Deserialize)]
struct Set<K> {
    keys: Vec<K>,
}

#[derive(Serialize)]
struct Written<'a> {
    kty: &'static str,
    crv: &'static str,
    x: String,
    kid: &'a str,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
}

/// A key of any kind, with whatever else is said of it: RFC 7517 section 5 wants that what is not
/// understood is passed over.
#[derive(Deserialize)]
struct Read {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    kid: Option<String>,
}

impl PublicKeys {
    /// The key set, as it is published.
    pub fn jwks(&self) -> String {
        let (kty, crv, usage, alg) = (KTY, CRV, "sig", "EdDSA");
        let keys = self.0.iter();
        let keys =
            keys.map(|key| Written { kty, crv, x: key.reveal(), kid: key.kid(), usage, alg });
        let keys = keys.collect();
        // A plain struct with text keys: writing it cannot fail.
        serde_json::to_string(&Set { keys }).unwrap_or_default()
    }

    /// Reads a key set, and of it the Ed25519 keys.
    ///
    /// # Errors
    /// What is wrong, when it is none, when it has no such key, or when one has a name that is not
    /// its thumbprint: names are what a signature's key is found by.
    pub fn parse_jwks(text: &str) -> Result<Self, String> {
        let set: Set<Read> = serde_json::from_str(text).map_err(|why| why.to_string())?;
        let ours = |key: &Read| key.kty == KTY && key.crv.as_deref() == Some(CRV);
        let keys = set.keys.into_iter().filter(ours).map(|read| {
            let key = PublicKey::parse(&read.x.unwrap_or_default())
                .ok_or("an Ed25519 key's x is not 32 bytes that are one")?;
            match read.kid {
                Some(kid) if kid == key.kid() => Ok(key),
                _ => Err(format!("the kid of {} is not its thumbprint", key.reveal())),
            }
        });
        let keys = keys.collect::<Result<Vec<_>, String>>()?;
        if keys.is_empty() { Err("it has no Ed25519 key".to_owned()) } else { Ok(Self(keys)) }
    }
}
