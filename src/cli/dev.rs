//! `coupon dev`: the edge on this machine.

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::Context;
use super::interrupt::Interrupt;
use super::issuer::Issuer;
use super::local::{KvAnswer, KvServer, Start, Workerd};
use super::outcome::Outcome;
use super::output::NewFile;

/// Run the edge on this machine, with this issuer's keys and what it has published.
#[derive(Args)]
#[command(after_help = "Example:
  ./scripts/build && coupon dev --port 8787 --storage .dev/ledger

The log goes to standard output, one JSON object a line. Ctrl-C ends it.")]
pub(super) struct Dev {
    /// Port on 127.0.0.1.
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
        let mut bindings = Issuer::open(&context.dir)?.edge_bindings()?;
        let hosts = format!("127.0.0.1:{0},localhost:{0}", self.port);
        bindings.push(("AUTHORITIES".to_owned(), hosts));

        // What is published is found at once, without a restart: KV is read anew each time.
        let published = context.dir.join("published");
        let kv = KvServer::start(move |key| match fs::read_to_string(published.join(key)) {
            Ok(value) => KvAnswer::Value(value),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => KvAnswer::Absent,
            Err(_) => KvAnswer::Fails,
        })?;

        let (lines, log) = mpsc::channel();
        let start = Start {
            project: &self.project,
            port: self.port,
            storage: &self.storage,
            kv: kv.address(),
            bindings: &bindings,
        };
        let mut workerd = Workerd::start(&start, lines)?;
        let url = format!("http://127.0.0.1:{}", self.port);
        eprintln!("The edge listens on {url}");
        if let Some(path) = &self.url_file {
            let mut file = NewFile::create(path, true)?;
            std::io::Write::write_all(&mut file, format!("{url}\n").as_bytes())?;
            file.complete()?.put_in_place()?;
        }

        while !interrupt.asked() {
            match log.recv_timeout(Duration::from_millis(200)) {
                Ok(line) => println!("{line}"),
                Err(mpsc::RecvTimeoutError::Timeout) if !workerd.has_ended() => {}
                Err(_) => anyhow::bail!("workerd has ended"),
            }
        }
        workerd.kill();
        if let Some(path) = &self.url_file {
            fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
        let text = "The edge has ended; its ledger stays where it is.".to_owned();
        Ok(Outcome { text, json: json!({ "url": url }) })
    }
}
