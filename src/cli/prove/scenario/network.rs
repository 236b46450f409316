//! What networks do: everything goes through the proxy.

use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::cli::prove::crowd::{Plan, Progress};
use crate::cli::prove::mischief::Mischief;
use crate::cli::prove::site::Site;
use crate::cli::prove::till::TIMEOUT;

/// Connections are cut before the request, in the middle of it, and after it was carried out.
pub(super) fn cut(site: &Site, plan: &Plan, progress: &Progress) -> Result<u64> {
    let mischief =
        Mischief { cut_before: 70, cut_within: 70, cut_after: 150, ..Mischief::default() };
    mischief_until_over(mischief, site, plan, progress)
}

/// Answers come later than tills wait, so that they ask again while the first call is long done.
pub(super) fn late(site: &Site, plan: &Plan, progress: &Progress) -> Result<u64> {
    let longest_ms = u64::try_from(TIMEOUT.as_millis())? + 300;
    let mischief = Mischief { answer_late: 60, longest_ms, ..Mischief::default() };
    mischief_until_over(mischief, site, plan, progress)
}

/// Requests are doubled, overtaken by later ones, and come once more when all is done.
pub(super) fn reorder(site: &Site, plan: &Plan, progress: &Progress) -> Result<u64> {
    let mischief =
        Mischief { doubled: 150, held: 150, echoed: 150, longest_ms: 800, ..Mischief::default() };
    mischief_until_over(mischief, site, plan, progress)
}

fn mischief_until_over(
    mischief: Mischief,
    site: &Site,
    plan: &Plan,
    progress: &Progress,
) -> Result<u64> {
    let before = site.proxy.injected();
    site.proxy.set(mischief, plan.seed ^ plan.first);
    while !progress.is_over() {
        thread::sleep(Duration::from_millis(10));
    }
    site.proxy.set(Mischief::default(), 0);
    Ok(site.proxy.injected() - before)
}
