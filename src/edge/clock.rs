//! The platform's clock. It stands still while code runs and moves on with each I/O.

use crate::time::Timestamp;

/// The time now.
pub(super) fn now() -> Timestamp {
    Timestamp::from_millis(worker::Date::now().as_millis())
}
