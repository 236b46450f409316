//! Is this an operator? Who shows a token whose hash the edge has may read the counters, and nothing
//! else.
//!
//! Not a signature as a till's: Prometheus and its like can send a bearer token ([RFC 6750]) and no
//! more. Of a token the edge has the hash only, so that nobody becomes an operator by what it holds.
//!
//! [RFC 6750]: https://www.rfc-editor.org/rfc/rfc6750

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::base64url::{self, bytes_type};
use crate::refusal::Refusal;

/// What every token begins with.
const PREFIX: &str = "O1.";

/// In the place of hashes: there is no operator.
const NOBODY: &str = "none";

bytes_type! {
    /// The SHA-256 of a token's text.
    TokenHash, 32
}

impl TokenHash {
    /// Of this token.
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }
}

/// The token of these 32 bytes of good randomness.
pub fn token(bytes: &[u8; 32]) -> String {
    format!("{PREFIX}{}", base64url::encode(bytes))
}

/// The hashes of the operators' tokens; several, so that one can replace another.
#[derive(Debug, Default)]
pub struct Operators(Vec<TokenHash>);

impl Operators {
    /// Those with these tokens.
    pub fn new(hashes: impl IntoIterator<Item = TokenHash>) -> Self {
        Self(hashes.into_iter().collect())
    }

    /// Reads the edge's secret: the hashes in base64url, separated by commas, or `none`; `None` when
    /// a part of it is something else.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text == NOBODY {
            return Some(Self::default());
        }
        let hashes = text.split(',').map(|hash| base64url::decode(hash).map(TokenHash));
        hashes.collect::<Option<_>>().map(Self)
    }

    /// The secret's text form.
    pub fn reveal(&self) -> String {
        let hashes: Vec<_> = self.0.iter().map(TokenHash::to_string).collect();
        if hashes.is_empty() { NOBODY.to_owned() } else { hashes.join(",") }
    }

    /// Lets in whoever shows one of the tokens in this `Authorization` header. All hashes are looked
    /// at, each in constant time.
    ///
    /// # Errors
    /// [`Refusal::SignatureMissing`] without a bearer token, [`Refusal::SignatureInvalid`] with
    /// another: to a client a token is the same as a signature, what shows who calls.
    pub fn admit(&self, authorization: Option<&str>) -> Result<(), Refusal> {
        let (scheme, token) =
            authorization.and_then(|it| it.split_once(' ')).ok_or(Refusal::SignatureMissing)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Refusal::SignatureMissing);
        }
        let shown = TokenHash::of(token.trim_start_matches(' '));
        let is_one = self.0.iter().fold(subtle::Choice::from(0), |is_one, hash| {
            is_one | hash.as_bytes().ct_eq(shown.as_bytes())
        });
        if is_one.into() { Ok(()) } else { Err(Refusal::SignatureInvalid("no operator's token")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "O1.BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
    /// As `printf %s "$token" | openssl dgst -sha256 -binary | basenc --base64url` gives it.
    const HASH: &str = "ok6-oQnHWT-zcMdJXGNKTH4VPro7zsWhd9MFW0Romv8";

    #[test]
    fn token_and_hash_are_pinned() {
        assert_eq!(token(&[7; 32]), TOKEN);
        assert_eq!(TokenHash::of(TOKEN).to_string(), HASH);
    }

    #[test]
    fn who_has_a_token_is_let_in_and_nobody_else() {
        let hashes = format!("{},{HASH}", TokenHash::of("another"));
        let operators = Operators::parse(&hashes).unwrap();
        assert_eq!(operators.reveal(), hashes);
        for right in [format!("Bearer {TOKEN}"), format!("bearer  {TOKEN}")] {
            assert_eq!(operators.admit(Some(&right)), Ok(()), "{right}");
        }
        for none in [None, Some(""), Some(TOKEN), Some("Basic b3BlcmF0b3I=")] {
            assert_eq!(operators.admit(none), Err(Refusal::SignatureMissing), "{none:?}");
        }
        let cut = TOKEN.get(..TOKEN.len() - 1).unwrap();
        for wrong in [HASH, cut, "", &format!("{TOKEN} "), &TOKEN.to_lowercase()] {
            let refusal = operators.admit(Some(&format!("Bearer {wrong}")));
            assert!(matches!(refusal, Err(Refusal::SignatureInvalid(_))), "{wrong}");
        }
    }

    #[test]
    fn without_a_hash_nobody_is_an_operator() {
        for text in ["", "none"] {
            let nobody = Operators::parse(text).unwrap();
            assert_eq!(nobody.reveal(), "none");
            for token in [TOKEN, "none", ""] {
                assert!(nobody.admit(Some(&format!("Bearer {token}"))).is_err(), "{text} {token}");
            }
        }
        for damaged in [",", TOKEN, &format!("{HASH},"), &format!("{HASH}, {HASH}"), "nobody"] {
            assert!(Operators::parse(damaged).is_none(), "{damaged}");
        }
    }
}
