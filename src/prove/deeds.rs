//! What was done to a coupon, in order, as far as it is known.
//!
//! What a call did that got no answer is not known at first, such as when it redeemed and under
//! which number. Later answers tell it, and must agree with each other: times never go back along
//! the deeds, numbers always go up, and each deed was done while its call was under way.
//!
//! Conflicts stand where they were recorded, and change nothing for the coupon: all that asks for its
//! state passes over them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::history::{Asker, Moment, Sale};
use crate::time::Timestamp;

/// What was done to a coupon.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Deeds {
    reversal_window_ms: u64,
    // Shared with the coupons before and after: a search makes many that differ in the last one.
    deeds: Vec<Arc<Deed>>,
}

/// Something that was done to the coupon.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Deed {
    pub(super) what: What,
    pub(super) by: Asker,
    /// When its call was under way.
    when: Moment,
    /// When it was done, once that is known.
    at: Option<Timestamp>,
    /// Its number in the shard, once that is known.
    seq: Option<u64>,
    /// Numbers that it does not have.
    not: BTreeSet<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// The coupon was used for this.
    Redeem(Sale),
    /// This was sold without a network while the coupon was used.
    Conflict(Sale),
    /// The redemption before was undone: nothing else can follow one.
    Undo,
    /// The key was spent, so that it can never redeem.
    Void,
}

impl Deeds {
    pub(super) fn none(reversal_window_ms: u64) -> Self {
        Self { reversal_window_ms, deeds: Vec::new() }
    }

    /// The place of the next deed.
    pub(super) fn end(&self) -> usize {
        self.deeds.len()
    }

    /// How many there are of which the coupon may have so many.
    pub(super) fn entries(&self) -> usize {
        self.deeds.iter().filter(|deed| !deed.is_conflict()).count()
    }

    pub(super) fn get(&self, place: usize) -> Option<&Deed> {
        self.deeds.get(place).map(AsRef::as_ref)
    }

    /// The redemption that is not undone.
    pub(super) fn live(&self) -> Option<usize> {
        self.live_at(self.deeds.len())
    }

    /// The redemption that was not undone before this deed.
    pub(super) fn live_at(&self, place: usize) -> Option<usize> {
        let last = self.deeds.get(..place)?.iter().rposition(|deed| !deed.is_conflict())?;
        matches!(self.get(last)?.what, What::Redeem(_)).then_some(last)
    }

    /// What undid this redemption, or will: the next deed that is no conflict.
    pub(super) fn undoing(&self, redemption: usize) -> usize {
        let later = self.deeds.iter().enumerate().skip(redemption + 1);
        let mut undone = later.filter(|(_, deed)| !deed.is_conflict()).map(|(place, _)| place);
        undone.next().unwrap_or(self.deeds.len())
    }

    /// What the key was used for: whatever it did first.
    pub(super) fn first_by(&self, by: &Asker) -> Option<usize> {
        self.deeds.iter().position(|deed| deed.by == *by)
    }

    /// The shop's redemptions.
    pub(super) fn redemptions_of(&self, shop: u32) -> impl Iterator<Item = usize> {
        let deeds = self.deeds.iter().enumerate();
        deeds
            .filter(move |(_, deed)| deed.by.shop == shop && matches!(deed.what, What::Redeem(_)))
            .map(|(place, _)| place)
    }

    /// Until when a redemption of this time can be undone.
    pub(super) fn until(&self, at: Timestamp) -> Timestamp {
        Timestamp::from_millis(at.millis().saturating_add(self.reversal_window_ms))
    }

    /// When a redemption was that can be undone until then.
    pub(super) fn redeemed(&self, until: Timestamp) -> Option<Timestamp> {
        until.millis().checked_sub(self.reversal_window_ms).map(Timestamp::from_millis)
    }

