//! An issuer's desk: a directory of its own in which the real `coupon` command is run.

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A desk; all its files go when the test ends.
pub(crate) struct Desk(TempDir);

impl Desk {
    /// An empty desk.
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A file on the desk.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The command, ready to run here.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_coupon"));
        command.args(args).current_dir(self.0.path()).env_remove("COUPON_DIR");
        command
    }

    /// Runs the command; gives its exit code, stdout and stderr.
    pub(crate) fn coupon(&self, args: &[&str]) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), text(stdout), text(stderr))
    }
}
