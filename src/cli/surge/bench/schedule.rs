//! When the next request is due: when a till is free, or by the clock.

use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use crate::cli::load::{Arrivals, gap};

/// How often somebody looks, where nothing is due by the clock.
const LOOK: Duration = Duration::from_millis(100);

/// The times at which requests are due, until an end.
pub(super) struct Schedule {
    pub(super) end: Instant,
    by_clock: Option<Clock>,
}

/// Moments of a Poisson process; the same ones in each run.
struct Clock {
    rate: f64,
    lots: StdRng,
    next: Instant,
}

impl Schedule {
    pub(super) fn new(arrivals: Arrivals, start: Instant, time: Duration) -> Self {
        let by_clock = match arrivals {
            Arrivals::Closed(_) => None,
            Arrivals::Open(rate) => {
                let mut clock = Clock { rate, lots: StdRng::seed_from_u64(1), next: start };
                clock.advance();
                Some(clock)
            }
        };
        Self { end: start + time, by_clock }
    }

    /// Whether a request is to be sent now, if a connection is free.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        !self.is_over(now) && self.by_clock.as_ref().is_none_or(|clock| clock.next <= now)
    }

    /// A request is sent now; since when its till has waited.
    pub(super) fn take(&mut self, now: Instant) -> Instant {
        self.by_clock.as_mut().map_or(now, Clock::advance)
    }

    /// Whether no request is due any more. One that was due in the time is sent, however late.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.by_clock.as_ref().map_or(now, |clock| clock.next) >= self.end
    }

    /// How long nothing is due.
    pub(super) fn pause(&self, now: Instant) -> Duration {
        let next = self.by_clock.as_ref().map(|clock| clock.next);
        next.map_or(LOOK, |next| next.saturating_duration_since(now).min(LOOK))
    }
}

impl Clock {
    /// The moment that was next; now a later one is.
    fn advance(&mut self) -> Instant {
        let due = self.next;
        self.next += Duration::from_secs_f64(gap(&mut self.lots) / self.rate);
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn by_the_clock_as_many_are_due_as_the_rate_says() {
        let start = Instant::now();
        let mut schedule = Schedule::new(Arrivals::Open(1000.0), start, 10 * SECOND);
        let mut due = Vec::new();
        // Nobody looked until the time was over by far: all are due, each since its own moment.
        let late = start + 20 * SECOND;
        while schedule.is_due(late) {
            due.push(schedule.take(late));
        }
        // Three standard deviations of a Poisson number.
        assert!((9_700..10_300).contains(&due.len()), "{}", due.len());
        assert!(due.is_sorted() && due[0] > start && due[due.len() - 1] < start + 10 * SECOND);
        assert!(schedule.is_over(start));
    }

    #[test]
    fn by_the_clock_nothing_is_due_early() {
        let start = Instant::now();
        let schedule = Schedule::new(Arrivals::Open(1.0), start, 100 * SECOND);
        let first = schedule.by_clock.as_ref().unwrap().next;
        assert!(!schedule.is_due(start) && schedule.is_due(first));
        assert_eq!(schedule.pause(first - Duration::from_millis(1)), Duration::from_millis(1));
        assert_eq!(schedule.pause(first + SECOND), Duration::ZERO);
    }

    #[test]
    fn a_free_till_is_due_at_once_until_the_end() {
        let start = Instant::now();
        let mut schedule = Schedule::new(Arrivals::Closed(1), start, SECOND);
        let now = start + SECOND / 2;
        assert!(schedule.is_due(now));
        assert_eq!(schedule.take(now), now);
        assert!(!schedule.is_due(start + SECOND) && schedule.is_over(start + SECOND));
    }
}
