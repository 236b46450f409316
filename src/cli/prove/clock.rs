//! One clock for the whole run: it never goes back, and it agrees with the edge's.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::prove::history::Moment;
use crate::time::Timestamp;

/// The clock.
pub(super) struct Clock;

/// A moment by both clocks of this machine.
static START: LazyLock<(Instant, u64)> = LazyLock::new(|| {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (Instant::now(), u64::try_from(wall.as_micros()).unwrap_or(u64::MAX))
});

/// The edge's clock is this machine's, but may be set right while a run goes on, and stands still
/// while the edge computes.
const TOLERANCE_US: u64 = 1_000_000;

impl Clock {
    /// Microseconds since 1970, counted by a clock that never goes back.
    pub(super) fn now() -> u64 {
        let (instant, wall) = &*START;
        wall + u64::try_from(instant.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// The time so many seconds ago.
    pub(super) fn ago(seconds: u64) -> Timestamp {
        Timestamp::from_millis((Self::now() / 1000).saturating_sub(seconds * 1000))
    }

    /// When the edge can have handled what began and ended then.
    pub(super) fn moment(began: u64, ended: u64) -> Moment {
        let time = |micros: u64| Timestamp::from_millis(micros / 1000);
        Moment {
            earliest: time(began.saturating_sub(TOLERANCE_US)),
            latest: time(ended.saturating_add(TOLERANCE_US)),
        }
    }
}
