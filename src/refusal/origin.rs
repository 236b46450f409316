//! How the answers of the domain become refusals, each in one exhaustive `match`.

use super::Refusal;
use crate::policy::{AdmissionRefusal, PolicyRefusal, ScopeRefusal};
use crate::signature::SignatureRefusal;
use crate::time::Timestamp;
use crate::token::{Malformed, TokenRefusal};

impl Refusal {
    /// Of a signature, judged by the edge's clock.
    pub fn of_signature(refusal: SignatureRefusal, edge_time: Timestamp) -> Self {
        match refusal {
            SignatureRefusal::Missing => Self::SignatureMissing,
            SignatureRefusal::Invalid(why) => Self::SignatureInvalid(why),
            SignatureRefusal::Stale => Self::SignatureStale { edge_time },
        }
    }
}

impl From<AdmissionRefusal> for Refusal {
    fn from(refusal: AdmissionRefusal) -> Self {
        match refusal {
            AdmissionRefusal::CredentialReplaced => {
                Self::SignatureInvalid("the till's credential was replaced by a newer one")
            }
            AdmissionRefusal::Suspended => Self::ShopSuspended,
            AdmissionRefusal::ChainSystem => {
                Self::SignatureInvalid("a chain's credential is good for statements only")
            }
        }
    }
}

impl From<ScopeRefusal> for Refusal {
    fn from(refusal: ScopeRefusal) -> Self {
        match refusal {
            ScopeRefusal::WhichShop => {
                Self::MalformedRequest("a chain's own system says which shop: shop=N".to_owned())
            }
            ScopeRefusal::NotFound => Self::NotFound,
        }
    }
}

impl From<Malformed> for Refusal {
    fn from(malformed: Malformed) -> Self {
        Self::TokenMalformed(malformed)
    }
}

impl From<TokenRefusal> for Refusal {
    fn from(refusal: TokenRefusal) -> Self {
        match refusal {
            TokenRefusal::Malformed(why) => Self::TokenMalformed(why),
            TokenRefusal::UnknownKey => Self::TokenUnknownKey,
            TokenRefusal::Forged => Self::TokenForged,
        }
    }
}

impl From<PolicyRefusal> for Refusal {
    fn from(refusal: PolicyRefusal) -> Self {
        match refusal {
            PolicyRefusal::Offline(why) => Self::MalformedRequest(why.detail()),
            PolicyRefusal::CurrencyMismatch { expected } => Self::CurrencyMismatch { expected },
            PolicyRefusal::CampaignPaused => Self::CampaignPaused,
            PolicyRefusal::NotYetValid { from } => Self::NotYetValid { from },
            PolicyRefusal::Expired { at } => Self::Expired { at },
            PolicyRefusal::OutOfScope => Self::OutOfScope,
            PolicyRefusal::BelowMinimumSpend { minimum } => Self::BelowMinimumSpend { minimum },
            PolicyRefusal::Revoked => Self::Revoked,
        }
    }
}
