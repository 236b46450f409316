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

    /// Whether the line is the signature of one of them on the message, in its one spelling.
    ///
    /// Strictly: plain verification also takes keys and points of small order, with which one
    /// signature is good for many messages.
    fn signed(&self, message: &[u8], line: &str) -> bool {
        let signature = line.strip_prefix(MARK).and_then(base64url::decode::<64>);
        signature.map(|bytes| Signature::from_bytes(&bytes)).is_some_and(|signature| {
            self.0.iter().any(|key| key.verify_strict(message, &signature).is_ok())
        })
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
    if !keys.signed(&message(kv_key, document), line) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::CampaignPolicy;
    use crate::wycheproof::{bytes, groups};

    fn keys(public: &[u8]) -> Option<PolicyKeys> {
        PolicyKeys::parse(&base64url::encode(public))
    }

    fn line(signature: &[u8]) -> String {
        format!("{MARK}{}", base64url::encode(signature))
    }

    #[test]
    fn takes_what_wycheproof_calls_valid_and_nothing_else() {
        let mut taken = 0;
        for group in groups("ed25519") {
            let keys = keys(&bytes(&group["publicKey"]["pk"])).unwrap();
            for test in group["tests"].as_array().unwrap() {
                let (message, signature) = (bytes(&test["msg"]), bytes(&test["sig"]));
                let is_valid = test["result"] == "valid";
                assert_eq!(keys.signed(&message, &line(&signature)), is_valid, "{test}");
                taken += usize::from(is_valid);

                // However long: as the first line of what is in KV it opens nothing.
                let published = format!("{}\n{{}}", line(&signature));
                let opened = open::<CampaignPolicy>("policy/1", &published, &keys);
                assert_eq!(opened.unwrap_err(), Rejected::NotSigned, "{test}");
            }
        }
        assert_eq!(taken, 88);
    }

    /// The eight points of small order as a key, and the signatures R = S·B that plain verification
    /// takes on any message (for the neutral element) or on one in 2, 4 or 8.
    #[test]
    fn a_key_of_small_order_signs_nothing() {
        const Y: [&str; 8] = [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        ];
        // S = 1, so R is the base point.
        let signature =
            bytes(&format!("58{}01{}", "66".repeat(31), "00".repeat(31)).as_str().into());
        let plain = Signature::from_slice(&signature).unwrap();
        for y in Y {
            let public = bytes(&y.into());
            let key = VerifyingKey::try_from(&*public).unwrap();
            let messages: Vec<_> = (0..64).map(|number| format!("document {number}")).collect();
            let plainly = |message: &&String| {
                ed25519_dalek::Verifier::verify(&key, message.as_bytes(), &plain).is_ok()
            };
            assert!(messages.iter().filter(plainly).count() > 0, "{y}: no test of anything");
            let keys = keys(&public).unwrap();
            assert!(
                !messages.iter().any(|it| keys.signed(it.as_bytes(), &line(&signature))),
                "{y}"
            );
        }
    }

    #[test]
    fn a_public_key_is_a_point_of_32_bytes() {
        let good = SigningKey::from_bytes(&[3; 32]).verifying_key();
        assert!(keys(good.as_bytes()).is_some());
        for wrong in [&good.as_bytes()[..31], &[good.as_bytes().as_slice(), b"\0"].concat(), b""] {
            assert!(keys(wrong).is_none(), "{wrong:?}");
        }
        // No point of the curve has y = 2.
        assert!(keys(&bytes(&format!("02{}", "00".repeat(31)).as_str().into())).is_none());
    }
}
