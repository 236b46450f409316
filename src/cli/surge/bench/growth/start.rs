//! What a process takes until it has answered once: the Worker's, and that of the Worker that does
//! nothing. The difference is what our code costs when an instance starts.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::super::cpu;
use super::answer::first_status;
use crate::cli::load::percentile;
use crate::cli::local::{Issuer, Start, Workerd, free_port};

/// Until the first answer.
#[derive(Clone, Copy, Debug)]
struct First {
    wait: Duration,
    cpu: Duration,
}

/// Starts of both, one after the other, and again.
#[derive(Debug, Default)]
pub(super) struct Starts {
    ours: Vec<First>,
    floor: Vec<First>,
}

/// Medians in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StartFigures {
    pub(super) ours_ms: f64,
    pub(super) floor_ms: f64,
    pub(super) ours_cpu_ms: f64,
    pub(super) floor_cpu_ms: f64,
    /// Of the differences within a round.
    pub(super) added_cpu_ms: f64,
}

impl Starts {
    /// Starts each of them once.
    pub(super) fn add(&mut self, project: &Path, storage: &Path) -> anyhow::Result<()> {
        self.floor.push(floor(project, storage)?);
        self.ours.push(ours(project, storage)?);
        Ok(())
    }

    pub(super) fn figures(&self) -> StartFigures {
        let of = |starts: &[First], what: fn(&First) -> Duration| {
            percentile(starts.iter().map(|it| ms(what(it))).collect(), 50)
        };
        let pairs = self.ours.iter().zip(&self.floor);
        let added = pairs.map(|(ours, floor)| ms(ours.cpu) - ms(floor.cpu)).collect();
        StartFigures {
            ours_ms: of(&self.ours, |it| it.wait),
            floor_ms: of(&self.floor, |it| it.wait),
            ours_cpu_ms: of(&self.ours, |it| it.cpu),
            floor_cpu_ms: of(&self.floor, |it| it.cpu),
            added_cpu_ms: percentile(added, 50),
        }
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn ours(project: &Path, storage: &Path) -> anyhow::Result<First> {
    let storage = tempfile::tempdir_in(storage)?;
    let port = free_port()?;
    let issuer = Issuer::generate(0)?;
    let kv = issuer.publish()?;
    let bindings = issuer.bindings(&format!("127.0.0.1:{port}"));
    let kv = kv.address();
    let start =
        Start { project, port, storage: storage.path(), kv, archive: None, bindings: &bindings };
    first(port, "/healthz", || Workerd::start(&start, None))
}

fn floor(project: &Path, storage: &Path) -> anyhow::Result<First> {
    let storage = tempfile::tempdir_in(storage)?;
    let mut arguments = vec![format!("--directory-path=storage={}", storage.path().display())];
    let port = free_port()?;
    arguments.push(format!("--socket-addr=empty=127.0.0.1:{port}"));
    for step in ["body", "hop", "insert", "carry"] {
        arguments.push(format!("--socket-addr={step}=127.0.0.1:{}", free_port()?));
    }
    let config = project.join("bench/peers/floor/floor.capnp");
    first(port, "/", || Workerd::serve(project, &config, &arguments, &[], None))
}

fn first(
    port: u16,
    path: &str,
    start: impl FnOnce() -> anyhow::Result<Workerd>,
) -> anyhow::Result<First> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    let since = Instant::now();
    let workerd = start()?;
    let status = first_status(port, request.as_bytes())?;
    let wait = since.elapsed();
    ensure!(status == 200, "GET {path} was answered {status}");
    Ok(First { wait, cpu: cpu::of(&[workerd.pid()])? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_the_median_of_differences_within_a_round() {
        let first = |cpu| First { wait: Duration::from_millis(5), cpu: Duration::from_millis(cpu) };
        let ours = [30, 130, 60].map(first).to_vec();
        let floor = [10, 100, 20].map(first).to_vec();
        let figures = Starts { ours, floor }.figures();
        assert_eq!((figures.ours_cpu_ms, figures.floor_cpu_ms), (60.0, 20.0));
        assert_eq!((figures.added_cpu_ms, figures.ours_ms), (30.0, 5.0));
    }
}
