//! How a till comes again, as `docs/integration.md` has it: the same key, signed anew; after a
//! `Retry-After`, or after 0.2, 0.5, 1, 2 s with some chance in it; until a limit.

use std::time::Duration;

/// How long a till waits for an answer.
pub(super) const ANSWER: Duration = Duration::from_secs(3);

/// When a customer gives up waiting, after the request was due.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Milliseconds between tries; the last one from then on.
const PAUSES_MS: [u64; 4] = [200, 500, 1000, 2000];

/// How long a till waits before it comes again, after so many tries, for a lot between 0 and 1.
///
/// Up to half as long again: those who were turned away together do not come back together.
pub(super) fn pause(tries: u32, retry_after: Option<u32>, lot: f64) -> Duration {
    let index = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let own = PAUSES_MS.get(index).or(PAUSES_MS.last()).copied().unwrap_or_default();
    let pause = retry_after.map_or(Duration::from_millis(own), |it| Duration::from_secs(it.into()));
    pause.mul_f64(1.0 + lot.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_two_seconds() {
        let pauses = [1, 2, 3, 4, 5, 99].map(|tries| pause(tries, None, 0.0).as_millis());
        assert_eq!(pauses, [200, 500, 1000, 2000, 2000, 2000]);
    }

    #[test]
    fn what_the_edge_asks_for_goes_first() {
        assert_eq!(pause(1, Some(3), 0.0), Duration::from_secs(3));
        assert_eq!(pause(1, Some(3), 1.0), Duration::from_millis(4500));
    }

    #[test]
    fn chance_makes_it_longer_by_half_at_most() {
        assert_eq!(pause(2, None, 1.0), Duration::from_millis(750));
        assert_eq!(pause(2, None, 7.0), Duration::from_millis(750));
    }
}
