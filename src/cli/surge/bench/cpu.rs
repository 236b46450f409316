//! What processes take of the machine's processors, as the system counts it.

use std::fs;
use std::time::Duration;

use anyhow::Context as _;

/// The time that all threads of these processes have run: the first number of
/// `/proc/<pid>/task/<tid>/schedstat`, which is in nanoseconds where `stat` counts hundredths of a
/// second.
///
/// # Errors
/// When a process has ended, or this is not Linux.
pub(in crate::cli::surge) fn of(processes: &[u32]) -> anyhow::Result<Duration> {
    let mut sum = 0;
    for process in processes {
        let folder = format!("/proc/{process}/task");
        let threads = fs::read_dir(&folder).with_context(|| format!("cannot read {folder}"))?;
        for thread in threads {
            // A thread may end in between.
            let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            sum += text.split(' ').next().and_then(|first| first.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    Ok(Duration::from_nanos(sum))
}
