//! A new build takes over from an old one on the same storage, one schema apart; and back.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cli::prove::crowd::{Plan, Progress};
use crate::cli::prove::site::Site;

/// Both builds take requests; the ledger's objects are the old build's, then the new one's, then
/// the old one's again, which must not touch what it does not understand, and at last the new
/// one's.
pub(super) fn rolling(site: &Site, _: &Plan, progress: &Progress) -> Result<u64> {
    let folder = site.upgrade.as_ref().context("this needs two builds")?;
    let mut struck = 0;
    for stage in ["before", "after", "before", "after"] {
        site.use_project(folder.join(stage));
        site.restart()?;
        struck += 1;
        for _ in 0..15 {
            if progress.is_over() {
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
    while !progress.is_over() {
        thread::sleep(Duration::from_millis(10));
    }
    Ok(struck)
}
