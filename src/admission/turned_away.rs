//! How many were turned away at the door. A line in the log for each would cost more than turning
//! them away does, so there is one a second, for all of them.

use crate::time::Timestamp;

/// The least time between two lines.
const EVERY_MS: u64 = 1000;

/// Those turned away who are not in the log yet.
#[derive(Debug, Default)]
pub struct TurnedAway {
    waiting: Option<Crowd>,
    reported: Option<Timestamp>,
}

/// Some who were turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowd {
    /// When the first of them was.
    pub since: Timestamp,
    /// How many there were.
    pub count: u32,
}

impl TurnedAway {
    /// One more.
    pub fn add(&mut self, now: Timestamp) {
        let crowd = self.waiting.get_or_insert(Crowd { since: now, count: 0 });
        crowd.count = crowd.count.saturating_add(1);
    }

    /// Those to be reported now, each once: the first of a rush at once, the others when a second
    /// has passed. To be asked at every request, so that the last of a rush are not left over.
    pub fn due(&mut self, now: Timestamp) -> Option<Crowd> {
        let just_now = |at: Timestamp| at <= now && now.millis_since(at) < EVERY_MS;
        if self.waiting.is_none() || self.reported.is_some_and(just_now) {
            return None;
        }
        self.reported = Some(now);
        self.waiting.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + ms)
    }

    #[test]
    fn each_is_reported_once_and_at_most_one_line_a_second() {
        let mut turned_away = TurnedAway::default();
        let mut lines = Vec::new();
        for ms in 0..2500 {
            turned_away.add(at(ms));
            lines.extend(turned_away.due(at(ms)));
        }
        let line = |ms, count| Crowd { since: at(ms), count };
        assert_eq!(lines, [line(0, 1), line(1, 1000), line(1001, 1000)]);
        assert_eq!(turned_away.due(at(2999)), None);
        assert_eq!(turned_away.due(at(9000)), Some(line(2001, 499)));
        assert_eq!(turned_away.due(at(99_000)), None);
    }

    #[test]
    fn a_clock_that_is_set_back_silences_nobody() {
        let mut turned_away = TurnedAway::default();
        turned_away.add(at(5000));
        assert!(turned_away.due(at(5000)).is_some());
        turned_away.add(at(10));
        assert!(turned_away.due(at(10)).is_some());
    }
}
