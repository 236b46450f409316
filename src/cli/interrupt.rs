//! Ctrl-C and the termination signals, for commands that have something to tidy up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;

use super::outcome::Failure;

/// Whether somebody asked the command to stop.
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on a signal is noted instead of ending the process. Once per process.
    pub(crate) fn watch() -> anyhow::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&asked);
        ctrlc::set_handler(move || noted.store(true, Ordering::Relaxed))
            .context("cannot listen for Ctrl-C")?;
        Ok(Self(asked))
    }

    /// Whether somebody asked to stop.
    pub(crate) fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether somebody asked to stop, or does within a moment: Ctrl-C in a terminal reaches child
    /// processes as well, and one of them may have ended before it is noted here.
    pub(crate) fn asked_by_now(&self) -> bool {
        for _ in 0..20 {
            if self.asked() {
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        self.asked()
    }

    /// Fails when somebody asked to stop; `undone` says what therefore did not happen.
    pub(crate) fn check(&self, undone: &str) -> Result<(), Failure> {
        match self.asked() {
            true => Err(Failure::Interrupted(undone.to_owned())),
            false => Ok(()),
        }
    }
}
