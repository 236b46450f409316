//! `coupon till`: killed while it accepts, killed while it sends, and the edge with it. Nothing that
//! was accepted is lost, and nothing is redeemed twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Edge, till_key};

/// A counter in shop 7: what its till was given, and its spool.
struct Counter<'a> {
    edge: &'a Edge,
    dir: TempDir,
}

impl<'a> Counter<'a> {
    fn new(edge: &'a Edge) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let till = edge.issuer.credential(7, 1);
        let row = format!("7,1,{},{}", till.keyid(), till_key(&till).reveal());
        let shops = format!("shop,till,keyid,secret\n{row}\n");
        fs::write(dir.path().join("shops.csv"), shops).unwrap();
        let campaign = &edge.issuer.offline.campaign;
        let policies: HashMap<_, _> = edge.issuer.signed_campaigns().into();
        fs::write(dir.path().join("policy"), &policies[&format!("policy/{campaign}")]).unwrap();
        Self { edge, dir }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join("spool").join(name)
    }

    fn command(&self, what: &str, options: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_coupon"));
        command.current_dir(self.dir.path()).args(["till", what, "--spool", "spool"]).args(options);
        if what != "status" {
            command.args(["--shops", "shops.csv"]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A till that accepts these coupons one after the other.
    fn accepting(&self, coupons: &[String]) -> Child {
        let issuer = &self.edge.issuer;
        let key = issuer.offline_key(1);
        let public = format!("{}={}", key.id(), key.public().unwrap());
        let bindings: HashMap<_, _> = issuer.bindings(self.edge.port).into_iter().collect();
        let given = ["--policy", "policy", "--policy-key", &bindings["POLICY_KEYS"]];
        let mut command = self.command("accept", &["--lines", "--public-key", &public]);
        let mut child = command.args(given).stdin(Stdio::piped()).spawn().unwrap();
        let lines: String = coupons.iter().map(|token| format!("{token} 3000\n")).collect();
        let mut stdin = child.stdin.take().unwrap();
        // It may be killed before it has read all.
        thread::spawn(move || stdin.write_all(lines.as_bytes()));
        child
    }

    fn status(&self) -> Value {
        let Output { status, stdout, stderr } =
            self.command("status", &["--json"]).output().unwrap();
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        serde_json::from_slice(&stdout).unwrap()
    }

    /// The records of one of the files.
    fn records(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.file(name)).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line.split_once(' ').unwrap().1).unwrap())
            .collect()
    }
}

