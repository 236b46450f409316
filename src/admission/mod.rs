//! Admission: what an instance takes on, so that what it takes on is answered in time.
//!
//! In scope: whether there is room for a request now, given the clock. Who is refused hears `busy`
//! and comes back later; that happens before the ledger is asked and never after. Not in scope:
//! fairness between shops, and how often a stranger may call. The platform's rules in front of the
//! edge do that.

mod leases;
mod window;

use std::collections::BTreeMap;

pub use leases::{Lease, Leases};
pub use window::{Ended, LATE_MS, NARROWEST, WIDEST, Window};

use crate::campaign::Shard;
use crate::time::Timestamp;

/// Bodies that may be on their way in at once. With the calls below, at most 768 bodies of 64 KiB
/// are in memory: 48 MiB of the 128 MB that an instance has.
pub const BODIES: usize = 512;

/// Calls that may wait for the ledger at once. By Little's law 256 places at 0.1 s each are 2,560
/// calls a second, more than an instance has the time to check.
pub const CALLS: usize = 256;

/// A body that takes longer is not waited for.
pub const BODY_MS: u64 = 5000;

/// A ledger that takes longer is not waited for: a till hears in time that the outcome is unknown,
/// rather than nothing.
pub const CALL_MS: u64 = 8000;

/// What a lease lasts beyond the work that it is for, so that work which is merely late ends it.
const MARGIN_MS: u64 = 1000;

/// The places of one instance.
#[derive(Debug)]
pub struct Admission {
    bodies: Leases,
    calls: Leases,
    /// Shards with calls under way, or with something against them.
    shards: BTreeMap<Shard, Waiting>,
}

/// Who waits for one shard.
#[derive(Debug)]
struct Waiting {
    leases: Leases,
    window: Window,
}

/// A place for a call to a shard.
#[derive(Debug)]
pub struct CallLease {
    shard: Shard,
    of_instance: Lease,
    of_shard: Lease,
}

impl Default for Admission {
    fn default() -> Self {
        Self {
            bodies: Leases::new(BODY_MS + MARGIN_MS),
            calls: Leases::new(CALL_MS + MARGIN_MS),
            shards: BTreeMap::new(),
        }
    }
}

impl Admission {
    /// Room to read a body. None either while the ledger has no room for the call that the body is
    /// of: then it need not be read to be refused.
    pub fn body(&mut self, now: Timestamp) -> Option<Lease> {
        if self.calls.live(now) >= CALLS {
            return None;
        }
        self.bodies.take(now, BODIES)
    }

    /// The body is there, or will not come.
    pub fn body_ended(&mut self, lease: Lease) {
        self.bodies.end(lease);
    }

    /// Room for a call to this shard.
    pub fn call(&mut self, shard: Shard, now: Timestamp) -> Option<CallLease> {
        let of_instance = self.calls.take(now, CALLS)?;
        let waiting = self.shards.entry(shard).or_insert_with(|| Waiting {
            leases: Leases::new(CALL_MS + MARGIN_MS),
            window: Window::default(),
        });
        match waiting.leases.take(now, waiting.window.size()) {
            Some(of_shard) => Some(CallLease { shard, of_instance, of_shard }),
            None => {
                self.calls.end(of_instance);
                None
            }
        }
    }

    /// The call has ended, and how; `None` when nobody can say.
    pub fn call_ended(&mut self, lease: CallLease, how: Option<Ended>, now: Timestamp) {
        let CallLease { shard, of_instance, of_shard } = lease;
        self.calls.end(of_instance);
        let Some(waiting) = self.shards.get_mut(&shard) else { return };
        waiting.leases.end(of_shard);
        if let Some(how) = how {
            waiting.window.learn(how, now);
        }
        // Nothing is kept of a shard that nothing is known of.
        if waiting.leases.live(now) == 0 && waiting.window.is_wide_open() {
            self.shards.remove(&shard);
        }
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

    #[test]
    fn a_shard_that_hangs_leaves_half_of_the_places_to_the_others() {
        let mut admission = Admission::default();
        let hanging: Vec<_> =
            std::iter::from_fn(|| admission.call(shard(0), NOW)).take(CALLS).collect();
        assert_eq!(hanging.len(), CALLS / 2);
        assert!(admission.call(shard(1), NOW).is_some());
        assert!(admission.body(NOW).is_some());
    }

    #[test]
    fn no_body_is_read_for_a_call_that_has_no_room() {
        let mut admission = Admission::default();
        let mut calls: Vec<_> =
            (0..CALLS).map(|n| admission.call(shard(n as u32 % 16), NOW).unwrap()).collect();
        assert!(admission.body(NOW).is_none());
        assert!(admission.call(shard(0), NOW).is_none());
        admission.call_ended(calls.pop().unwrap(), Some(Ended::After(5)), NOW);
        assert!(admission.body(NOW).is_some());
    }

    #[test]
    fn bodies_that_dawdle_take_no_place_of_a_call() {
        let mut admission = Admission::default();
        let slow: Vec<_> = std::iter::from_fn(|| admission.body(NOW)).take(BODIES + 1).collect();
        assert_eq!(slow.len(), BODIES);
        assert!(admission.call(shard(0), NOW).is_some());
        assert!(admission.body(later(BODY_MS + MARGIN_MS)).is_some());
    }

    #[test]
    fn a_late_shard_gets_less_and_a_refused_call_costs_no_place() {
        let mut admission = Admission::default();
        let call = admission.call(shard(0), NOW).unwrap();
        admission.call_ended(call, Some(Ended::Lost), NOW);
        let calls: Vec<_> =
            std::iter::from_fn(|| admission.call(shard(0), NOW)).take(CALLS).collect();
        assert_eq!(calls.len(), WIDEST / 2);
        for _ in 0..CALLS {
            assert!(admission.call(shard(0), NOW).is_none());
        }
        assert_eq!(admission.calls.live(NOW), WIDEST / 2);
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
