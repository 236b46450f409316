//! `coupon settle pull`.

mod reader;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use anyhow::{Context as _, anyhow};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use self::reader::{Step, read};
use super::archive::Archive;
use super::db::{Db, Loaded};
use super::finding::{self, Finding};
use super::head::read_keys;
use super::settled;
use crate::campaign::{CampaignId, Shard};
use crate::cli::outcome::{Outcome, table};
use crate::cli::{Context, args};
use crate::time::Timestamp;

/// Segments that wait to be loaded, at most: what one thread is ahead of the other.
const AHEAD: usize = 32;

/// Load what is new in an archive into a database.
///
/// Only what a signed head proves is loaded, each entry once. What was loaded before is not read
/// again; a pull that was interrupted or killed goes on where it was. A shard in which something is
/// wrong is loaded as far as it is right, and the others wholly. A head that counts less than was
/// loaded before is named: the archive was rolled back.
#[derive(Args)]
#[command(after_help = "\
Exit code 1 when anything is wrong; all that is right is loaded.

Example:
  coupon settle pull --archive mirror --jwks keys.json --db settle.sqlite")]
pub(in crate::cli) struct Pull {
    /// A folder that mirrors the archive's bucket.
    #[arg(long, value_name = "FOLDER")]
    archive: PathBuf,

    /// The public keys that heads may be signed with, a JWKS.
    #[arg(long, value_name = "FILE")]
    jwks: PathBuf,

    /// The database; made when there is none.
    #[arg(long, value_name = "FILE")]
    db: PathBuf,

    /// Only this campaign.
    #[arg(long, value_name = "ID", value_parser = args::campaign)]
    campaign: Option<CampaignId>,
}

impl Pull {
    pub(in crate::cli) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let keys = read_keys(&self.jwks)?;
        let mut archive = Archive::open(&self.archive, self.campaign)?;
        let mut db = Db::create(&self.db)?;
        let before: BTreeMap<_, _> = db.loaded()?.into_iter().map(|it| (it.shard, it)).collect();
        let bar = progress_bar(&archive, &before, context.json);
        let (sender, steps) = sync_channel(AHEAD);
        let mut findings = std::mem::take(&mut archive.strays);
        let loaded = thread::scope(|scope| {
            // One thread reads, hashes and checks; this one loads.
            let reader = scope.spawn(|| read(&archive, &keys, &before, sender));
            let loaded = load(&mut db, &archive, context.now, steps, &bar, &mut findings);
            reader.join().map_err(|_| anyhow!("the reader failed"))?;
            loaded
        })
        .with_context(|| format!("cannot load into {}", self.db.display()))?;
        bar.finish_and_clear();
        let outcome = outcome(&loaded, &findings, &db.loaded()?);
        settled(findings.is_empty(), outcome)
    }
}

/// Loads what is read; gives the new entries of each campaign.
fn load(
    db: &mut Db,
    archive: &Archive,
    at: Timestamp,
    steps: Receiver<Step>,
    bar: &ProgressBar,
    findings: &mut Vec<Finding>,
) -> anyhow::Result<Vec<(u32, u64)>> {
    let campaigns = archive.shards.keys().map(|shard| (shard.campaign().get(), 0));
    let mut entries: BTreeMap<u32, u64> = campaigns.collect();
    let mut loader = db.loader()?;
    for step in steps {
        match step {
            Step::Segment(segment, end) => {
                loader.add(&segment, &end)?;
                let count = segment.header().count;
                *entries.entry(end.origin.shard.campaign().get()).or_default() += count;
                bar.inc(1);
            }
            Step::Complete(end, until) => loader.end(&end, until)?,
            Step::Stopped(end) => loader.note(&end)?,
            Step::Wrong(finding) => findings.push(finding),
        }
    }
    let entries: Vec<_> = entries.into_iter().collect();
    loader.finish(at, &entries)?;
    Ok(entries)
}

fn progress_bar(archive: &Archive, before: &BTreeMap<Shard, Loaded>, json: bool) -> ProgressBar {
    if json {
        return ProgressBar::hidden();
    }
    let new = archive.shards.iter().map(|(shard, objects)| match before.get(shard) {
        Some(loaded) => objects.after(&loaded.end).count(),
        None => objects.segments.len(),
    });
    let style =
        ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} segments, {eta} left");
    ProgressBar::new(new.sum::<usize>() as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn outcome(new: &[(u32, u64)], findings: &[Finding], loaded: &[Loaded]) -> Outcome {
    let mut rows = Vec::new();
    let mut campaigns = Vec::new();
    for (campaign, entries) in new {
        let of = || loaded.iter().filter(|it| it.shard.campaign().get() == *campaign);
        let all: u64 = of().map(|it| it.end.sums.count()).sum();
        let until = of().map(|it| it.complete_until).min().map(Timestamp::rfc3339);
        let shards = of().count();
        rows.push((
            format!("campaign {campaign}"),
            match &until {
                Some(until) => format!(
                    "{entries} new entries, {all} in all of {shards} shards, complete until {until}"
                ),
                None => "nothing loaded".to_owned(),
            },
        ));
        campaigns.push(json!({
            "campaign": campaign, "new": entries, "entries": all, "shards": shards,
            "complete_until": until,
        }));
    }
    let named: Vec<_> = rows.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let mut text = table(&named);
    if !findings.is_empty() {
        text.push_str(&format!("\n{}", finding::list(findings)));
    }
    let findings: Vec<Value> = findings.iter().map(Finding::json).collect();
    Outcome { text, json: json!({ "campaigns": campaigns, "findings": findings }) }
}
