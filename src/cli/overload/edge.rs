//! The edge under test: an issuer in memory, the Worker and its ledger as two processes of workerd,
//! and the memory of the Worker's as the system counts it.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc;

use anyhow::Context as _;
use ed25519_dalek::SigningKey;
use tempfile::TempDir;

use super::tills::Tills;
use crate::base64url;
use crate::campaign::CampaignId;
use crate::cli::local::{KvAnswer, KvServer, Start, Workerd, free_port};
use crate::money::Amount;
use crate::policy::{CampaignDocument, Revoked, ShopsDocument, ShopsPolicy, Window, sign};
use crate::time::{Timestamp, UtcOffset};

/// The signature of the policies; nothing but this run trusts it.
const POLICY_KEY: [u8; 32] = [3; 32];

const DAY: u32 = 86_400;

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
    running: Running,
}

struct Running {
    front: Workerd,
    ledger: Workerd,
}

impl<'a> Edge<'a> {
    /// Starts an edge that redeems the coupons of these tills.
    pub(super) fn start(project: &'a Path, now: u32) -> anyhow::Result<(Self, Tills)> {
        let ports = [free_port()?, free_port()?];
        let campaign = CampaignId::new(SHARDS_LOG2, 1).context("a campaign")?;
        let tills = Tills::enrol(campaign, ports[0], now)?;
        let published = published(campaign, now)?;
        let kv = KvServer::start(move |key| {
            let found = published.iter().find(|(name, _)| name == key);
            found.map_or(KvAnswer::Absent, |(_, value)| KvAnswer::Value(value.clone()))
        })?;
        let public = SigningKey::from_bytes(&POLICY_KEY).verifying_key().to_bytes();
        let mut bindings = tills.edge_secrets();
        bindings.extend([
            ("POLICY_KEYS".to_owned(), base64url::encode(&public)),
            ("AUTHORITIES".to_owned(), tills.authority().to_owned()),
        ]);
        let storage = tempfile::tempdir()?;
        let running = run(project, ports, storage.path(), &kv, &bindings)?;
        Ok((Self { project, ports, storage, kv, bindings, running }, tills))
    }

    /// Where it listens.
    pub(super) fn port(&self) -> u16 {
        self.ports[0]
    }

    /// Kills both as a power cut would, and starts them again on what is on the disk.
    pub(super) fn kill_and_restart(&mut self) -> anyhow::Result<()> {
        self.running.ledger.kill();
        self.running.front.kill();
        let (storage, kv) = (self.storage.path(), &self.kv);
        self.running = run(self.project, self.ports, storage, kv, &self.bindings)?;
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
) -> anyhow::Result<Running> {
    // Nobody reads the log; a line for each request is written all the same.
    let lines = || mpsc::channel().0;
    let front = Start { project, port, storage, kv: kv.address(), bindings };
    let ledger = Start { port: ledger_port, bindings: &[], ..front };
    let ledger = Workerd::start_ledger(&ledger, lines())?;
    let address = SocketAddr::from(([127, 0, 0, 1], ledger_port));
    Ok(Running { front: Workerd::start_front(&front, address, lines())?, ledger })
}

/// What KV gives: a campaign that is open, and shops none of which is suspended.
fn published(campaign: CampaignId, now: u32) -> anyhow::Result<Vec<(String, String)>> {
    let valid_until = Timestamp::from_seconds(now + DAY);
    let policy = CampaignDocument {
        campaign,
        epoch: 1,
        valid_until,
        name: "overload".to_owned(),
        currency: "CNY".parse().map_err(|_| anyhow::anyhow!("CNY is a currency"))?,
        currency_digits: 2,
        utc_offset_minutes: UtcOffset::CHINA,
        window: Window { from: Timestamp::from_seconds(now - DAY), until: valid_until },
        reversal_window_s: 3600,
        minimum_spend: Amount::ZERO,
        paused: false,
        extensions: Vec::new(),
        widen_scope: 0,
        revoked: Revoked::default(),
        location_hint: None,
    };
    let shops = ShopsDocument {
        epoch: 1,
        valid_until,
        suspended_shops: Vec::new(),
        suspended_tills: Vec::new(),
        minimum_key_issues: Vec::new(),
        retired_pos_roots: Vec::new(),
    };
    let signed = |key: String, document: String| {
        let line = sign(&key, &document, &SigningKey::from_bytes(&POLICY_KEY));
        (key, line)
    };
    Ok(vec![
        signed(format!("policy/{campaign}"), serde_json::to_string(&policy)?),
        signed(ShopsPolicy::KV_KEY.to_owned(), serde_json::to_string(&shops)?),
    ])
}
