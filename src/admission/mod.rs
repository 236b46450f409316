//! Admission: what an instance takes on, so that what it takes on is answered in time.
//!
//! In scope: whether there is room for a request now, given the clock, and which coupon many ask
//! about in vain. Who is refused hears `busy`
//! and comes back later; that happens before the ledger is asked and never after. Not in scope:
//! fairness between shops, and how often a stranger may call. The platform's rules in front of the
//! edge do that.

mod allowance;
mod leases;
mod screenshots;
#[cfg(test)]
mod tests;
mod turned_away;
mod window;

use std::collections::BTreeMap;

pub use allowance::{Allowance, LATE_REFUSALS, PERIOD_MS};
pub use leases::{Lease, Leases};
pub use screenshots::{CouponId, FROM_THE_LEDGER, REMEMBERED_MS, Screenshots, Used};
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

/// Batches that may be on their way in or at work at once. Each takes about a megabyte, what is made
/// of it included.
pub const BATCHES: usize = 32;

/// A body that is not there by then may take longer still: its request takes no room from others
/// until it is.
pub const PROMPT_MS: u64 = 250;

/// For so long a request waits, for its body and its ledger together: a till hears in time that the
/// outcome is unknown, rather than nothing.
pub const PATIENCE_MS: u64 = 8000;

/// For so long the platform lets the work for a client go on that has hung up.
const WORK_MS: u64 = 30_000;

/// What a lease lasts beyond the work that it is for, so that work which is merely late ends it.
const MARGIN_MS: u64 = 1000;

/// The places of one instance.
#[derive(Debug)]
pub struct Admission {
    reading: Leases,
    working: Leases,
    batches: Leases,
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
    Batch(Lease),
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
            reading: Leases::new(PATIENCE_MS + MARGIN_MS),
            working: Leases::new(WORK_MS + MARGIN_MS),
            batches: Leases::new(PATIENCE_MS + WORK_MS + MARGIN_MS),
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

    /// A place among the batches, before the body of one is read: besides the one that the request
    /// has at the door, and until it is answered.
    pub fn batch(&mut self, now: Timestamp) -> Option<Place> {
        self.batches.take(now, BATCHES).map(|lease| Place(Stage::Batch(lease)))
    }

    /// The request is answered, or given up.
    pub fn leave(&mut self, place: Place) {
        match place.0 {
            Stage::Reading(lease) => self.reading.end(lease),
            Stage::Working(lease) => self.working.end(lease),
            Stage::Batch(lease) => self.batches.end(lease),
        }
    }

    /// Room for a call to this shard.
    pub fn call(&mut self, shard: Shard, now: Timestamp) -> Option<CallPlace> {
        let waiting = self.shards.entry(shard).or_insert_with(|| Waiting {
            leases: Leases::new(PATIENCE_MS + MARGIN_MS),
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
