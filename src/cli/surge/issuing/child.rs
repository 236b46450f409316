//! A run of this very command: how long it took, on how much CPU, in how much memory.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use anyhow::{Context as _, ensure};

/// What a run took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    pub(super) wall: Duration,
    /// Of all its threads, in the system's code too.
    pub(super) cpu: Duration,
    /// The most memory that it had at a time, in bytes.
    pub(super) peak: u64,
}

/// How often its memory is looked at: what is missed is what its last moment added.
const LOOK: Duration = Duration::from_millis(2);

/// A unit of `/proc/<pid>/stat`: a hundredth of a second on every Linux.
const TICK: Duration = Duration::from_millis(10);

/// Runs `coupon` with these arguments in a folder, on so many cores; on all if not said.
///
/// # Errors
/// When it fails; it says why itself. When this is not Linux.
pub(super) fn run<S: AsRef<OsStr>>(
    folder: &Path,
    arguments: &[S],
    cores: Option<u32>,
) -> anyhow::Result<Run> {
    let mut command = Command::new(env::current_exe()?);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
    command.env("COUPON_DIR", "issuer");
    if let Some(cores) = cores {
        command.env("RAYON_NUM_THREADS", cores.to_string());
    }
    let before = cpu_of_children()?;
    let since = Instant::now();
    let mut child = command.spawn().context("cannot start coupon")?;
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        peak = peak_of(child.id()).unwrap_or(0).max(peak);
        thread::sleep(LOOK);
    };
    let wall = since.elapsed();
    ensure!(status.success(), "coupon ended: {status}");
    Ok(Run { wall, cpu: cpu_of_children()?.saturating_sub(before), peak })
}

/// What ended children of this process have run.
fn cpu_of_children() -> anyhow::Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").context("this measures on Linux only")?;
    let ticks = ticks_of_children(&stat).context("/proc/self/stat has another form")?;
    Ok(TICK * ticks)
}

/// `cutime` and `cstime`: fields 16 and 17, and the second is a name that may contain anything.
fn ticks_of_children(stat: &str) -> Option<u32> {
    let (_, behind_name) = stat.rsplit_once(") ")?;
    let mut fields = behind_name.split(' ').skip(13);
    let mut next = || fields.next()?.parse::<u32>().ok();
    Some(next()? + next()?)
}

/// The most memory that a process has had, in bytes; `None` when it has ended.
fn peak_of(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_behind_the_name() {
        let stat = "7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 11 12 30 4 20 0 1";
        assert_eq!(ticks_of_children(stat), Some(34));
        assert_eq!(ticks_of_children("7 (a) S 1"), None);
    }

    #[test]
    fn this_process_has_memory_and_one_that_ended_has_none() {
        assert!(peak_of(std::process::id()).unwrap() > 1 << 20);
        assert_eq!(peak_of(u32::MAX), None);
    }
}
