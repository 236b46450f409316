//! Admission: what an instance takes on, so that what it takes on is answered in time.
//!
//! In scope: whether there is room for a request now, given the clock. Who is refused hears `busy`
//! and comes back later; that happens before the ledger is asked and never after. Not in scope:
//! fairness between shops, and how often a stranger may call. The platform's rules in front of the
//! edge do that.

mod allowance;
mod leases;
mod turned_away;
mod window;

use std::collections::BTreeMap;

pub use allowance::{Allowance, LATE_REFUSALS, PERIOD_MS};
pub use leases::{Lease, Leases};
pub use turned_away::{Crowd, TurnedAway};
pub use window::{Ended, LATE_MS, NARROWEST, WIDEST, Window};

use crate::campaign::Shard;
use crate::time::Timestamp;

/// Requests that may be at work at once. By Little's law 256 places at 0.1 s each are 2,560 calls a
/// second, more than an instance has the time to check.
pub const ROOM: usize = 256;

/// Bodies that may be on their way in at once. With the requests at work, at most 768 bodies of
/// 64 KiB are in memory: 48 MiB of the 128 MB that an instance has.
pub const BODIES: usize = 512;

/// A body that is not there by then may take longer still: its request takes no room from others
/// until it is.
pub const PROMPT_MS: u64 = 250;

/// A body that takes longer is not waited for.
pub const BODY_MS: u64 = 5000;

/// A ledger that takes longer is not waited for: a till hears in time that the outcome is unknown,
/// rather than nothing.
pub const CALL_MS: u64 = 8000;

/// For so long the platform lets the work for a client go on that has hung up.
const WORK_MS: u64 = 30_000;

/// What a lease lasts beyond the work that it is for, so that work which is merely late ends it.
const MARGIN_MS: u64 = 1000;

/// The places of one instance.
#[derive(Debug)]
pub struct Admission {
    reading: Leases,
    working: Leases,
    /// Shards with calls under way, or with something against them.
    shards: BTreeMap<Shard, Waiting>,
    late: Allowance,
}

/// Who waits for one shard.
#[derive(Debug)]
struct Waiting {
    leases: Leases,
    window: Window,
}

/// A request's place, from the door to the answer.
#[derive(Debug)]
pub struct Place(Stage);

#[derive(Debug)]
enum Stage {
    Reading(Lease),
    Working(Lease),
}

/// A place for a call to a shard.
#[derive(Debug)]
pub struct CallPlace {
    shard: Shard,
    lease: Lease,
}

impl Default for Admission {
    fn default() -> Self {
        Self {
            reading: Leases::new(BODY_MS + MARGIN_MS),
            working: Leases::new(WORK_MS + MARGIN_MS),
            shards: BTreeMap::new(),
            late: Allowance::default(),
        }
    }
}

impl Admission {
    /// A place for a request whose head is there and whose body, if it has one, is to be read. It
    /// is known here whether there will be room for its work: whoever is let in need not be turned
    /// away after the trouble of reading and checking, as long as the body comes promptly and its
    /// shard has room.
    pub fn enter(&mut self, now: Timestamp) -> Option<Place> {
        if self.late.is_spent(now) || !self.has_room(now) {
            return None;
        }
        self.reading.take(now, BODIES).map(|lease| Place(Stage::Reading(lease)))
    }

    /// The body is there, and the work begins.
    pub fn begin(&mut self, place: Place, now: Timestamp) -> Option<Place> {
        self.leave(place);
        if !self.has_room(now) {
            return None;
        }
        self.working.take(now, ROOM).map(|lease| Place(Stage::Working(lease)))
    }

    /// The request is answered, or given up.
    pub fn leave(&mut self, place: Place) {
        match place.0 {
            Stage::Reading(lease) => self.reading.end(lease),
            Stage::Working(lease) => self.working.end(lease),
        }
    }

    /// Room for a call to this shard.
    pub fn call(&mut self, shard: Shard, now: Timestamp) -> Option<CallPlace> {
        let waiting = self.shards.entry(shard).or_insert_with(|| Waiting {
            leases: Leases::new(CALL_MS + MARGIN_MS),
            window: Window::default(),
        });
        let lease = waiting.leases.take(now, waiting.window.size());
        if lease.is_none() {
            self.late.spend(now);
        }
        lease.map(|lease| CallPlace { shard, lease })
    }

    /// The call has ended, and how; `None` when nobody can say.
    pub fn call_ended(&mut self, place: CallPlace, how: Option<Ended>, now: Timestamp) {
        let CallPlace { shard, lease } = place;
        let Some(waiting) = self.shards.get_mut(&shard) else { return };
        waiting.leases.end(lease);
        if let Some(how) = how {
            waiting.window.learn(how, now);
        }
        // Nothing is kept of a shard that nothing is known of.
        if waiting.leases.live(now) == 0 && waiting.window.is_wide_open() {
            self.shards.remove(&shard);
        }
    }

