//! How many calls may wait for one shard, learned from how long it takes to answer.
//!
//! A shard serves many instances, none of which sees the others' calls. What each sees is the time
//! that its own calls take. As long as they are quick the window opens by one for each window of
//! answers; when one is late or lost it closes by half. That is how senders share a line in TCP
//! (additive increase, multiplicative decrease), and it settles where the shard is busy and nobody
//! waits long.

use crate::time::Timestamp;

/// An answer that takes longer is late: tills ask again after 2 to 3 s.
pub const LATE_MS: u64 = 2000;

/// The most calls that may wait for one shard: half of an instance's room, so that a shard that
/// hangs leaves the other half to the rest.
pub const WIDEST: usize = super::ROOM / 2;

/// The fewest: by these the instance notices that the shard is quick again.
pub const NARROWEST: usize = 8;

/// The window of one shard.
#[derive(Debug)]
pub struct Window {
    size: usize,
    /// Quick answers since it last opened.
    quick: usize,
    /// When it last closed.
    closed: Option<Timestamp>,
}

/// How a call to the shard ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With an answer, after so many milliseconds.
    After(u64),
    /// Without one: time-out, or the platform said that the shard is overloaded or out of reach.
    Lost,
}

impl Default for Window {
    /// Wide open: nothing is known against the shard.
    fn default() -> Self {
        Self { size: WIDEST, quick: 0, closed: None }
    }
}

impl Window {
    /// How many calls may wait.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Whether nothing is known against the shard.
    pub const fn is_wide_open(&self) -> bool {
        self.size == WIDEST
    }

    /// Learns from a call.
    pub fn learn(&mut self, ended: Ended, now: Timestamp) {
        if let Ended::After(0..=LATE_MS) = ended {
            self.quick += 1;
            if self.quick >= self.size {
                (self.size, self.quick) = (WIDEST.min(self.size + 1), 0);
            }
            return;
        }
        // Calls that waited together are late together: that is one piece of news, not many.
        if self.closed.is_none_or(|closed| closed > now || now.millis_since(closed) >= LATE_MS) {
            (self.size, self.quick) = (NARROWEST.max(self.size / 2), 0);
            self.closed = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn calls_that_are_late_together_close_it_once() {
        let mut window = Window::default();
        for ms in 0..50 {
            window.learn(Ended::Lost, at(5000 + ms));
        }
        assert_eq!(window.size(), WIDEST / 2);
        window.learn(Ended::After(LATE_MS + 1), at(5000 + LATE_MS));
        assert_eq!(window.size(), WIDEST / 4);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_keep_it_open() {
        let mut window = Window::default();
        window.learn(Ended::Lost, at(5000));
        // The same moment is the same news; an earlier one says that the clock was set.
        window.learn(Ended::Lost, at(5000));
        assert_eq!(window.size(), WIDEST / 2);
        window.learn(Ended::Lost, at(4999));
        assert_eq!(window.size(), WIDEST / 4);
    }

    #[test]
    fn a_window_of_quick_answers_opens_it_by_one() {
        let mut window = Window::default();
        window.learn(Ended::Lost, at(5000));
        for _ in 0..WIDEST / 2 {
            assert_eq!(window.size(), WIDEST / 2);
            window.learn(Ended::After(LATE_MS), at(6000));
        }
        assert_eq!(window.size(), WIDEST / 2 + 1);
    }

    /// One server, calls kept at the window's size: what the window is for.
    #[test]
    fn it_settles_where_the_shard_is_busy_and_nobody_waits_long() {
        // 20 calls a second: a full window would wait more than 6 s.
        const SERVICE_MS: u64 = 50;
        let (mut window, mut now, mut queue) =
            (Window::default(), 0, std::collections::VecDeque::new());
        let mut waits = Vec::new();
        for _ in 0..5000 {
            while queue.len() < window.size() {
                queue.push_back(now);
            }
            now += SERVICE_MS;
            let took = now - queue.pop_front().unwrap();
            window.learn(Ended::After(took), at(now));
            waits.push(took);
        }
        let settled = waits.split_off(1000);
        assert!(settled.iter().all(|wait| *wait <= 2 * LATE_MS), "{:?}", settled.iter().max());
        // Never idle: there is always a call in the queue, by the least window.
        assert!(settled.iter().all(|wait| *wait > SERVICE_MS));
    }

    proptest! {
        #[test]
        fn it_stays_between_its_ends(
            steps in proptest::collection::vec((0..3000u64, any::<bool>(), 0..2500u64), 1..300)
        ) {
            let (mut window, mut now) = (Window::default(), 0);
            for (later, lost, took) in steps {
                now += later;
                window.learn(if lost { Ended::Lost } else { Ended::After(took) }, at(now));
                prop_assert!((NARROWEST..=WIDEST).contains(&window.size()));
            }
        }
    }
}
