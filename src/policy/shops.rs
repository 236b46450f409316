//! The shops' policy: who of all the tills may not redeem, in any campaign.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{MAX_ENTRIES, Policy, Rejected};
use crate::calendar::TimeZone;
use crate::object::objects;
use crate::signature::AuthenticatedTill;
use crate::till::{KeyVersion, Till};
use crate::time::{Timestamp, as_rfc3339};

/// The document as the issuer writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct ShopsDocument {
    /// Goes up with each publication.
    pub epoch: u32,
    /// From when on it must not be used at all.
    #[serde(with = "as_rfc3339")]
    pub valid_until: Timestamp,
    /// Shops that get nothing.
    #[serde(default)]
    pub suspended_shops: Vec<u32>,
    /// Tills that get nothing.
    #[serde(default)]
    pub suspended_tills: Vec<TillRef>,
    /// The least issue of each shop's credential that is still good.
    #[serde(default)]
    pub minimum_key_issues: Vec<KeyMinimum>,
    /// Numbers of POS roots whose credentials are no longer good.
    #[serde(default)]
    pub retired_pos_roots: Vec<u8>,
    /// Where the shops' days begin, unless a group says otherwise; UTC if nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZone>,
    /// Where those of a group begin; of a shop in several groups the first counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group_time_zones: Vec<GroupTimeZone>,
}

/// A till of a shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct TillRef {
    /// The shop.
    pub shop: u32,
    /// The till.
    pub till: u16,
}

/// The least issue of a shop's credential that is still good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct KeyMinimum {
    /// The shop.
    pub shop: u32,
    /// The least issue, 0 to 4095.
    pub issue: u16,
}

/// The time zone of a group of shops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct GroupTimeZone {
    /// The group, 0 to 31.
    pub group: u8,
    /// Its time zone.
    pub time_zone: TimeZone,
}

objects!(ShopsDocument, TillRef, KeyMinimum, GroupTimeZone);

/// The policy in the form that answers a request at once, however long its lists are.
#[derive(Debug, PartialEq)]
pub struct ShopsPolicy {
    epoch: u32,
    valid_until: Timestamp,
    suspended_shops: HashSet<u32>,
    suspended_tills: HashSet<TillRef>,
    minimum_key_issues: HashMap<u32, u16>,
    retired_pos_roots: HashSet<u8>,
    pub(super) time_zone: Option<TimeZone>,
    pub(super) group_time_zones: Vec<GroupTimeZone>,
}

/// A shop's till that signed the request and is not shut out. Only [`ShopsPolicy::admit`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdmittedTill {
    till: Till,
    epoch: u32,
}

impl AdmittedTill {
    /// Who it is.
    pub fn till(&self) -> &Till {
        &self.till
    }

    /// The epoch of the shops' policy that let it in.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }
}

/// Why an authenticated till is not let in, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdmissionRefusal {
    /// Its credential was replaced by a newer one.
    CredentialReplaced,
    /// The shop or the till is suspended.
    Suspended,
    /// It is a chain's own system, which stands in no shop.
    ChainSystem,
}

impl ShopsPolicy {
    /// The KV key of the shops' policy.
    pub const KV_KEY: &str = "policy/shops";

    /// Lets a till in, or says why not.
    ///
    /// # Errors
    /// See [`AdmissionRefusal`].
    pub fn admit(&self, till: &AuthenticatedTill) -> Result<AdmittedTill, AdmissionRefusal> {
        let till = *till.till();
        self.check(&till)?;
        if till.is_chain_system() {
            return Err(AdmissionRefusal::ChainSystem);
        }
        Ok(AdmittedTill { till, epoch: self.epoch })
    }

    /// Whether the credential is shut out.
    pub(super) fn check(&self, till: &Till) -> Result<(), AdmissionRefusal> {
        let version = till.key_version;
        let minimum = self.minimum_key_issues.get(&till.shop).copied().unwrap_or(0);
        if version.issue() < minimum || self.retired_pos_roots.contains(&version.root()) {
            return Err(AdmissionRefusal::CredentialReplaced);
        }
        let place = TillRef { shop: till.shop, till: till.till };
        if self.suspended_shops.contains(&till.shop) || self.suspended_tills.contains(&place) {
            return Err(AdmissionRefusal::Suspended);
        }
        Ok(())
    }
}

impl TryFrom<ShopsDocument> for ShopsPolicy {
    type Error = Rejected;

    fn try_from(document: ShopsDocument) -> Result<Self, Rejected> {
        let entries = document.suspended_shops.len()
            + document.suspended_tills.len()
            + document.minimum_key_issues.len()
            + document.retired_pos_roots.len()
            + document.group_time_zones.len();
        if entries > MAX_ENTRIES {
            return Err(Rejected::Document(format!("more than {MAX_ENTRIES} entries")));
        }
        if document.minimum_key_issues.iter().any(|m| m.issue > KeyVersion::MAX_ISSUE) {
            return Err(Rejected::Document("a key issue is at most 4095".to_owned()));
        }
        if document.retired_pos_roots.iter().any(|root| *root > 15) {
            return Err(Rejected::Document("a POS root's number is at most 15".to_owned()));
        }
        if document.group_time_zones.iter().any(|it| it.group > 31) {
            return Err(Rejected::Document("a group's number is at most 31".to_owned()));
        }
        let minima = document.minimum_key_issues.iter().map(|m| (m.shop, m.issue));
        let minimum_key_issues: HashMap<_, _> = minima.collect();
        if minimum_key_issues.len() != document.minimum_key_issues.len() {
            return Err(Rejected::Document("a shop has two minimum key issues".to_owned()));
        }
        Ok(Self {
            epoch: document.epoch,
            valid_until: document.valid_until,
            suspended_shops: document.suspended_shops.into_iter().collect(),
            suspended_tills: document.suspended_tills.into_iter().collect(),
            minimum_key_issues,
            retired_pos_roots: document.retired_pos_roots.into_iter().collect(),
            time_zone: document.time_zone,
            group_time_zones: document.group_time_zones,
        })
    }
}

impl Policy for ShopsPolicy {
    fn parse(json: &str) -> Result<Self, Rejected> {
        let document = serde_json::from_str::<ShopsDocument>(json);
        document.map_err(|error| Rejected::Document(error.to_string()))?.try_into()
    }

    fn kv_key(&self) -> String {
        Self::KV_KEY.to_owned()
    }

    fn epoch(&self) -> u32 {
        self.epoch
    }

    fn valid_until(&self) -> Timestamp {
        self.valid_until
    }

    /// Every list may change.
    fn keeps_promises(&self, _next: &Self) -> Result<(), Rejected> {
        Ok(())
    }
}