    /// Counts those at work and those about to be.
    fn has_room(&mut self, now: Timestamp) -> bool {
        self.working.live(now) + self.reading.younger(now, PROMPT_MS) < ROOM
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::CampaignId;

    const NOW: Timestamp = Timestamp::from_seconds(1_770_000_000);

    fn shard(index: u32) -> Shard {
        Shard::new(CampaignId::new(4, 1).unwrap(), index).unwrap()
    }

    fn later(ms: u64) -> Timestamp {
        Timestamp::from_millis(NOW.millis() + ms)
    }

    fn crowd(admission: &mut Admission, now: Timestamp) -> Vec<Place> {
        std::iter::from_fn(|| admission.enter(now)).take(2 * ROOM + BODIES).collect()
    }

    /// As many calls to one shard as there is room for.
    fn calls(admission: &mut Admission) -> Vec<CallPlace> {
        std::iter::from_fn(|| admission.call(shard(0), NOW)).take(2 * ROOM).collect()
    }

    #[test]
    fn whoever_is_let_in_has_room_to_work() {
        let mut admission = Admission::default();
        let entered = crowd(&mut admission, NOW);
        assert_eq!(entered.len(), ROOM);
        let working = entered.into_iter().map(|place| admission.begin(place, NOW).unwrap());
        let mut working: Vec<_> = working.collect();
        assert!(admission.enter(NOW).is_none());
        admission.leave(working.pop().unwrap());
        let place = admission.enter(NOW).unwrap();
        assert!(admission.enter(NOW).is_none());
        admission.begin(place, NOW).unwrap();
    }

    #[test]
    fn bodies_that_dawdle_take_no_room_from_work() {
        let mut admission = Admission::default();
        let mut slow = crowd(&mut admission, NOW);
        let at = later(PROMPT_MS);
        slow.extend(crowd(&mut admission, at));
        assert_eq!(slow.len(), BODIES);
        let at = later(2 * PROMPT_MS);
        assert!(admission.enter(at).is_none(), "no more bodies");
        // One comes at last, and finds room; and so do others in its place among the bodies.
        let worker = admission.begin(slow.pop().unwrap(), at).unwrap();
        assert!(admission.enter(at).is_some());
        admission.leave(worker);
        assert_eq!(crowd(&mut admission, later(PROMPT_MS + BODY_MS + MARGIN_MS)).len(), ROOM);
    }

    #[test]
    fn a_body_that_dawdled_finds_no_room_when_there_is_none() {
        let mut admission = Admission::default();
        let slow = admission.enter(NOW).unwrap();
        let at = later(PROMPT_MS);
        let working: Vec<_> = crowd(&mut admission, at)
            .into_iter()
            .map(|place| admission.begin(place, at).unwrap())
            .collect();
        assert_eq!(working.len(), ROOM);
        assert!(admission.begin(slow, at).is_none());
        assert_eq!(admission.reading.live(at), 0);
    }

    #[test]
    fn a_shard_that_hangs_leaves_half_of_the_room_to_the_others() {
        let mut admission = Admission::default();
        let calls = calls(&mut admission);
        assert_eq!(calls.len(), ROOM / 2);
        assert!(admission.call(shard(1), NOW).is_some());
    }

    #[test]
    fn many_late_refusals_shut_the_door_for_a_moment() {
        let mut admission = Admission::default();
        // All that there is room for, and not one more: that would be a refusal.
        let _hanging: Vec<_> =
            std::iter::from_fn(|| admission.call(shard(0), NOW)).take(WIDEST).collect();
        for _ in 1..LATE_REFUSALS {
            assert!(admission.call(shard(0), NOW).is_none());
        }
        let place = admission.enter(NOW).unwrap();
        assert!(admission.call(shard(0), NOW).is_none());
        assert!(admission.enter(NOW).is_none());
        // Whoever is in goes on, and the others come in soon.
        assert!(admission.begin(place, NOW).is_some());
        assert!(admission.call(shard(1), NOW).is_some());
        assert!(admission.enter(later(PERIOD_MS)).is_some());
    }

    #[test]
    fn a_call_whose_end_nobody_tells_gives_its_place_back() {
        let mut admission = Admission::default();
        let _lost = calls(&mut admission);
        assert!(admission.call(shard(0), later(CALL_MS + MARGIN_MS - 1)).is_none());
        assert!(admission.call(shard(0), later(CALL_MS + MARGIN_MS)).is_some());
    }

    #[test]
    fn a_late_shard_gets_less() {
        let mut admission = Admission::default();
        let call = admission.call(shard(0), NOW).unwrap();
        admission.call_ended(call, Some(Ended::Lost), NOW);
        let calls = calls(&mut admission);
        assert_eq!(calls.len(), WIDEST / 2);
    }

    #[test]
    fn nothing_is_kept_of_shards_that_do_well() {
        let mut admission = Admission::default();
        for index in 0..16 {
            let call = admission.call(shard(index), NOW).unwrap();
            admission.call_ended(call, Some(Ended::After(5)), later(5));
        }
        assert!(admission.shards.is_empty());
    }
}