    /// One more deed; `None` if it cannot have been done then.
    #[must_use]
    pub(super) fn and(mut self, what: What, by: &Asker, when: Moment) -> Option<Self> {
        let by = by.clone();
        let deed = Deed { what, by, when, at: None, seq: None, not: BTreeSet::new() };
        self.deeds.push(Arc::new(deed));
        self.agree().then_some(self)
    }

    /// The deed is known to have been done then, to one who learned it `by_then`.
    #[must_use]
    pub(super) fn done_at(mut self, place: usize, at: Timestamp, by_then: Moment) -> Option<Self> {
        let deed = Arc::make_mut(self.deeds.get_mut(place)?);
        (*deed.at.get_or_insert(at) == at && at <= by_then.latest && self.agree()).then_some(self)
    }

    /// The deed is known to have this number.
    #[must_use]
    pub(super) fn numbered(mut self, place: usize, seq: u64) -> Option<Self> {
        let deed = Arc::make_mut(self.deeds.get_mut(place)?);
        let possible = *deed.seq.get_or_insert(seq) == seq && !deed.not.contains(&seq);
        (possible && self.agree()).then_some(self)
    }

    /// None of the shop's redemptions has this number.
    #[must_use]
    pub(super) fn none_numbered(mut self, seq: u64, shop: u32) -> Option<Self> {
        let places: Vec<usize> = self.redemptions_of(shop).collect();
        for place in places {
            let deed = Arc::make_mut(self.deeds.get_mut(place)?);
            match deed.seq {
                Some(known) if known == seq => return None,
                Some(_) => {}
                None => _ = deed.not.insert(seq),
            }
        }
        Some(self)
    }

    /// Whether there are times and numbers for all deeds that fit what is known.
    fn agree(&self) -> bool {
        let (mut earliest, mut number) = (Timestamp::from_millis(0), 0_u64);
        let mut undone_until = None;
        self.deeds.iter().all(|deed| {
            earliest = earliest.max(deed.when.earliest);
            let latest = deed.at.map_or(deed.when.latest, |at| at.min(deed.when.latest));
            let in_time = earliest <= latest;
            earliest = earliest.max(deed.at.unwrap_or(earliest));
            let in_window = deed.what != What::Undo
                || undone_until.is_none_or(|until| deed.when.earliest <= until);
            if !deed.is_conflict() {
                undone_until = deed.at.map(|at| self.until(at));
            }
            let in_order = deed.seq.is_none_or(|seq| seq > number);
            number = deed.seq.unwrap_or(number.saturating_add(1));
            in_time && in_window && in_order
        })
    }

    /// Without the last deeds of which nothing is known, which left the coupon as it was, and which
    /// nobody will ask for; and the time before which none that follows was done.
    pub(super) fn gist(&self, matters: impl Fn(&Asker) -> bool) -> (Self, Timestamp) {
        let mut gist = self.clone();
        let idle = |deed: &Deed| deed.at.is_none() && deed.seq.is_none() && !matters(&deed.by);
        let mut earliest = Timestamp::from_millis(0);
        while let Some(rest) = gist.before_the_last() {
            let Some(last) =
                gist.deeds.get(rest..).filter(|last| last.iter().all(|deed| idle(deed)))
            else {
                break;
            };
            earliest = last.iter().map(|deed| deed.when.earliest).fold(earliest, Timestamp::max);
            gist.deeds.truncate(rest);
        }
        (gist, earliest)
    }

    /// Where the last deeds begin that left the coupon as it was before them: a conflict, a void, or
    /// a redemption with all up to its undoing.
    fn before_the_last(&self) -> Option<usize> {
        let last = self.deeds.len().checked_sub(1)?;
        match self.get(last)?.what {
            What::Conflict(_) | What::Void => Some(last),
            What::Undo => self.live_at(last),
            What::Redeem(_) => None,
        }
    }
}

impl Deed {
    fn is_conflict(&self) -> bool {
        matches!(self.what, What::Conflict(_))
    }
}
