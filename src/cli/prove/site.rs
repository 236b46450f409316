//! The edge under test: the built Worker on workerd, its storage on disk, a KV and an archive
//! that can fail, and a proxy in front that can.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::disk::SmallDisk;
use super::proxy::Proxy;
use crate::cli::local::{
    Issuer, KvAnswer, KvServer, Published, R2Server, R2Trouble, Start, Workerd, free_port,
};
use crate::token::Version;

/// How KV behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum KvMode {
    /// Answers.
    #[default]
    Up,
    /// Fails at once.
    Fails,
    /// Answers after this.
    Slow(Duration),
}

#[derive(Default)]
struct Kv {
    values: HashMap<String, String>,
    mode: KvMode,
}

/// What workerd runs on.
pub(super) struct Ground {
    /// The folder with `build/`, `local/` and `node_modules/`.
    pub(super) project: PathBuf,
    /// The ledger's folder.
    pub(super) storage: PathBuf,
    /// The disk that it is on, if that is one of its own.
    pub(super) disk: Option<SmallDisk>,
    /// Projects with two builds, if there are.
    pub(super) upgrade: Option<PathBuf>,
    /// log2 of the campaign's shards.
    pub(super) shards_log2: u32,
    /// Of the tokens.
    pub(super) version: Version,
}

/// An edge, and everything around it.
pub(super) struct Site {
    pub(super) issuer: Issuer,
    pub(super) proxy: Proxy,
    pub(super) upgrade: Option<PathBuf>,
    port: u16,
    storage: PathBuf,
    project: Mutex<PathBuf>,
    kv: Arc<Mutex<Kv>>,
    kv_server: KvServer,
    archive: TempDir,
    archive_server: R2Server,
    calm: Arc<AtomicBool>,
    workerd: Mutex<Option<Workerd>>,
    // After workerd, which has files open on it.
    pub(super) disk: Option<SmallDisk>,
    logged: Arc<Mutex<BTreeMap<String, u64>>>,
}

/// A thread that panicked while it held this left nothing half done that matters here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    /// Starts an edge with an issuer of its own, which has published.
    pub(super) fn start(ground: Ground) -> Result<Self> {
        let kv = Arc::new(Mutex::new(Kv::default()));
        let kv_seen = Arc::clone(&kv);
        let kv_server = KvServer::start(move |key| {
            let mode = lock(&kv_seen).mode;
            match mode {
                KvMode::Up => {}
                KvMode::Fails => return KvAnswer::Fails,
                KvMode::Slow(delay) => thread::sleep(delay),
            }
            let value = lock(&kv_seen).values.get(key).cloned();
            value.map_or(KvAnswer::Absent, KvAnswer::Value)
        })?;
        // Every so often the archive fails, before or after it did what it was asked.
        let (calm, calls) = (Arc::new(AtomicBool::new(false)), AtomicU64::new(0));
        let archive = tempfile::tempdir()?;
        let is_calm = Arc::clone(&calm);
        let archive_server = R2Server::start(archive.path(), move |_| {
            match calls.fetch_add(1, Ordering::Relaxed) {
                _ if is_calm.load(Ordering::Relaxed) => R2Trouble::None,
                call if call % 5 == 4 => R2Trouble::FailsAfterwards,
                call if call % 7 == 6 => R2Trouble::Fails,
                _ => R2Trouble::None,
            }
        })?;
        let port = free_port()?;
        let site = Self {
            issuer: Issuer::generate_of(ground.version, ground.shards_log2)?,
            proxy: Proxy::start(free_port()?, port)?,
            port,
            upgrade: ground.upgrade,
            storage: ground.storage,
            disk: ground.disk,
            project: Mutex::new(ground.project),
            kv,
            kv_server,
            archive,
            archive_server,
            calm,
            workerd: Mutex::new(None),
            logged: Arc::default(),
        };
        site.put(site.issuer.campaign_policy()?);
        site.put(site.issuer.shops_policy()?);
        site.restart()?;
        Ok(site)
    }

    /// The address of the edge itself.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends workerd as a power cut would.
    pub(super) fn kill(&self) {
        if let Some(workerd) = lock(&self.workerd).as_mut() {
            workerd.kill();
        }
    }

    /// Starts workerd on the same storage; ends it first if it runs.
    pub(super) fn restart(&self) -> Result<()> {
        let mut place = lock(&self.workerd);
        if let Some(mut workerd) = place.take() {
            workerd.kill();
        }
        let (sender, lines) = mpsc::channel();
        let logged = Arc::clone(&self.logged);
        thread::spawn(move || count(&lines, &logged));
        let authorities = format!("127.0.0.1:{},127.0.0.1:{}", self.port, self.proxy.port());
        let project = lock(&self.project);
        let start = Start {
            project: &project,
            port: self.port,
            storage: &self.storage,
            kv: self.kv_server.address(),
            archive: Some(self.archive_server.address()),
            bindings: &self.issuer.bindings(&authorities),
        };
        *place = Some(Workerd::start(&start, Some(sender))?);
        Ok(())
    }

    /// From now on the archive fails no more.
    pub(super) fn calm(&self) {
        self.calm.store(true, Ordering::Relaxed);
    }

    /// The folder of the ledger and of all other objects.
    pub(super) fn storage(&self) -> &Path {
        &self.storage
    }

    /// The folder of the archive.
    pub(super) fn archive(&self) -> &Path {
        self.archive.path()
    }

    /// Stops workerd where it is for a while.
    pub(super) fn freeze_for(&self, time: Duration) -> Result<()> {
        let place = lock(&self.workerd);
        let workerd = place.as_ref().context("workerd does not run")?;
        workerd.freeze()?;
        thread::sleep(time);
        workerd.thaw()
    }

    /// From the next start on, workerd runs the build of another folder.
    pub(super) fn use_project(&self, project: PathBuf) {
        *lock(&self.project) = project;
    }

    /// Puts a text into KV, whoever signed it.
    pub(super) fn put(&self, (key, text): Published) {
        lock(&self.kv).values.insert(key, text);
    }

    pub(super) fn set_kv(&self, mode: KvMode) {
        lock(&self.kv).mode = mode;
    }

    /// Codes and events in the edge's log, and how often.
    pub(super) fn logged(&self) -> BTreeMap<String, u64> {
        lock(&self.logged).clone()
    }
}

/// Counts the codes and events in the log's lines; what is no line of ours counts as the runtime's own word.
fn count(lines: &mpsc::Receiver<String>, logged: &Mutex<BTreeMap<String, u64>>) {
    for line in lines {
        let named = ["\"code\":\"", "\"event\":\""].iter().find_map(|it| line.split_once(it));
        let code = match named {
            Some((_, rest)) => rest.split('"').next().unwrap_or_default().to_owned(),
            None if line.starts_with('{') => "ok".to_owned(),
            None => "runtime".to_owned(),
        };
        *lock(logged).entry(code).or_default() += 1;
    }
}
