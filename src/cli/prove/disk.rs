//! A small disk that can be filled and made read-only: a tmpfs in a mount namespace of its own,
//! which lives as long as a process that holds it. Needs no privileges where the system lets users
//! make namespaces. Linux only.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// The disk. It is gone when this value is.
pub(super) struct SmallDisk {
    holder: Child,
    mounted_on: TempDir,
}

/// Enough for some thousand redemptions.
const SIZE: &str = "24m";

impl SmallDisk {
    /// Makes an empty disk.
    ///
    /// # Errors
    /// When this system lets nobody make namespaces.
    pub(super) fn mount() -> Result<Self> {
        let mounted_on = tempfile::tempdir()?;
        let script = format!("mount -t tmpfs -o size={SIZE} none \"$0\" && echo ready && exec cat");
        let mut holder = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", &script])
            .arg(mounted_on.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run unshare (package util-linux)")?;
        let mut said = String::new();
        let stdout = holder.stdout.take().context("no output of unshare")?;
        BufReader::new(stdout).read_line(&mut said)?;
        ensure!(said == "ready\n", "this system does not let us mount a tmpfs in a namespace");
        Ok(Self { holder, mounted_on })
    }

    /// The folder on the disk, as the rest of the system reaches it.
    pub(super) fn path(&self) -> PathBuf {
        let inside = self.mounted_on.path();
        let inside = inside.strip_prefix("/").unwrap_or(inside);
        PathBuf::from(format!("/proc/{}/root", self.holder.id())).join(inside)
    }

    /// Takes all space that is left.
    pub(super) fn fill(&self) -> Result<()> {
        let mut filler = File::create(self.filler())?;
        let zeros = vec![0; 64 * 1024];
        while filler.write(&zeros).is_ok_and(|written| written > 0) {}
        Ok(())
    }

    /// Gives the space back.
    pub(super) fn free(&self) -> Result<()> {
        fs::remove_file(self.filler()).context("the disk was not full")
    }

    /// Takes no writes any more, or takes them again. Nothing may be open for writing.
    pub(super) fn set_read_only(&self, read_only: bool) -> Result<()> {
        let options = if read_only { "remount,ro" } else { "remount,rw" };
        let done = Command::new("nsenter")
            .args(["--target", &self.holder.id().to_string(), "--user", "--mount"])
            .args(["--preserve-credentials", "mount", "-o", options])
            .arg(self.mounted_on.path())
            .status()
            .context("cannot run nsenter (package util-linux)")?;
        ensure!(done.success(), "cannot remount the disk: {options}");
        Ok(())
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
