//! An edge: workerd, its storage, and a KV that can be taken away.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use coupon_edge::cli::local::{KvAnswer, KvServer, Start, Workerd, free_port};
use serde_json::Value;
use tempfile::TempDir;

use super::feed::Feed;
use super::{Archive, Issuer, PATIENCE, Till};

/// How KV behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KvMode {
    Up,
    Down,
}

struct Kv {
    values: Mutex<HashMap<String, String>>,
    mode: Mutex<KvMode>,
    reads: AtomicU32,
}

/// What an edge runs with.
enum Company {
    /// A ledger of its own.
    None,
    /// The ledger at this address.
    Ledger(SocketAddr),
    /// A Worker that brings parcels.
    Feed(Feed),
}

pub struct Edge {
    pub issuer: Issuer,
    pub url: String,
    pub port: u16,
    pub agent: ureq::Agent,
    pub archive: Archive,
    kv: Arc<Kv>,
    server: KvServer,
    workerd: Mutex<Workerd>,
    /// What it runs with.
    company: Company,
    /// The folder of the build.
    project: PathBuf,
    storage: TempDir,
    log: Arc<(Mutex<Vec<String>>, Condvar)>,
}

impl Edge {
    /// An edge whose issuer has published.
    pub fn start() -> Self {
        Self::start_with(Issuer::new())
    }

    pub fn start_with(issuer: Issuer) -> Self {
        Self::launch(issuer, Company::None, project())
    }

    /// An edge that runs a build of `scripts/variant`.
    pub fn of_variant(name: &str) -> Self {
        let variant = project().join("target/variants").join(name);
        assert!(variant.join("build/index.js").exists(), "run scripts/variant {name} first");
        Self::launch(Issuer::new(), Company::None, variant)
    }

    /// An edge whose calls to shards go to this address.
    pub fn in_front_of(ledger: SocketAddr) -> Self {
        Self::launch(Issuer::new(), Company::Ledger(ledger), project())
    }

    /// An edge whose statements get what [`Edge::feed`] brings.
    pub fn fed(issuer: Issuer) -> Self {
        let project = project();
        Self::launch(issuer, Company::Feed(Feed::before(&project)), project)
    }

