//! The edge's side: who signed this request?

use super::base::signature_base;
use super::digest::digest_matches;
use super::input::{InputError, SignatureInput};
use super::{Component, MAX_CLOCK_SKEW_S, SignedRequest};
use crate::till::{PosRoots, Till};
use crate::time::Timestamp;

/// A till that signed this very request, body included. Only [`Verifier::verify`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthenticatedTill {
    till: Till,
}

impl AuthenticatedTill {
    /// Who it is.
    pub fn till(&self) -> &Till {
        &self.till
    }
}

/// Why a request is not taken as a till's, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureRefusal {
    /// No signature carries our tag.
    Missing,
    /// It is not what it must be; what is wrong, in one line.
    Invalid(&'static str),
    /// It is the till's, but made too long ago, in the future, or to expire by now.
    Stale,
}

use SignatureRefusal::{Invalid, Stale};

/// What the edge needs to know about itself to judge signatures.
#[derive(Debug)]
pub struct Verifier {
    roots: PosRoots,
    authorities: Vec<String>,
}

impl Verifier {
    /// Judges by these POS roots, for requests to these authorities (lower case, no default port).
    pub fn new(roots: PosRoots, authorities: Vec<String>) -> Self {
        Self { roots, authorities }
    }

    /// Checks the signature of a request that must be covered as a write or a read.
    ///
    /// 1. find the one signature with our tag
    /// 2. it covers exactly what it must
    /// 3. the request is meant for this edge
    /// 4. the key id is one, and its root is in use
    /// 5. the tag is the till's (in constant time)
    /// 6. the body is the one signed
    /// 7. the credential has not ended
    /// 8. the clock is near ours
    ///
    /// # Errors
    /// See [`SignatureRefusal`].
    pub fn verify(
        &self,
        request: &SignedRequest<'_>,
        headers: (Option<&str>, Option<&str>),
        required: &[Component],
        now: Timestamp,
    ) -> Result<AuthenticatedTill, SignatureRefusal> {
        // 1
        let input = SignatureInput::read(headers.0, headers.1).map_err(|error| match error {
            InputError::Missing => SignatureRefusal::Missing,
            InputError::Invalid(why) => Invalid(why),
        })?;

        // 2 and the base of 5, in the order in which the till signed
        let mut covered = Vec::with_capacity(required.len());
        for name in &input.components {
            let component = required
                .iter()
                .find(|component| component.name() == name)
                .ok_or(Invalid("the signature covers a component that this call does not have"))?;
            if covered.iter().any(|(earlier, _)| earlier == name) {
                return Err(Invalid("the signature covers a component twice"));
            }
            let value = component.value(request);
            covered.push((component.name(), value.ok_or(Invalid("a covered header is absent"))?));
        }
        if covered.len() != required.len() {
            return Err(Invalid("the signature does not cover all that this call requires"));
        }

        // 3
        if !self.authorities.iter().any(|authority| authority == request.authority) {
            return Err(Invalid("this edge does not serve the @authority that was called"));
        }

        // 4
        let till = Till::parse(&input.keyid).ok_or(Invalid("keyid is not a till's"))?;
        let key = self.roots.key_of(&till).ok_or(Invalid("the signature does not match"))?;

        // 5
        let base = signature_base(covered, &input.params);
        if !key.signed(base.as_bytes(), &input.tag) {
            return Err(Invalid("the signature does not match"));
        }

        // 6
        if required.contains(&Component::ContentDigest)
            && !request.content_digest.is_some_and(|digest| digest_matches(digest, request.body))
        {
            return Err(Invalid("Content-Digest is not the sha-256 of the body"));
        }

        // 7
        if till.expires() <= now {
            return Err(Invalid("the till's credential has expired"));
        }

        // 8
        let expired = input.expires.is_some_and(|expires| expires < now.seconds());
        if input.created.abs_diff(now.seconds()) > MAX_CLOCK_SKEW_S || expired {
            return Err(Stale);
        }
        Ok(AuthenticatedTill { till })
    }
}
