//! Places that are given for a time.
//!
//! When a client hangs up, the platform may drop the request's work without running another line of
//! it: no destructor, no counting down. A plain counter would keep such a place for ever and in the
//! end refuse everybody. So a place is lent: it comes back when its lease is ended, and by itself
//! when its term is over.

use crate::time::Timestamp;

/// The leases of one kind of place.
#[derive(Debug)]
pub struct Leases {
    term_ms: u64,
    live: Vec<(u64, Timestamp)>,
    next: u64,
}

/// The right to one place. Not to be copied: none is ended twice.
#[derive(Debug)]
pub struct Lease(u64);

impl Leases {
    /// No lease yet; each ends by itself after this time.
    pub const fn new(term_ms: u64) -> Self {
        Self { term_ms, live: Vec::new(), next: 0 }
    }

    /// A place, unless `limit` of them are taken.
    pub fn take(&mut self, now: Timestamp, limit: usize) -> Option<Lease> {
        if self.live(now) >= limit {
            return None;
        }
        let id = self.next;
        self.next += 1;
        self.live.push((id, now));
        Some(Lease(id))
    }

    /// Gives a place back. One whose term was over came back before, and changes nothing now.
    pub fn end(&mut self, lease: Lease) {
        if let Some(index) = self.live.iter().position(|(id, _)| *id == lease.0) {
            self.live.swap_remove(index);
        }
    }

    /// How many places were taken less than this long ago.
    pub fn younger(&mut self, now: Timestamp, age_ms: u64) -> usize {
        self.live(now);
        self.live.iter().filter(|(_, since)| now.millis_since(*since) < age_ms).count()
    }

    /// How many places are taken. A lease from the future is one from before the clock was set
    /// back, and is over: nobody can say for how long it would last.
    pub fn live(&mut self, now: Timestamp) -> usize {
        let term_ms = self.term_ms;
        self.live.retain(|(_, since)| *since <= now && now.millis_since(*since) < term_ms);
        self.live.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TERM: u64 = 100;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn a_leaked_lease_ends_by_itself() {
        let mut leases = Leases::new(TERM);
        for _ in 0..3 {
            let _leaked = leases.take(at(1000), 3).unwrap();
        }
        assert!(leases.take(at(1000 + TERM - 1), 3).is_none());
        assert!(leases.take(at(1000 + TERM), 3).is_some());
        assert_eq!(leases.live(at(1000 + TERM)), 1);
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_no_place_taken() {
        let mut leases = Leases::new(TERM);
        let _leaked = leases.take(at(1_000_000), 1).unwrap();
        assert!(leases.take(at(5), 1).is_some());
    }

    proptest! {
        /// Against a list of who holds a place since when, which is what the leases have to be.
        #[test]
        fn never_more_than_the_limit_and_none_ends_another(
            steps in proptest::collection::vec((0..4u8, 0..40u64, 1..6usize, any::<usize>()), 1..200)
        ) {
            let mut leases = Leases::new(TERM);
            let (mut now, mut held) = (1000, Vec::<(Lease, u64)>::new());
            for (what, later, limit, which) in steps {
                now += later;
                let over = |since: u64| now - since >= TERM;
                let live = held.iter().filter(|(_, since)| !over(*since)).count();
                prop_assert_eq!(leases.live(at(now)), live);
                match what {
                    0 | 1 => {
                        let taken = leases.take(at(now), limit);
                        prop_assert_eq!(taken.is_some(), live < limit);
                        held.extend(taken.map(|lease| (lease, now)));
                    }
                    // Also one whose term is over.
                    2 if !held.is_empty() => {
                        let (lease, since) = held.swap_remove(which % held.len());
                        leases.end(lease);
                        let left = live - usize::from(!over(since));
                        prop_assert_eq!(leases.live(at(now)), left);
                    }
                    // Leaked. It ends by its term and no sooner.
                    _ => {}
                }
            }
        }
    }
}