    /// Brings a parcel to the statement object of this name; what it answers, with the status.
    pub fn feed(&self, name: &str, parcel: &str) -> (u16, String) {
        assert!(matches!(self.company, Company::Feed(_)), "nothing feeds this edge");
        let url = format!("{}/feed/{name}", self.url);
        let mut response = self.agent.post(url).send(parcel).unwrap();
        let body = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), body)
    }

    fn launch(issuer: Issuer, company: Company, project: PathBuf) -> Self {
        let mut values = HashMap::from(issuer.signed_campaigns());
        values.extend([issuer.signed_shops()]);
        let kv = Arc::new(Kv {
            values: Mutex::new(values),
            mode: Mutex::new(KvMode::Up),
            reads: AtomicU32::new(0),
        });
        let seen = Arc::clone(&kv);
        let server = KvServer::start(move |key| {
            seen.reads.fetch_add(1, Ordering::SeqCst);
            match *seen.mode.lock().unwrap() {
                KvMode::Down => KvAnswer::Fails,
                KvMode::Up => match seen.values.lock().unwrap().get(key) {
                    Some(value) => KvAnswer::Value(value.clone()),
                    None => KvAnswer::Absent,
                },
            }
        })
        .unwrap();
        let storage = tempfile::tempdir().unwrap();
        let archive = Archive::start();
        let port = free_port().unwrap();
        let log = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let start = Start {
            project: &project,
            port,
            storage: storage.path(),
            kv: server.address(),
            archive: Some(archive.server.address()),
            bindings: &issuer.bindings(port),
        };
        let workerd = run(&start, &log, &company);
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .max_idle_connections_per_host(256)
            // Before workerd closes them.
            .max_idle_age(Duration::from_secs(2))
            .proxy(None)
            .build();
        let url = format!("http://127.0.0.1:{port}");
        Self {
            issuer,
            url,
            port,
            agent: config.into(),
            archive,
            kv,
            server,
            workerd: Mutex::new(workerd),
            company,
            project,
            storage,
            log,
        }
    }

    /// Kills workerd as a power cut would, also while other threads call it.
    pub fn kill(&self) {
        self.workerd.lock().unwrap().kill();
    }

    /// Where the objects of a class store what they have.
    pub fn objects(&self, class: &str) -> PathBuf {
        self.storage.path().join(format!("coupon-edge-{class}"))
    }

    /// All objects of a class forget what they stored. The edge must have been killed.
    pub fn lose(&self, class: &str) {
        std::fs::remove_dir_all(self.objects(class)).unwrap();
    }

    /// Kills workerd and starts it again on the same storage: a new instance, with nothing in
    /// memory.
    pub fn restart(&self) {
        self.restart_with(&self.issuer.bindings(self.port));
    }

    /// The same with other bindings.
    pub fn restart_with(&self, bindings: &[(String, String)]) {
        let mut workerd = self.workerd.lock().unwrap();
        workerd.kill();
        let start = Start {
            project: &self.project,
            port: self.port,
            storage: self.storage.path(),
            kv: self.server.address(),
            archive: Some(self.archive.server.address()),
            bindings,
        };
        *workerd = run(&start, &self.log, &self.company);
    }

    /// The SQLite files of the ledger's shards.
    pub fn ledger_files(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.objects("LedgerObject"))
            .unwrap()
            .map(|file| file.unwrap().path());
        files
            .filter(|file| file.extension().is_some_and(|ending| ending == "sqlite"))
            .filter(|file| file.file_stem().is_some_and(|name| name != "metadata"))
            .collect()
    }

    /// Publishes the issuer's documents as they are now.
    pub fn publish(&self) {
        let mut values = self.kv.values.lock().unwrap();
        values.extend(self.issuer.signed_campaigns());
        values.extend([self.issuer.signed_shops()]);
    }

    /// Puts a text into KV, whoever signed it.
    pub fn put(&self, key: &str, value: &str) {
        self.kv.values.lock().unwrap().insert(key.to_owned(), value.to_owned());
    }

    pub fn set_kv(&self, mode: KvMode) {
        *self.kv.mode.lock().unwrap() = mode;
    }

    /// How often KV has been read, as KV counts it.
    pub fn kv_reads(&self) -> u32 {
        self.kv.reads.load(Ordering::SeqCst)
    }

    /// A till of the issuer's.
    pub fn till(&self, shop: u32, till: u16) -> Till<'_> {
        Till::new(self, self.issuer.credential(shop, till))
    }

    /// All that was logged so far.
    pub fn log(&self) -> Vec<String> {
        self.log.0.lock().unwrap().clone()
    }

    /// The first log line that holds for `wanted`; waits for it.
    pub fn log_line(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut lines = self.log_lines(1, wanted);
        lines.remove(0)
    }

    /// All log lines that hold for `wanted`; waits until there are so many.
    pub fn log_lines(&self, count: usize, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.log.0.lock().unwrap();
        loop {
            let parsed = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let found: Vec<_> = parsed.filter(&wanted).collect();
            if found.len() >= count {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} such log lines in {lines:#?}", found.len());
            lines = self.log.1.wait_timeout(lines, left).unwrap().0;
        }
    }
}

/// The folder with the Worker under test: this project's, unless `EDGE_UNDER_TEST` names another that
/// has `build/`, `local/` and `node_modules/`.
fn project() -> PathBuf {
    std::env::var_os("EDGE_UNDER_TEST")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

fn run(start: &Start<'_>, log: &Arc<(Mutex<Vec<String>>, Condvar)>, company: &Company) -> Workerd {
    let (sender, lines) = mpsc::channel();
    let log = Arc::clone(log);
    thread::spawn(move || {
        for line in lines {
            log.0.lock().unwrap().push(line);
            log.1.notify_all();
        }
    });
    match company {
        Company::None => Workerd::start(start, Some(sender)).unwrap(),
        Company::Ledger(ledger) => Workerd::start_front(start, *ledger, Some(sender)).unwrap(),
        Company::Feed(feed) => feed.start(start, sender),
    }
}