#[test]
fn whatever_was_called_accepted_is_in_the_spool_after_40_kills() {
    let edge = Edge::start();
    let counter = Counter::new(&edge);
    let coupons: Vec<_> = (0..400).map(|_| edge.issuer.offline_coupon()).collect();
    let mut lots = StdRng::seed_from_u64(1);
    let (mut told, mut tries) = (Vec::new(), 0);
    // Each kill may have kept it from saying one that it had accepted.
    while told.len() + tries < coupons.len() || tries < 40 {
        tries += 1;
        // Over and over from a little before where the last one was cut off.
        let from = told.len().saturating_sub(3);
        let mut child = counter.accepting(&coupons[from..]);
        let enough = lots.random_range(0..16);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut heard = 0;
        while heard < enough {
            let Some(line) = lines.next() else { break };
            let line = line.unwrap();
            match line.strip_prefix("accepted ") {
                Some(accepted) => {
                    told.push(accepted.split_once(' ').unwrap().0.to_owned());
                    heard += 1;
                }
                None => assert!(line.starts_with("refused already-redeemed"), "{line}"),
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it said before it died.
        for line in lines.map_while(Result::ok) {
            if let Some((txn, _)) = line.strip_prefix("accepted ").and_then(|it| it.split_once(' '))
            {
                told.push(txn.to_owned());
            }
        }
        assert!(tries < 400, "it goes nowhere");
    }
    let sales = counter.records("accepted");
    let txns: BTreeSet<_> = sales.iter().map(|sale| sale["txn"].as_str().unwrap()).collect();
    let serials: BTreeSet<_> = sales.iter().map(|sale| sale["serial"].as_str().unwrap()).collect();
    for txn in &told {
        assert!(txns.contains(txn.as_str()), "{txn} was accepted, and is lost");
    }
    assert_eq!((txns.len(), serials.len()), (sales.len(), sales.len()), "each coupon once");
    assert_eq!(counter.status()["accepted"], sales.len());
    println!("{tries} kills, {} told, {} in the spool", told.len(), sales.len());
}

#[test]
fn every_sale_is_redeemed_or_settled_once_however_often_till_and_edge_are_killed() {
    const USED: usize = 40;
    let edge = Edge::start();
    let counter = Counter::new(&edge);
    let coupons: Vec<_> = (0..400).map(|_| edge.issuer.offline_coupon()).collect();
    let accepted = counter.accepting(&coupons).wait_with_output().unwrap();
    let accepted = String::from_utf8(accepted.stdout).unwrap();
    assert_eq!(accepted.matches("accepted ").count(), coupons.len());
    // Others were quicker.
    let other = edge.till(8, 1);
    let used: Vec<_> = coupons.iter().step_by(coupons.len() / USED).collect();
    for coupon in &used {
        assert_eq!(other.redeem(coupon, "bill").status, 201);
    }

    let options = ["--url", &edge.url, "--batch", "9"];
    let mut lots = StdRng::seed_from_u64(2);
    let (mut kills, mut runs) = (0, 0);
    let left = loop {
        runs += 1;
        assert!(runs < 300, "it goes nowhere");
        let mut child = counter.command("send", &options).spawn().unwrap();
        // The edge's log says how far it is.
        let enough = edge.log().len() + lots.random_range(1..8);
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if edge.log().len() >= enough && kills < 30 {
                break None;
            }
            thread::yield_now();
        };
        match ended {
            Some(status) if status.success() => break counter.status(),
            Some(status) => assert_eq!(status.code(), Some(4), "unknown, and nothing else"),
            None => {
                kills += 1;
                if kills % 3 == 0 {
                    edge.restart();
                }
                if kills % 3 != 1 {
                    child.kill().unwrap();
                }
                child.wait().unwrap();
            }
        }
    };
    assert_eq!(left["waiting"], 0, "{left}");
    assert_eq!(left["outcomes"]["conflict"], used.len(), "{left}");
    assert_eq!(left["outcomes"]["redeemed"], coupons.len() - used.len(), "{left}");
    let results = counter.records("results");
    let txns: BTreeSet<_> = results.iter().map(|it| it["txn"].as_str().unwrap()).collect();
    assert_eq!((txns.len(), results.len()), (coupons.len(), coupons.len()), "one result each");
    println!("{kills} kills, {runs} runs");
    audit(&edge, &counter);
}

/// The ledger's files: of each coupon one redemption, and a conflict where another was first.
fn audit(edge: &Edge, counter: &Counter<'_>) {
    edge.kill();
    let mut entries = BTreeMap::<Vec<u8>, Vec<(i64, i64, u32)>>::new();
    for file in edge.ledger_files() {
        let ledger = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        let mut all =
            ledger.prepare("SELECT serial, n, kind, shop FROM entry ORDER BY seq").unwrap();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let entry = (row.get(1).unwrap(), row.get(2).unwrap(), row.get(3).unwrap());
            entries.entry(row.get(0).unwrap()).or_default().push(entry);
        }
    }
    assert_eq!(entries.len(), counter.records("accepted").len());
    for chain in entries.values() {
        let ours = chain[..] == [(0, 1, 7)];
        let other = chain[..] == [(0, 1, 8), (-1, 4, 7)];
        assert!(ours || other, "{chain:?}");
    }
}
