//! The commands of settlement on small archives, in folders of their own.

mod archive;
mod bearers;
mod files;
mod periods;
mod personal;
mod pulls;
mod reconcile;
mod reports;

use std::fs;
use std::path::PathBuf;

use clap::Parser as _;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::generate::Journals;
use crate::base64url;
use crate::campaign::{CampaignId, Serial};
use crate::cli::outcome::Failure;
use crate::cli::{Cli, Command, Context};
use crate::jws::SigningKeys;
use crate::ledger::{Entry, Fingerprint, Identity, KeyHash, Kind};
use crate::money::Amount;
use crate::policy::Epochs;
use crate::time::Timestamp;

/// Noon in China on 6 February 2026.
pub(super) const NOON: u64 = 1_770_350_400_000;

/// A folder with an archive in `a`, its keys in `keys.json`, and whatever a test makes there.
pub(super) struct Desk {
    folder: TempDir,
    pub(super) journals: Journals,
    pub(super) campaign: CampaignId,
    key: SigningKeys,
}

impl Desk {
    /// An empty archive of a campaign of so many shards.
    pub(super) fn new(shards_log2: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let campaign = CampaignId::new(shards_log2, 1).unwrap();
        let key = keys(1);
        fs::write(folder.path().join("keys.json"), key.public().jwks()).unwrap();
        let archive = folder.path().join("a");
        let journals = Journals::new(&archive, campaign, "CNY".parse().unwrap()).unwrap();
        Self { folder, journals, campaign, key }
    }

    /// An archive of one shard with three segments, which end with the entries 3, 5 and 6.
    pub(super) fn with_three_segments() -> Self {
        let mut desk = Self::new(0);
        for (count, until) in [(3, 1), (2, 2), (1, 3)] {
            for n in 0..count {
                desk.append(redemption(until * 10 + n, NOON + u64::from(until)));
            }
            desk.ship(NOON + u64::from(until) + 1);
        }
        desk
    }

    pub(super) fn append(&mut self, entry: Entry) {
        self.journals.append(entry).unwrap();
    }

    /// Writes what waits, and heads that say that all until then is there.
    pub(super) fn ship(&mut self, until: u64) {
        self.journals.ship(Timestamp::from_millis(until), &self.key).unwrap();
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The name of a file of the first shard of the archive.
    pub(super) fn shard(&self, name: &str) -> PathBuf {
        self.path(&format!("a/journal/c{}/00000/{name}", self.campaign))
    }

    /// Runs a command of `coupon settle`; `@` stands for the folder.
    pub(super) fn settle(&self, command: &str) -> (u8, Value) {
        let folder = format!("{}/", self.folder.path().display());
        let words = command.split(' ').map(|word| word.replacen('@', &folder, 1));
        let words = ["coupon".to_owned(), "--json".to_owned(), "settle".to_owned()]
            .into_iter()
            .chain(words);
        let cli = Cli::try_parse_from(words).unwrap();
        let Command::Settle(settle) = cli.command else { panic!("{command}") };
        let now = Timestamp::from_millis(NOON + 3_600_000);
        let result = settle.run(&Context { dir: cli.dir, json: true, now });
        match result {
            Ok(outcome) => (0, outcome.json),
            Err(error) => match error.downcast::<Failure>() {
                Ok(Failure::Answered { outcome, exit }) => (exit, outcome.json),
                Ok(other) => panic!("{other}"),
                Err(error) => (1, json!({ "error": format!("{error:#}") })),
            },
        }
    }

    pub(super) fn verify(&self) -> (u8, Value) {
        self.settle("verify --archive @a --jwks @keys.json")
    }

    pub(super) fn pull(&self) -> (u8, Value) {
        self.settle("pull --archive @a --jwks @keys.json --db @db")
    }

    /// Closes a period, which works.
    pub(super) fn close(&self, period: &str, more: &str) -> Value {
        let (code, said) = self.settle(format!("close --db @db --period {period} {more}").trim());
        assert_eq!(code, 0, "{said}");
        said
    }

    pub(super) fn sql(&self) -> Connection {
        Connection::open(self.path("db")).unwrap()
    }
}

/// The faults and objects that were found, in short.
pub(super) fn faults(said: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = said["findings"].as_array().unwrap();
    let object = |value: &Value| text(value).rsplit('/').next().unwrap().to_owned();
    findings.iter().map(|it| (text(&it["fault"]), object(&it["object"]))).collect()
}

/// A redemption of the coupon with this number.
pub(super) fn redemption(coupon: u32, at: u64) -> Entry {
    let mut serial = [0; 12];
    serial[..4].copy_from_slice(&coupon.to_be_bytes());
    Entry {
        seq: 0,
        serial: Serial::from_bytes(serial),
        n: 0,
        kind: Kind::Redemption,
        at: Timestamp::from_millis(at),
        by: Identity { shop: 1001, till: 1, key: KeyHash::from_bytes([1; 16]) },
        chain: 7,
        fingerprint: Fingerprint::from_bytes([2; 16]),
        discount: Amount::from(2500),
        order_amount: Amount::from(3000),
        order_ref: Some(format!("bill-{coupon}").try_into().unwrap()),
        epochs: Epochs { campaign: 1, shops: 1 },
        reversible_until: Timestamp::from_millis(at + 86_400_000),
        offline_at: None,
        answer: 1,
    }
}

/// The reversal of that redemption.
pub(super) fn reversal(coupon: u32, at: u64) -> Entry {
    Entry { kind: Kind::Reversal, n: 1, ..redemption(coupon, at) }
}

/// Goods that a shop gave without a network for a coupon that was used already.
pub(super) fn conflict(coupon: u32, shop: u32, offline_at: u64, at: u64) -> Entry {
    let by = Identity { shop, ..redemption(coupon, at).by };
    let offline_at = Some(Timestamp::from_millis(offline_at));
    Entry { kind: Kind::Conflict, n: -1, by, offline_at, ..redemption(coupon, at) }
}

fn keys(seed: u8) -> SigningKeys {
    SigningKeys::parse(&base64url::encode(&[seed; 32])).unwrap()
}
