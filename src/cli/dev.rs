//! `coupon dev`: the edge on this machine.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;

use super::Context;
use super::interrupt::Interrupt;
use super::issuer::Issuer;
use super::local::{KvAnswer, KvServer, Start, Workerd, free_port};
use super::outcome::{Failure, Outcome};
use super::output::NewFile;

/// Run the edge on this machine, with this issuer's keys and what it has published.
#[derive(Args)]
#[command(after_help = "Example:
  ./scripts/build && coupon dev --port 8787 --storage .dev/ledger

The log goes to standard output, one JSON object a line; with --json a last line says what
the address was. Ctrl-C ends it.")]
pub(super) struct Dev {
    /// Port on 127.0.0.1; 0 for any that is free.
    #[arg(long, default_value_t = 8787)]
    port: u16,

    /// Folder of the ledger.
    #[arg(long, default_value = ".dev/ledger")]
    storage: PathBuf,

    /// The project's folder, with the built Worker in it.
    #[arg(long, default_value = ".")]
    project: PathBuf,

    /// Write the edge's address to this file when it listens.
    #[arg(long, value_name = "FILE")]
    url_file: Option<PathBuf>,
}

impl Dev {
    pub(super) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let interrupt = Interrupt::watch()?;
        let mut bindings = Issuer::open_for_edge(&context.dir)?.edge_bindings()?;
        if let Some(path) = &self.url_file {
            remove(path).with_context(|| format!("cannot remove the old {}", path.display()))?;
        }
        let port = self.free_port()?;
        let hosts = format!("127.0.0.1:{port},localhost:{port}");
        bindings.push(("AUTHORITIES".to_owned(), hosts));
        let _lock = self.lock_storage()?;

        // What is published is there at the edge's next read: nothing is kept of it here.
        let published = context.dir.join("published");
        let kv = KvServer::start(move |key| match fs::read_to_string(published.join(key)) {
            Ok(value) => KvAnswer::Value(value),
            Err(why) if why.kind() == io::ErrorKind::NotFound => KvAnswer::Absent,
            Err(_) => KvAnswer::Fails,
        })?;

        let (lines, log) = mpsc::channel();
        let start = Start {
            project: &self.project,
            port,
            storage: &self.storage,
            kv: kv.address(),
            archive: None,
            bindings: &bindings,
        };
        let mut workerd = match Workerd::start(&start, Some(lines)) {
            Ok(workerd) => workerd,
            Err(_) if interrupt.asked_by_now() => {
                return Err(Failure::Interrupted("the edge did not start".to_owned()).into());
            }
            Err(why) => return Err(why),
        };
        let url = format!("http://127.0.0.1:{port}");
        eprintln!("The edge listens on {url}");
        let url_file = self.url_file.as_deref().map(|path| UrlFile::write(path, &url));
        let _url_file = url_file.transpose()?;

        while !interrupt.asked() {
            match log.recv_timeout(Duration::from_millis(200)) {
                // Not println!, which panics when whoever read the log has gone.
                Ok(line) => writeln!(io::stdout(), "{line}").context("cannot write the log")?,
                Err(mpsc::RecvTimeoutError::Timeout) if !workerd.has_ended() => {}
                Err(_) if interrupt.asked_by_now() => break,
                Err(_) => bail!("workerd has ended"),
            }
        }
        workerd.kill();
        eprintln!("The edge has ended; its ledger stays in {}", self.storage.display());
        Ok(Outcome { text: String::new(), json: json!({ "url": url }) })
    }

    /// Looked at before workerd does, whose own words about it are about sockets.
    fn free_port(&self) -> anyhow::Result<u16> {
        let port = self.port;
        if port == 0 {
            return free_port();
        }
        TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("port {port} cannot be had: say another --port"))?;
        Ok(port)
    }

    /// Two edges must not write one ledger: each would think that it is the only one.
    fn lock_storage(&self) -> anyhow::Result<File> {
        let name = self.storage.display();
        let why = || format!("cannot make the folder {name}");
        fs::create_dir_all(&self.storage).with_context(why)?;
        let folder = File::open(&self.storage).with_context(why)?;
        match folder.try_lock() {
            Ok(()) => Ok(folder),
            Err(TryLockError::WouldBlock) => {
                bail!("{name} is the ledger of an edge that runs: end it, or say another --storage")
            }
            Err(TryLockError::Error(why)) => Err(why).context(format!("cannot lock {name}")),
        }
    }
}

/// The file that says where the edge listens; it is there for as long as the edge.
struct UrlFile<'a>(&'a Path);

impl<'a> UrlFile<'a> {
    fn write(path: &'a Path, url: &str) -> anyhow::Result<Self> {
        let mut file = NewFile::create(path, true)?;
        writeln!(file, "{url}")?;
        file.complete()?.put_in_place()?;
        Ok(Self(path))
    }
}

impl Drop for UrlFile<'_> {
    fn drop(&mut self) {
        // Nothing can be done about one that stays; the next run replaces it.
        let _ = remove(self.0);
    }
}

/// Removes a file, unless it is not there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
        _ => Ok(()),
    }
}
