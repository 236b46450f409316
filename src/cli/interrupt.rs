//! Ctrl-C and the termination signals, for commands that have something to tidy up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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

    /// Fails when somebody asked to stop; `undone` says what therefore did not happen.
    pub(crate) fn check(&self, undone: &str) -> Result<(), Failure> {
        match self.asked() {
            true => Err(Failure::Interrupted(undone.to_owned())),
            false => Ok(()),
        }
    }
}
