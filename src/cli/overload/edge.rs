//! The edge under test: an issuer in memory, the Worker and its ledger as two processes of workerd,
//! and the memory of the Worker's as the system counts it.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use tempfile::TempDir;

use super::slow::Slow;
use crate::cli::load::Tills;
use crate::cli::local::{Issuer, KvServer, Start, Workerd, free_port};

/// Four shards: enough that none alone has all the calls.
const SHARDS_LOG2: u32 = 2;

/// A running edge; its ledger goes with it.
pub(super) struct Edge<'a> {
    project: &'a Path,
    /// Of the Worker and of the ledger.
    ports: [u16; 2],
    storage: TempDir,
    kv: KvServer,
    bindings: Vec<(String, String)>,
    limit: Limit,
    running: Running,
}

/// What has the least to spare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Limit {
    /// The shards: they have a third of their time for this instance, as where many instances ask
    /// them.
    Ledger,
    /// The one instance of the Worker: its thread is full before the shards are.
    Instance,
}

impl Limit {
    fn slow(self, ledger: &Workerd) -> anyhow::Result<Option<Slow>> {
        match self {
            Self::Ledger => Slow::process(ledger.pid()).map(Some),
            Self::Instance => Ok(None),
        }
    }
}

struct Running {
    // Dropped first, while the process that it slows down is there.
    slow: Option<Slow>,
    front: Workerd,
    ledger: Workerd,
}

impl<'a> Edge<'a> {
    /// Starts an edge that redeems the coupons of these tills.
    pub(super) fn start(project: &'a Path, limit: Limit) -> anyhow::Result<(Self, Tills)> {
        let ports = [free_port()?, free_port()?];
        let issuer = Arc::new(Issuer::generate(SHARDS_LOG2)?);
        let kv = issuer.publish()?;
        let tills = Tills::enrol(Arc::clone(&issuer), ports[0])?;
        let bindings = issuer.bindings(tills.authority());
        let storage = tempfile::tempdir()?;
        let running = run(project, ports, storage.path(), &kv, &bindings, limit)?;
        Ok((Self { project, ports, storage, kv, bindings, limit, running }, tills))
    }

    /// Where it listens.
    pub(super) fn port(&self) -> u16 {
        self.ports[0]
    }

    /// Kills both as a power cut would, and starts them again on what is on the disk, with all of
    /// their time.
    pub(super) fn kill_and_restart(&mut self) -> anyhow::Result<()> {
        self.running.ledger.kill();
        self.running.front.kill();
        let (storage, kv) = (self.storage.path(), &self.kv);
        self.running = run(self.project, self.ports, storage, kv, &self.bindings, Limit::Instance)?;
        Ok(())
    }

    /// Stops the ledger where it is, as a failure of the platform's storage would.
    pub(super) fn hang(&mut self) -> anyhow::Result<()> {
        self.running.slow = None;
        self.running.ledger.freeze()
    }

    /// Lets the ledger go on as before.
    pub(super) fn go_on(&mut self) -> anyhow::Result<()> {
        self.running.ledger.thaw()?;
        self.running.slow = self.limit.slow(&self.running.ledger)?;
        Ok(())
    }

    /// What the Worker's process holds of the machine's memory, in bytes: `VmRSS` of
    /// `/proc/<pid>/status`.
    pub(super) fn resident_bytes(&self) -> anyhow::Result<u64> {
        let path = format!("/proc/{}/status", self.running.front.pid());
        let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        Ok(kilobytes.with_context(|| format!("{path} has no VmRSS"))? * 1024)
    }
}

fn run(
    project: &Path,
    [port, ledger_port]: [u16; 2],
    storage: &Path,
    kv: &KvServer,
    bindings: &[(String, String)],
    limit: Limit,
) -> anyhow::Result<Running> {
    let front = Start { project, port, storage, kv: kv.address(), archive: None, bindings };
    let ledger = Start { port: ledger_port, bindings: &[], ..front };
    let ledger = Workerd::start_ledger(&ledger, None)?;
    let address = SocketAddr::from(([127, 0, 0, 1], ledger_port));
    let front = Workerd::start_front(&front, address, None)?;
    let slow = limit.slow(&ledger)?;
    Ok(Running { slow, front, ledger })
}
