//! Who may read which shop's statement.

use super::shops::{AdmissionRefusal, ShopsPolicy};
use crate::calendar::TimeZone;
use crate::signature::AuthenticatedTill;
use crate::till::Till;

/// A till, or a chain's own system, that signed the request and is not shut out. Only
/// [`ShopsPolicy::admit_reader`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    till: Till,
}

/// Whose entries may be read. Only [`Reader::scope`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    shop: u32,
    chain: Option<u16>,
}

impl Scope {
    /// The shop.
    pub fn shop(&self) -> u32 {
        self.shop
    }

    /// The chain, if only what was its own may be read.
    pub fn chain(&self) -> Option<u16> {
        self.chain
    }
}

/// Why there is no such statement for this reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeRefusal {
    /// A chain's own system did not say which shop.
    WhichShop,
    /// It is another shop's.
    NotFound,
}

impl Reader {
    /// Whose entries it reads. A till reads its own shop's. A chain's own system reads of any shop
    /// what that redeemed while it was of the chain: each entry has the chain of its redemption.
    ///
    /// # Errors
    /// See [`ScopeRefusal`].
    pub fn scope(&self, asked: Option<u32>) -> Result<Scope, ScopeRefusal> {
        let Till { shop: own, chain, .. } = self.till;
        match asked {
            None if self.till.is_chain_system() => Err(ScopeRefusal::WhichShop),
            Some(shop) if self.till.is_chain_system() => Ok(Scope { shop, chain: Some(chain) }),
            None => Ok(Scope { shop: own, chain: None }),
            Some(shop) if shop == own => Ok(Scope { shop, chain: None }),
            Some(_) => Err(ScopeRefusal::NotFound),
        }
    }
}

impl ShopsPolicy {
    /// Lets a till or a chain's own system read statements, or says why not.
    ///
    /// # Errors
    /// See [`AdmissionRefusal`].
    pub fn admit_reader(&self, till: &AuthenticatedTill) -> Result<Reader, AdmissionRefusal> {
        self.check(till.till())?;
        Ok(Reader { till: *till.till() })
    }

    /// The time zone of a reader's shop: that of the first of its groups that has one, else that of
    /// all, if there is one.
    pub fn time_zone(&self, reader: &Reader) -> Option<&TimeZone> {
        let is_in = |group: u8| reader.till.groups >> group & 1 == 1;
        let of_group = self.group_time_zones.iter().find(|it| is_in(it.group));
        of_group.map(|it| &it.time_zone).or(self.time_zone.as_ref())
    }
}
