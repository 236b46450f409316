//! The process dies, or hangs.

use std::ops::Range;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::cli::prove::crowd::{Plan, Progress};
use crate::cli::prove::site::Site;

/// No trouble but the crowd itself.
pub(super) fn nothing(_: &Site, _: &Plan, progress: &Progress) -> Result<u64> {
    while !progress.is_over() {
        thread::sleep(Duration::from_millis(10));
    }
    Ok(0)
}

/// The crowd kills the Worker's instances itself.
pub(super) fn die(site: &Site, plan: &Plan, progress: &Progress) -> Result<u64> {
    let deaths = || site.logged().get("instance-died").copied().unwrap_or_default();
    let before = deaths();
    nothing(site, plan, progress)?;
    Ok(deaths() - before)
}

/// SIGKILL under load, and a start on the same storage, again and again.
pub(super) fn kill(site: &Site, plan: &Plan, progress: &Progress) -> Result<u64> {
    kill_every(50..600, site, plan, progress)
}

/// The same, but the edge gets some work done in between.
pub(super) fn kill_now_and_then(site: &Site, plan: &Plan, progress: &Progress) -> Result<u64> {
    kill_every(3000..6000, site, plan, progress)
}

fn kill_every(visits: Range<u64>, site: &Site, plan: &Plan, progress: &Progress) -> Result<u64> {
    let mut lots = StdRng::seed_from_u64(plan.seed ^ plan.first);
    let mut struck = 0;
    while !progress.is_over() {
        let before = progress.visits();
        let enough = lots.random_range(visits.clone());
        // At any moment of the load, not at one that a signal of the edge's would choose.
        while progress.visits() < before + enough && !progress.is_over() {
            thread::sleep(Duration::from_micros(lots.random_range(100..2000)));
        }
        site.kill();
        struck += 1;
        site.restart()?;
    }
    Ok(struck)
}

/// SIGSTOP for longer than tills wait, then SIGCONT.
pub(super) fn freeze(site: &Site, plan: &Plan, progress: &Progress) -> Result<u64> {
    let mut lots = StdRng::seed_from_u64(plan.seed ^ plan.first);
    let mut struck = 0;
    while !progress.is_over() {
        thread::sleep(Duration::from_millis(lots.random_range(200..900)));
        site.freeze_for(Duration::from_millis(lots.random_range(500..3500)))?;
        struck += 1;
    }
    Ok(struck)
}
