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

    /// A desk with an issuer and its campaign 536870913, which is in CNY and has kid 1.
    pub(crate) fn with_campaign(name: &str, from: &str, until: &str) -> Self {
        let desk = Self::new();
        desk.done(&["init"]);
        let create = ["campaign", "create", "--name", name, "--currency", "CNY"];
        let made = desk.done(&[&create[..], &["--from", from, "--until", until]].concat());
        assert!(made.starts_with("Made campaign 536870913,"), "{made}");
        desk
    }

    /// A file on the desk.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The command, ready to run here.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_coupon"));
        command.args(args).current_dir(self.0.path());
        for name in ["COUPON_DIR", "COUPON_URL", "COUPON_SHOPS"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs the command; gives its exit code, stdout and stderr.
    pub(crate) fn coupon(&self, args: &[&str]) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), text(stdout), text(stderr))
    }

    /// Runs the command, which must succeed; gives stdout.
    pub(crate) fn done(&self, args: &[&str]) -> String {
        let (code, stdout, stderr) = self.coupon(args);
        assert_eq!(code, 0, "{args:?}\n{stdout}{stderr}");
        stdout
    }
}
