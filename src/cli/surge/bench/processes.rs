//! The processes of a peer: started, counted, ended.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context as _, ensure};

use crate::cli::local::Workerd;

/// What serves a peer; ended when dropped.
pub(super) enum Processes {
    Workerd(Workerd),
    Script(Script),
}

/// A script that starts others, says `ready`, and ends them when its standard input is closed.
pub(super) struct Script {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Script {
    /// Starts it, and waits until it is ready.
    ///
    /// # Errors
    /// When it ends before; it says itself what is missing.
    pub(super) fn start(program: &Path, arguments: &[&str]) -> anyhow::Result<Self> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().context("no standard output")?;
        let mut script = Self { child, stdin };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        if line.trim() != "ready" {
            let status = script.child.wait()?;
            ensure!(line.trim() == "ready", "{} ended: {status}", program.display());
        }
        Ok(script)
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // It may have ended by itself.
        let _ = self.child.wait();
    }
}

impl Processes {
    /// The numbers of all of them, children included.
    ///
    /// # Errors
    /// When this is not Linux.
    pub(super) fn numbers(&self) -> anyhow::Result<Vec<u32>> {
        let mut numbers = vec![match self {
            Self::Workerd(workerd) => workerd.pid(),
            Self::Script(script) => script.child.id(),
        }];
        let mut looked_at = 0;
        while let Some(number) = numbers.get(looked_at).copied() {
            looked_at += 1;
            let folder = format!("/proc/{number}/task");
            let threads = fs::read_dir(&folder).with_context(|| format!("cannot read {folder}"))?;
            for thread in threads {
                let children = fs::read_to_string(thread?.path().join("children"));
                let children = children.unwrap_or_default();
                numbers.extend(children.split_whitespace().filter_map(|it| it.parse::<u32>().ok()));
            }
        }
        Ok(numbers)
    }
}
