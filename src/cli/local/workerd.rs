//! A workerd process that runs the built Worker.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::{R2Server, R2Trouble};
use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

/// What a workerd process is started with.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// The project's folder: `build/`, `local/edge.capnp` and `node_modules/` are in it.
    pub project: &'a Path,
    /// The port on 127.0.0.1 that it listens on.
    pub port: u16,
    /// The folder of the ledger's SQLite files; made if it is not there.
    pub storage: &'a Path,
    /// Where it finds KV.
    pub kv: SocketAddr,
    /// Where it finds R2; `None` for one that keeps its objects in the storage's folder `archive`.
    pub archive: Option<SocketAddr>,
    /// Secrets and variables: passed in the environment, never on a command line or in a file.
    pub bindings: &'a [(String, String)],
}

impl Start<'_> {
    fn kv_argument(&self) -> String {
        format!("--external-addr=kv={}", self.kv)
    }

    fn ledger_folder(&self) -> String {
        format!("--directory-path=ledger={}", self.storage.display())
    }
}

/// A running workerd; killed when dropped.
#[derive(Debug)]
pub struct Workerd {
    child: Child,
    _archive: Option<R2Server>,
}

impl Workerd {
    /// Starts workerd and waits until it listens. Each further line that it prints goes to `lines`:
    /// the log of the edge. Without that the log goes nowhere, and a run that measures does not wake
    /// somebody for every request, which was a tenth of a redemption's CPU.
    ///
    /// # Errors
    /// When it is not installed or the Worker is not built (the message says what to run), or when
    /// it ends before it listens.
    pub fn start(start: &Start<'_>, lines: Option<mpsc::Sender<String>>) -> Result<Self> {
        Self::with_archive(start, "edge", &[start.kv_argument()], lines)
    }

