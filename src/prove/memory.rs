//! Configurations that the search has seen, so that it does not look twice where nothing is found.
//!
//! Two configurations are alike if the same answers are explained and the coupon is the same to
//! whoever asks later: keys that were spent to no purpose, by calls that got no answer, are left
//! out. Of two that are alike, the one in which fewer unanswered calls were carried out can go on
//! in every way in which the other can. So the other need not be looked at, neither when the first
//! led nowhere nor while it is being looked at: what it finds, the first finds in fewer steps.

use std::collections::BTreeMap;

use super::history::{Answer, Ask, Asker, Call};
use super::model::Coupon;
use crate::time::Timestamp;

/// What was seen: by the answers explained and the gist of the coupon.
#[derive(Default)]
pub(super) struct Memory(BTreeMap<(u128, Coupon), Vec<Spent>>);

/// What was spent on the way: less of each allows more.
struct Spent {
    unanswered: u128,
    entries: usize,
    earliest: Timestamp,
}

impl Memory {
    /// Remembers the configuration; `false` if one was seen that can go on in all its ways. `open`
    /// are the answers that are still to be explained.
    pub(super) fn is_new<'a>(
        &mut self,
        (answered, unanswered): (u128, u128),
        coupon: &Coupon,
        open: impl Iterator<Item = &'a Call> + Clone,
    ) -> bool {
        let matters = |by: &Asker| open.clone().any(|call| may_tell_of(call, by));
        let (gist, entries, earliest) = coupon.gist(matters);
        let seen = self.0.entry((answered, gist)).or_default();
        let spent = Spent { unanswered, entries, earliest };
        let is_new = !seen.iter().any(|other| other.is_at_most(&spent));
        if is_new {
            seen.push(spent);
        }
        is_new
    }
}

impl Spent {
    fn is_at_most(&self, other: &Self) -> bool {
        self.unanswered & !other.unanswered == 0
            && self.entries <= other.entries
            && self.earliest <= other.earliest
    }
}

/// Whether the answer to this call can depend on what this asker did.
fn may_tell_of(call: &Call, by: &Asker) -> bool {
    // How many entries there are depends on everybody.
    call.answer == Some(Answer::LimitReached)
        || match &call.ask {
            Ask::Redeem { by: asker, .. } | Ask::Cancel { by: asker } => asker == by,
            Ask::Find { shop, .. } => *shop == by.shop,
            Ask::Reverse { by: asker, .. } => asker.shop == by.shop,
            Ask::Check { .. } => false,
        }
}
