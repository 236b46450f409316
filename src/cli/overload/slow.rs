//! A ledger that has only a part of the time for this edge, as shards do that other instances ask,
//! too.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};

/// It runs for so long,
const RUNS: Duration = Duration::from_millis(5);

/// and then stands still for so long.
const STANDS: Duration = Duration::from_millis(10);

/// Stops and continues a process (SIGSTOP, SIGCONT) until this is dropped.
pub(super) struct Slow {
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Slow {
    /// Slows this process down.
    pub(super) fn process(id: u32) -> anyhow::Result<Self> {
        let id = Pid::from_raw(i32::try_from(id)?).context("no process")?;
        let done = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&done);
        let thread = thread::spawn(move || {
            // It may end before this does: then there is nothing to slow down.
            while !stop.load(Ordering::Relaxed) && kill_process(id, Signal::STOP).is_ok() {
                thread::sleep(STANDS);
                let _ = kill_process(id, Signal::CONT);
                thread::sleep(RUNS);
            }
        });
        Ok(Self { done, thread: Some(thread) })
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It does not panic.
            let _ = thread.join();
        }
    }
}
