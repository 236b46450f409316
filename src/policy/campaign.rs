//! A campaign's policy document.

use serde::{Deserialize, Serialize};

use super::{MAX_ENTRIES, Offline, Policy, Rejected};
use crate::campaign::{CampaignId, Serial};
use crate::money::{Amount, Currency};
use crate::object::objects;
use crate::time::{Timestamp, UtcOffset, as_rfc3339};
use crate::token::VerifiedCoupon;

/// The document as the issuer writes it. What it says is checked when it becomes a
/// [`CampaignPolicy`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct CampaignDocument {
    /// Whose policy it is. Immutable.
    pub campaign: CampaignId,
    /// Goes up with each publication.
    pub epoch: u32,
    /// From when on it must not be used at all.
    #[serde(with = "as_rfc3339")]
    pub valid_until: Timestamp,
    /// What people call the campaign, 1 to 100 characters.
    pub name: String,
    /// The currency of its coupons and of the orders they are used on. Immutable.
    pub currency: Currency,
    /// Digits after the decimal point when an amount is written, 0 to 4. Immutable.
    pub currency_digits: u8,
    /// The campaign's local time, for words.
    pub utc_offset_minutes: UtcOffset,
    /// When coupons can be redeemed at all.
    pub window: Window,
    /// For how long after a redemption its reversal is taken, in seconds; a redemption keeps the
    /// time it was given.
    pub reversal_window_s: u32,
    /// The least order amount.
    #[serde(default)]
    pub minimum_spend: Amount,
    /// Nothing is redeemed while this is true.
    #[serde(default)]
    pub paused: bool,
    /// Later ends for coupons that are already out.
    #[serde(default)]
    pub extensions: Vec<Extension>,
    /// Groups that may redeem every coupon beside those of its own scope.
    #[serde(default)]
    pub widen_scope: u32,
    /// Coupons that are no longer good.
    #[serde(default)]
    pub revoked: Revoked,
    /// Where its ledger shards should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location_hint: Option<LocationHint>,
    /// What it takes from tills without a network; nothing if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline: Option<Offline>,
}

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Window {
    /// Its first moment.
    #[serde(with = "as_rfc3339")]
    pub from: Timestamp,
    /// The first moment after it.
    #[serde(with = "as_rfc3339")]
    pub until: Timestamp,
}

/// A later end for some coupons: for those of these kids and of this range of serials, or for all
/// where one or both are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Extension {
    /// The new end, if it is later than the coupon's own.
    #[serde(with = "as_rfc3339")]
    pub until: Timestamp,
    /// Only coupons signed under these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kids: Option<Vec<u16>>,
    /// Only these coupons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serials: Option<SerialRange>,
}

/// Serials from the first to the last, both included, compared as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct SerialRange {
    /// The first.
    pub first: Serial,
    /// The last.
    pub last: Serial,
}

/// Coupons that are no longer good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Revoked {
    /// All that were signed under these.
    #[serde(default)]
    pub kids: Vec<u16>,
    /// These.
    #[serde(default)]
    pub serials: Vec<Serial>,
    /// All of these.
    #[serde(default)]
    pub ranges: Vec<SerialRange>,
}

objects!(CampaignDocument, Window, Extension, SerialRange, Revoked);

/// The platform's names of places where a Durable Object can be
/// ([location hints](https://developers.cloudflare.com/durable-objects/reference/data-location/)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the platform's own names")]
pub enum LocationHint {
    Wnam,
    Enam,
    Sam,
    Weur,
    Eeur,
    Apac,
    Oc,
    Afr,
    Me,
}

impl LocationHint {
    /// The name as the platform takes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wnam => "wnam",
            Self::Enam => "enam",
            Self::Sam => "sam",
            Self::Weur => "weur",
            Self::Eeur => "eeur",
            Self::Apac => "apac",
            Self::Oc => "oc",
            Self::Afr => "afr",
            Self::Me => "me",
        }
    }
}

impl SerialRange {
    fn contains(&self, serial: Serial) -> bool {
        (self.first..=self.last).contains(&serial)
    }
}

impl Extension {
    pub(super) fn applies_to(&self, coupon: &VerifiedCoupon) -> bool {
        self.kids.as_ref().is_none_or(|kids| kids.contains(&coupon.key().kid))
            && self.serials.is_none_or(|range| range.contains(coupon.coupon().serial()))
    }
}

impl Revoked {
    pub(super) fn contains(&self, coupon: &VerifiedCoupon) -> bool {
        let serial = coupon.coupon().serial();
        self.kids.contains(&coupon.key().kid)
            || self.serials.binary_search(&serial).is_ok()
            || self.ranges.iter().any(|range| range.contains(serial))
    }
}

/// A campaign's policy: a document that says something possible.
#[derive(Debug, PartialEq)]
pub struct CampaignPolicy(CampaignDocument);

impl CampaignPolicy {
    /// The KV key of a campaign's policy.
    pub fn kv_key_of(campaign: CampaignId) -> String {
        format!("policy/{campaign}")
    }

    /// The document.
    pub fn document(&self) -> &CampaignDocument {
        &self.0
    }
}

impl TryFrom<CampaignDocument> for CampaignPolicy {
    type Error = Rejected;

    fn try_from(mut document: CampaignDocument) -> Result<Self, Rejected> {
        let wrong = |why: &str| Err(Rejected::Document(why.to_owned()));
        let Revoked { kids, serials, ranges } = &document.revoked;
        let entries = kids.len() + serials.len() + ranges.len() + document.extensions.len();
        if entries > MAX_ENTRIES {
            return Err(Rejected::Document(format!("more than {MAX_ENTRIES} entries")));
        }
        if !(1..=100).contains(&document.name.chars().count()) {
            return wrong("a name has 1 to 100 characters");
        }
        if document.currency_digits > 4 {
            return wrong("a currency has at most 4 digits after the decimal point");
        }
        if document.window.from >= document.window.until {
            return wrong("the window is empty");
        }
        if document.extensions.iter().any(|e| e.until > document.window.until) {
            return wrong("an extension ends after the campaign's window: move `window.until` too");
        }
        if let Some(why) = document.offline.and_then(|offline| offline.wrong()) {
            return wrong(why);
        }
        document.revoked.serials.sort_unstable();
        Ok(Self(document))
    }
}

impl Policy for CampaignPolicy {
    fn parse(json: &str) -> Result<Self, Rejected> {
        let document = serde_json::from_str::<CampaignDocument>(json);
        document.map_err(|error| Rejected::Document(error.to_string()))?.try_into()
    }

    fn kv_key(&self) -> String {
        Self::kv_key_of(self.0.campaign)
    }

    fn epoch(&self) -> u32 {
        self.0.epoch
    }

    fn valid_until(&self) -> Timestamp {
        self.0.valid_until
    }

    fn keeps_promises(&self, next: &Self) -> Result<(), Rejected> {
        if self.0.campaign != next.0.campaign {
            return Err(Rejected::Immutable("campaign"));
        }
        if self.0.currency != next.0.currency {
            return Err(Rejected::Immutable("currency"));
        }
        if self.0.currency_digits != next.0.currency_digits {
            return Err(Rejected::Immutable("currency_digits"));
        }
        Ok(())
    }
}
