//! What a shard sends to a consumer, and what that answers. Between two objects, which may be of two
//! builds during a deployment.

use serde::{Deserialize, Serialize};

use super::{Incarnation, Origin};
use crate::ledger::Entry;
use crate::object::objects;
use crate::time::Timestamp;

/// Entries on their way from a shard to a consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Parcel {
    v: u8,
    /// Whose entries.
    pub origin: Origin,
    /// Of which life of the shard.
    pub incarnation: Incarnation,
    /// The consumer must have everything up to this one
    pub after: u64,
    /// and has everything up to this one afterwards.
    pub until: u64,
    /// Every entry of before then is in it or an earlier one, and none will ever be added.
    pub complete_until: Timestamp,
    /// Those that concern this consumer, in order.
    pub entries: Vec<Entry>,
}

objects!(Parcel);

/// The version of parcels that this build sends and takes.
const VERSION: u8 = 1;

impl Parcel {
    /// What a shard has for a consumer that has everything up to `after`.
    pub fn new(
        origin: Origin,
        incarnation: Incarnation,
        (after, until): (u64, u64),
        complete_until: Timestamp,
        entries: Vec<Entry>,
    ) -> Self {
        Self { v: VERSION, origin, incarnation, after, until, complete_until, entries }
    }

    /// The same parcel for a consumer that only some of the entries concern.
    #[must_use]
    pub fn with(&self, entries: Vec<Entry>) -> Self {
        Self { entries, ..*self }
    }

    /// Reads a parcel; `None` when it is none of this version, or when its entries are not such as
    /// it says.
    pub fn parse(json: &[u8]) -> Option<Self> {
        let json = std::str::from_utf8(json).ok()?;
        let parcel = serde_json::from_str::<Self>(json).ok()?;
        let follow = |last: u64, entry: &Entry| (entry.seq > last).then_some(entry.seq);
        let last = parcel.entries.iter().try_fold(parcel.after, follow)?;
        (parcel.v == VERSION && last <= parcel.until).then_some(parcel)
    }
}

/// What a consumer answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Received {
    /// It has everything up to `until` now, or had it already.
    Taken,
    /// It lacks what was before: send again from there.
    Behind {
        /// The last that it has.
        has: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::tests::origin;

    const JSON: &str = concat!(
        r#"{"v":1,"origin":{"shard":"c536870913/10","currency":"CNY"},"incarnation":1,"after":2,"#,
        r#""until":9,"complete_until":5,"entries":[{"seq":3,"serial":"AQEBAQEBAQEBAQEB","n":0,"#,
        r#""kind":"redemption","at":4,"by":{"shop":7,"till":2,"key":"AQEBAQEBAQEBAQEBAQEBAQ"},"#,
        r#""chain":12,"fingerprint":"AgICAgICAgICAgICAgICAg","discount":2500,"order_amount":3000,"#,
        r#""order_ref":"bill 1","epochs":{"campaign":1,"shops":1},"reversible_until":9,"answer":1}]}"#,
    );

    #[test]
    fn a_parcel_is_pinned() {
        let parcel = Parcel::parse(JSON.as_bytes()).unwrap();
        assert_eq!(serde_json::to_string(&parcel).unwrap(), JSON);
        let at = Timestamp::from_millis(5);
        assert_eq!(Parcel::new(origin(), 1, (2, 9), at, parcel.entries.clone()), parcel);
    }

    #[test]
    fn what_is_no_parcel_of_this_version_is_not_taken() {
        for (from, to) in [
            ("\"v\":1", "\"v\":2"),
            ("\"v\":1", "\"v\":1,\"x\":1"),
            ("\"after\":2", "\"after\":3"),
            ("\"until\":9", "\"until\":2"),
            (JSON, "{}"),
            (JSON, "[]"),
            (JSON, ""),
        ] {
            assert_eq!(Parcel::parse(JSON.replacen(from, to, 1).as_bytes()), None, "{to}");
        }
    }

    #[test]
    fn what_a_consumer_answers_is_pinned() {
        let written = |received| serde_json::to_string(&received).unwrap();
        assert_eq!(written(Received::Taken), r#""taken""#);
        assert_eq!(written(Received::Behind { has: 7 }), r#"{"behind":{"has":7}}"#);
    }
}
