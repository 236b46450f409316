//! The disk is full, or read-only.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::cli::prove::crowd::{Plan, Progress};
use crate::cli::prove::site::Site;

/// The disk fills up under load, is full for a while, and is not any more. Once in each turn the
/// edge dies with the disk full.
pub(super) fn full(site: &Site, _: &Plan, progress: &Progress) -> Result<u64> {
    let disk = site.disk.as_ref().context("this needs a disk of its own")?;
    let mut struck = 0;
    while !progress.is_over() {
        thread::sleep(Duration::from_millis(500));
        disk.fill()?;
        struck += 1;
        thread::sleep(Duration::from_millis(700));
        if struck % 2 == 0 {
            site.restart()?;
            thread::sleep(Duration::from_millis(400));
        }
        disk.free()?;
    }
    Ok(struck)
}

/// The edge comes up on a disk that takes no writes, and later on one that does.
pub(super) fn read_only(site: &Site, _: &Plan, progress: &Progress) -> Result<u64> {
    let disk = site.disk.as_ref().context("this needs a disk of its own")?;
    let mut struck = 0;
    while !progress.is_over() {
        thread::sleep(Duration::from_millis(800));
        // A file system in use for writing cannot be made read-only.
        site.kill();
        disk.set_read_only(true)?;
        site.restart()?;
        struck += 1;
        thread::sleep(Duration::from_millis(900));
        site.kill();
        disk.set_read_only(false)?;
        site.restart()?;
    }
    Ok(struck)
}
