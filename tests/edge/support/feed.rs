//! A Worker in front of the edge that brings parcels to its statements: `tests/statement/`.

use std::fs;
use std::path::Path;
use std::sync::mpsc::Sender;

use coupon_edge::cli::local::{Start, Workerd};
use tempfile::TempDir;

/// Where its configuration is.
pub struct Feed {
    folder: TempDir,
}

const CONFIG: &str = include_str!("../../statement/edge.capnp");
const WORKER: &str = include_str!("../../statement/feed.js");

impl Feed {
    /// In front of the edge that is built in this folder.
    pub fn before(project: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("edge.capnp"), CONFIG).unwrap();
        fs::write(folder.path().join("feed.js"), WORKER).unwrap();
        // Files are embedded by their paths from the configuration.
        std::os::unix::fs::symlink(project.join("build"), folder.path().join("build")).unwrap();
        Self { folder }
    }

    pub fn start(&self, start: &Start<'_>, lines: Sender<String>) -> Workerd {
        let arguments = [
            format!("--socket-addr=http=127.0.0.1:{}", start.port),
            format!("--external-addr=kv={}", start.kv),
            format!("--directory-path=ledger={}", start.storage.display()),
        ];
        let config = self.folder.path().join("edge.capnp");
        Workerd::serve(start.project, &config, &arguments, start.bindings, Some(lines)).unwrap()
    }
}
