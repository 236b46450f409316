//! KV fails, is slow, or gives what it should not. Each new state meets an edge that has just been
//! started, with no policy in memory, and one that has been running.

use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::cli::prove::crowd::{Plan, Progress};
use crate::cli::prove::site::{KvMode, Site};

pub(super) fn unreliable(site: &Site, _: &Plan, progress: &Progress) -> Result<u64> {
    let (key, good) = site.issuer.campaign_policy()?;
    let old = site.issuer.earlier_policy()?;
    let broken = (key.clone(), good.replace("\"paused\":false", "\"paused\":true"));
    let cut_off = (key.clone(), good.chars().take(good.len() / 2).collect());
    let mut struck = 0;
    while !progress.is_over() {
        let turn: [(KvMode, Option<_>); 5] = [
            (KvMode::Fails, None),
            (KvMode::Slow(Duration::from_millis(1200)), None),
            (KvMode::Up, Some(&old)),
            (KvMode::Up, Some(&broken)),
            (KvMode::Up, Some(&cut_off)),
        ];
        for (mode, text) in turn {
            site.set_kv(mode);
            if let Some(text) = text {
                site.put(text.clone());
            }
            struck += 1;
            thread::sleep(Duration::from_millis(300));
            site.restart()?;
            thread::sleep(Duration::from_millis(700));
            site.set_kv(KvMode::Up);
            site.put((key.clone(), good.clone()));
            thread::sleep(Duration::from_millis(300));
            if progress.is_over() {
                break;
            }
        }
    }
    // An edge that took the old one while the good one was away is started anew.
    site.restart()?;
    Ok(struck)
}
