//! The places of this instance, and giving them back.

use std::cell::RefCell;

use super::clock;
use crate::admission::{
    self as core, Admission, CouponId, Crowd, Ended, Screenshots, TurnedAway, Used,
};
use crate::campaign::Shard;
use crate::ledger::{LedgerRefusal, Outcome};
use crate::refusal::{Fault, Refusal};
use crate::time::Timestamp;

thread_local! {
    static PLACES: RefCell<Admission> = RefCell::default();
    static TURNED_AWAY: RefCell<TurnedAway> = RefCell::default();
    static SCREENSHOTS: RefCell<Screenshots> = RefCell::default();
}

/// A request's place; free again when this goes.
pub(super) struct Place(Option<core::Place>);

/// The place of a call that is under way; free again when this goes.
pub(super) struct CallPlace {
    shard: Shard,
    place: Option<core::CallPlace>,
    since: Timestamp,
}

/// A place for a request whose head is there.
pub(super) fn enter(now: Timestamp) -> Option<Place> {
    PLACES.with_borrow_mut(|places| places.enter(now)).map(|place| Place(Some(place)))
}

/// The body is there, and the work begins.
pub(super) fn begin(place: Option<Place>) -> Result<Place, Fault> {
    let now = clock::now();
    let place = place.and_then(|mut place| place.0.take());
    match place.and_then(|place| PLACES.with_borrow_mut(|places| places.begin(place, now))) {
        Some(place) => Ok(Place(Some(place))),
        None => Err(overloaded("no room by the time the body was there")),
    }
}

/// A place among the batches.
pub(super) fn batch() -> Result<Place, Fault> {
    match PLACES.with_borrow_mut(|places| places.batch(clock::now())) {
        Some(place) => Ok(Place(Some(place))),
        None => Err(overloaded("no room for another batch")),
    }
}

/// One was turned away at the door.
pub(super) fn turned_away(now: Timestamp) {
    TURNED_AWAY.with_borrow_mut(|turned_away| turned_away.add(now));
}

/// Those turned away who belong into the log now.
pub(super) fn crowd(now: Timestamp) -> Option<Crowd> {
    TURNED_AWAY.with_borrow_mut(|turned_away| turned_away.due(now))
}

/// Room for a call to this shard.
pub(super) fn call(shard: Shard) -> Result<CallPlace, Fault> {
    let since = clock::now();
    match PLACES.with_borrow_mut(|places| places.call(shard, since)) {
        Some(place) => Ok(CallPlace { shard, place: Some(place), since }),
        None => Err(overloaded("no room for another call to the shard")),
    }
}

/// Refuses a coupon that many scan although another shop used it.
pub(super) fn screenshot(coupon: CouponId, shop: u32) -> Result<(), Refusal> {
    let known = SCREENSHOTS.with_borrow(|all| all.known(coupon, shop, clock::now()));
    known.map_or(Ok(()), |at| Err(Refusal::AlreadyRedeemed { at, till: None }))
}

/// What the ledger, asked at this time, said of the coupon.
pub(super) fn said(coupon: CouponId, outcome: &Outcome, asked: Timestamp) {
    SCREENSHOTS.with_borrow_mut(|all| match *outcome {
        Outcome::Refused(LedgerRefusal::AlreadyRedeemed { at, shop, .. }) => {
            all.refused(coupon, Used { at, shop }, asked);
        }
        Outcome::Redeemed { .. }
        | Outcome::Reversed { .. }
        | Outcome::Voided { .. }
        | Outcome::Free => all.forget(coupon),
        _ => {}
    });
}

impl CallPlace {
    /// The shard that the place is for.
    pub(super) fn shard(&self) -> Shard {
        self.shard
    }

    /// Whether the shard answered, and how long it took, tells how many calls may wait for it.
    pub(super) fn ended(mut self, answered: bool) {
        let now = clock::now();
        let how = match answered {
            true => Ended::After(now.millis_since(self.since)),
            false => Ended::Lost,
        };
        if let Some(place) = self.place.take() {
            PLACES.with_borrow_mut(|places| places.call_ended(place, Some(how), now));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(place) = self.0.take() {
            PLACES.with_borrow_mut(|places| places.leave(place));
        }
    }
}

impl Drop for CallPlace {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            PLACES.with_borrow_mut(|places| places.call_ended(place, None, clock::now()));
        }
    }
}

fn overloaded(what: &'static str) -> Fault {
    Fault::Overloaded { what, retry_after_s: retry_after_s() }
}

/// Seconds after which one may come back who found no room: those who were turned away together do
/// not come back together.
pub(super) fn retry_after_s() -> u8 {
    let mut chance = [0];
    // Without randomness they come back in step, and some are turned away again.
    let _ = getrandom::fill(&mut chance);
    let [chance] = chance;
    1 + chance % 4
}