    /// Starts the Worker alone, whose calls to shards go to this address.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_front(
        start: &Start<'_>,
        ledger: SocketAddr,
        lines: Option<mpsc::Sender<String>>,
    ) -> Result<Self> {
        let ledger = format!("--external-addr=ledger={ledger}");
        Self::launch(start, "front", &[start.kv_argument(), ledger], lines)
    }

    /// Starts the ledger alone, for a front to call.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_ledger(start: &Start<'_>, lines: Option<mpsc::Sender<String>>) -> Result<Self> {
        // It reads no policies.
        Self::with_archive(start, "ledger", &[], lines)
    }

    fn with_archive(
        start: &Start<'_>,
        config: &str,
        further: &[String],
        lines: Option<mpsc::Sender<String>>,
    ) -> Result<Self> {
        let own = match start.archive {
            Some(_) => None,
            None => Some(R2Server::start(&start.storage.join("archive"), |_| R2Trouble::None)?),
        };
        let address = start.archive.or(own.as_ref().map(R2Server::address));
        let address = address.context("no archive")?;
        let archive = format!("--external-addr=archive={address}");
        let mut workerd = Self::launch(
            start,
            config,
            &[further, &[start.ledger_folder(), archive]].concat(),
            lines,
        )?;
        workerd._archive = own;
        Ok(workerd)
    }

    fn launch(
        start: &Start<'_>,
        config: &str,
        arguments: &[String],
        lines: Option<mpsc::Sender<String>>,
    ) -> Result<Self> {
        let built = start.project.join("build/index.js");
        ensure!(
            built.exists(),
            "{} is missing: run scripts/build in {} first",
            built.display(),
            start.project.display()
        );
        fs::create_dir_all(start.storage)
            .with_context(|| format!("cannot make {}", start.storage.display()))?;
        let config = start.project.join(format!("local/{config}.capnp"));
        let socket = format!("--socket-addr=http=127.0.0.1:{}", start.port);
        let arguments = [&[socket], arguments].concat();
        Self::serve(start.project, &config, &arguments, start.bindings, lines)
    }

    /// Starts workerd with any configuration, whose sockets and folders are in the arguments, and
    /// waits until it listens.
    ///
    /// # Errors
    /// When it is not installed, or ends before it listens.
    pub fn serve(
        project: &Path,
        config: &Path,
        arguments: &[String],
        bindings: &[(String, String)],
        lines: Option<mpsc::Sender<String>>,
    ) -> Result<Self> {
        let mut child = Command::new(binary(project)?)
            .arg("serve")
            .arg(config)
            .args(arguments)
            // Says there, before anything else, that it listens.
            .arg("--control-fd=2")
            .envs(bindings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(if lines.is_some() { Stdio::piped() } else { Stdio::null() })
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start workerd")?;

        let stderr = child.stderr.take().context("workerd has no standard error")?;
        let (ready, listening) = mpsc::channel();
        if let (Some(stdout), Some(lines)) = (child.stdout.take(), lines.clone()) {
            thread::spawn(move || forward(stdout, Some(&lines), None));
        }
        let complaints = thread::spawn(move || forward(stderr, lines.as_ref(), Some(ready)));

        let mut workerd = Self { child, _archive: None };
        if listening.recv_timeout(Duration::from_secs(30)).is_err() {
            workerd.kill();
            let complaints = complaints.join().unwrap_or_default();
            bail!("workerd does not listen ({}): {complaints}", arguments.join(" "));
        }
        Ok(workerd)
    }

    /// Ends the process at once, as a power cut would: SIGKILL.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Stops the process where it is, as a machine that hangs would: SIGSTOP.
    ///
    /// # Errors
    /// When the process has ended.
    pub fn freeze(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets a frozen process go on: SIGCONT.
    ///
    /// # Errors
    /// When the process has ended.
    pub fn thaw(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let id = Pid::from_raw(i32::try_from(self.child.id())?).context("no process")?;
        kill_process(id, signal).context("cannot signal workerd")
    }

    /// The process's id, to look up what the system says of it.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether the process has ended.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port on 127.0.0.1 that is free now, below those that systems give to outgoing connections: so
/// none of these takes it before it is listened on.
///
/// # Errors
/// When all of them are taken.
pub fn free_port() -> Result<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let ports = 12_000;
    let first = std::process::id().wrapping_mul(97);
    for _ in 0..ports {
        let place = first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % ports;
        let port = u16::try_from(20_000 + place)?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port from 20000 to 31999 is free")
}

/// Passes lines on, except for workerd's own word that it listens. Gives back the last line that says something.
fn forward(
    from: impl std::io::Read,
    lines: Option<&mpsc::Sender<String>>,
    mut ready: Option<mpsc::Sender<()>>,
) -> String {
    let mut last = String::new();
    for line in BufReader::new(from).lines().map_while(Result::ok) {
        if line.starts_with("{\"event\":\"listen\"") {
            if let Some(ready) = ready.take() {
                let _ = ready.send(());
            }
            continue;
        }
        // Addresses of instructions say nothing to whoever reads why it ended.
        if !line.starts_with("stack:") {
            last.clone_from(&line);
        }
        if let Some(lines) = lines {
            // Whoever does not listen any more does not miss it.
            let _ = lines.send(line);
        }
    }
    last
}

/// The workerd of the locked npm packages.
fn binary(project: &Path) -> Result<PathBuf> {
    let packages = project.join("node_modules/@cloudflare");
    let found = fs::read_dir(&packages).ok().and_then(|entries| {
        let mut folders = entries.flatten().map(|entry| entry.path());
        folders.find_map(|folder| {
            let is_workerd = folder.file_name()?.to_str()?.starts_with("workerd-");
            let binary = folder.join("bin/workerd");
            (is_workerd && binary.exists()).then_some(binary)
        })
    });
    found.with_context(|| {
        let project = project.display();
        format!("workerd is not installed in {project}: run scripts/setup there first")
    })
}
