//! Keeping a request's work going when its client hangs up.
//!
//! Otherwise the platform stops such work wherever it waits, and nothing of it runs again, not even
//! a destructor: what it held of this instance's memory and places would stay held, and it would
//! leave no line in the log.

use futures_channel::oneshot;
use worker::Context;

/// The work goes on for as long as this is there, up to the 30 s that the platform gives.
pub(super) struct Alive {
    _until_dropped: oneshot::Sender<()>,
}

/// Keeps this request's work going.
pub(super) fn keep(context: &Context) -> Alive {
    let (until_dropped, dropped) = oneshot::channel::<()>();
    context.wait_until(async {
        // Nothing is ever sent: this ends when the other side is dropped.
        let _ = dropped.await;
    });
    Alive { _until_dropped: until_dropped }
}
