//! What is measured: processes on this machine, each with its own ledger.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use tempfile::TempDir;

use super::processes::{Processes, Script};
use super::work::{Customers, Kind};
use crate::cli::load::Tills;
use crate::cli::local::{Issuer, KvServer, R2Server, R2Trouble, Start, Workerd, free_port};
use crate::token::Version;

/// Four shards, as a campaign of some hundred redemptions a second would have.
const SHARDS_LOG2: u32 = 2;

/// One process, and what it can be asked.
pub(super) struct Running {
    processes: Processes,
    /// What is measured of it, with the port that it is asked on.
    pub(super) targets: Vec<(Kind, u16, String)>,
    pub(super) customers: Customers,
    _servers: Option<(KvServer, R2Server)>,
    _storage: TempDir,
}

impl Running {
    /// The processes that serve it.
    pub(super) fn processes(&self) -> anyhow::Result<Vec<u32>> {
        self.processes.numbers()
    }

    /// The same on a disk: asked only for some of what writes, by names of its own. `None` when that
    /// leaves nothing.
    pub(super) fn on_disk(mut self) -> Option<Self> {
        self.targets.retain(|(kind, _, name)| kind.on_disk_too() || name == "floor: insert");
        self.targets.iter_mut().for_each(|(_, _, name)| name.push_str(" on disk"));
        (!self.targets.is_empty()).then_some(self)
    }
}

/// The least that a Worker can do: a process of `bench/peers/floor`.
pub(super) fn floor(project: &Path, storage: &Path) -> anyhow::Result<Running> {
    let storage = tempfile::tempdir_in(storage)?;
    let steps = ["empty", "body", "hop", "insert", "carry"];
    let mut arguments = vec![format!("--directory-path=storage={}", storage.path().display())];
    let mut targets = Vec::new();
    for step in steps {
        let port = free_port()?;
        arguments.push(format!("--socket-addr={step}=127.0.0.1:{port}"));
        targets.push((Kind::Anything, port, format!("floor: {step}")));
    }
    let config = project.join("bench/peers/floor/floor.capnp");
    let workerd = Workerd::serve(project, &config, &arguments, &[], None)?;
    let processes = Processes::Workerd(workerd);
    let issuer = Arc::new(Issuer::generate(SHARDS_LOG2)?);
    let customers = Customers::of(Tills::enrol(issuer, 1)?);
    Ok(Running { processes, targets, customers, _servers: None, _storage: storage })
}

/// A Worker that keeps the contract: the folder has `build/`, `local/` and `node_modules/`. Its
/// coupons' tokens are of this version, and so is what goes wrong with its archive.
pub(super) fn edge(
    name: &str,
    folder: &Path,
    storage: &Path,
    (version, trouble): (Version, R2Trouble),
    kinds: &[Kind],
) -> anyhow::Result<Running> {
    let storage = tempfile::tempdir_in(storage)?;
    let port = free_port()?;
    let issuer = Arc::new(Issuer::generate_of(version, SHARDS_LOG2)?);
    let kv = issuer.publish()?;
    let archive = R2Server::start(&storage.path().join("archive"), move |_| trouble)?;
    let tills = Tills::enrol(Arc::clone(&issuer), port)?;
    let start = Start {
        project: folder,
        port,
        storage: storage.path(),
        kv: kv.address(),
        archive: Some(archive.address()),
        bindings: &issuer.bindings(tills.authority()),
    };
    let processes = Processes::Workerd(Workerd::start(&start, None)?);
    let targets = kinds.iter().map(|kind| (*kind, port, format!("{name}: {kind}")));
    let targets = targets.collect();
    let customers = Customers::of(tills);
    let _servers = Some((kv, archive));
    Ok(Running { processes, targets, customers, _servers, _storage: storage })
}

/// nginx, Lua and Redis, each write durable before it is answered.
pub(super) fn nginx(project: &Path, storage: &Path) -> anyhow::Result<Running> {
    let storage = tempfile::tempdir_in(storage)?;
    let port = free_port()?;
    let issuer = Arc::new(Issuer::generate(SHARDS_LOG2)?);
    let (prefix, port_text) = (storage.path().to_string_lossy(), port.to_string());
    let program = project.join("bench/peers/nginx/run");
    let script = Script::start(&program, &[&prefix, &port_text, &issuer.derived_coupon_key()])?;
    let kinds = [Kind::Bare, Kind::BareBatch(10), Kind::BareBatch(100), Kind::BareBatch(500)];
    let targets = kinds.map(|kind| (kind, port, format!("nginx: {kind}"))).into();
    let customers = Customers::of(Tills::enrol(issuer, port)?);
    let processes = Processes::Script(script);
    Ok(Running { processes, targets, customers, _servers: None, _storage: storage })
}

/// A folder whose files are in memory.
pub(super) fn in_memory() -> anyhow::Result<PathBuf> {
    let folder = PathBuf::from("/dev/shm");
    fs::metadata(&folder).context("no /dev/shm: this measures on Linux only")?;
    Ok(folder)
}
