//! The edge under load: one process of workerd with a new ledger, and its tills.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use tempfile::TempDir;

use crate::cli::load::Tills;
use crate::cli::local::{Issuer, KvServer, Start, Workerd, free_port};

/// Four shards: enough that none has all calls, and one thread has all of them anyway.
const SHARDS_LOG2: u32 = 2;

/// A running edge; its ledger goes with it.
pub(super) struct Edge {
    // Ended before its ledger's folder goes.
    workerd: Workerd,
    pub(super) port: u16,
    _kv: KvServer,
    _storage: TempDir,
}

impl Edge {
    /// Starts an edge, with its ledger in a new folder below this one, and enrols its tills.
    pub(super) fn start(project: &Path, storage: &Path) -> anyhow::Result<(Self, Tills)> {
        let storage = tempfile::tempdir_in(storage)
            .with_context(|| format!("no ledger in {}: --storage FOLDER", storage.display()))?;
        let port = free_port()?;
        let issuer = Arc::new(Issuer::generate(SHARDS_LOG2)?);
        let kv = issuer.publish()?;
        let tills = Tills::enrol(Arc::clone(&issuer), port)?;
        let bindings = issuer.bindings(tills.authority());
        let start = Start {
            project,
            port,
            storage: storage.path(),
            kv: kv.address(),
            archive: None,
            bindings: &bindings,
        };
        // Nobody reads the log; a line for each request is written all the same.
        let workerd = Workerd::start(&start, None)?;
        Ok((Self { workerd, port, _kv: kv, _storage: storage }, tills))
    }

    /// Its process, to look up what it costs.
    pub(super) fn process(&self) -> u32 {
        self.workerd.pid()
    }

    /// The most memory that it ever held, in bytes: `VmHWM` of `/proc/<pid>/status`.
    pub(super) fn most_resident_bytes(&self) -> anyhow::Result<u64> {
        let path = format!("/proc/{}/status", self.workerd.pid());
        let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        Ok(kilobytes.with_context(|| format!("{path} has no VmHWM"))? * 1024)
    }
}
