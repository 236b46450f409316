//! `coupon settle verify`.

use std::path::PathBuf;

use clap::Args;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::archive::{Archive, Objects, Walk};
use super::finding::{self, Finding};
use super::head::read_keys;
use super::money::amount;
use super::{by_currency, settled, shard_rows};
use crate::campaign::{CampaignId, Shard};
use crate::cli::outcome::Outcome;
use crate::cli::{Context, args};
use crate::journal::Head;
use crate::jws::PublicKeys;

/// Check an archive from its first entry to its signed heads, and load nothing.
///
/// Every file is read. What is wrong is named: a file that was altered, cut off, misnamed, copied or
/// brought in from another archive; entries that are missing in the middle or at the end; two
/// versions of one journal; a head that is missing, or signed by a key that is not in the set.
#[derive(Args)]
#[command(after_help = "\
Exit code 1 when anything is wrong.

Example:
  coupon settle verify --archive mirror --jwks keys.json")]
pub(in crate::cli) struct Verify {
    /// A folder that mirrors the archive's bucket.
    #[arg(long, value_name = "FOLDER")]
    archive: PathBuf,

    /// The public keys that heads may be signed with, a JWKS.
    #[arg(long, value_name = "FILE")]
    jwks: PathBuf,

    /// Only this campaign.
    #[arg(long, value_name = "ID", value_parser = args::campaign)]
    campaign: Option<CampaignId>,
}

/// What became of a shard.
pub(super) struct Checked {
    pub(super) shard: Shard,
    /// The end of its chain, as far as it is whole.
    pub(super) end: Option<Head>,
    pub(super) findings: Vec<Finding>,
}

impl Verify {
    pub(in crate::cli) fn run(&self, _: &Context) -> anyhow::Result<Outcome> {
        let keys = read_keys(&self.jwks)?;
        let archive = Archive::open(&self.archive, self.campaign)?;
        let shards: Vec<_> = archive.shards.iter().collect();
        let checked: Vec<_> =
            shards.par_iter().map(|(shard, objects)| check(**shard, objects, &keys)).collect();
        let mut findings = archive.strays;
        findings.extend(checked.iter().flat_map(|shard| shard.findings.iter().cloned()));
        let outcome = outcome(&checked, &findings);
        settled(findings.is_empty(), outcome)
    }
}

fn check(shard: Shard, objects: &Objects, keys: &PublicKeys) -> Checked {
    let mut findings = Vec::new();
    let head = objects.head(shard, keys).map_err(|finding| findings.push(finding)).ok();
    // Without a head the segments still say whose they are.
    let first = objects.first_origin();
    let Some(origin) = head.map(|head| head.origin).or(first) else {
        return Checked { shard, end: None, findings };
    };
    let mut walk = Walk::new(shard, objects, Head::new(origin, 1));
    findings.extend(walk.by_ref().filter_map(Result::err));
    findings.extend(head.and_then(|head| walk.ends_with(&head)));
    let mut end = *walk.end();
    if let Some(head) = head {
        end.complete_until = head.complete_until;
    }
    Checked { shard, end: Some(end), findings }
}

fn outcome(checked: &[Checked], findings: &[Finding]) -> Outcome {
    let ends: Vec<_> = checked.iter().filter_map(|shard| shard.end).collect();
    let mut text = shard_rows(checked);
    let sums = by_currency(&ends);
    let mut total = Vec::new();
    for (currency, sums) in &sums {
        text.push_str(&format!(
            "\n{currency}: {} entries; redeemed {}, reversed {}, conflicts {}",
            sums.count(),
            amount(sums.redemptions.discount, currency),
            amount(sums.reversals.discount, currency),
            amount(sums.conflicts.discount, currency),
        ));
        total.push(json!({ "currency": currency, "entries": sums.count(), "sums": sums }));
    }
    match findings {
        [] => text.push_str("\nThe archive is whole."),
        _ => text.push_str(&format!("\n{}", finding::list(findings))),
    }
    let shards = checked.iter().map(|shard| {
        json!({
            "shard": shard.shard, "end": shard.end,
            "whole": shard.findings.is_empty(),
        })
    });
    let findings: Vec<Value> = findings.iter().map(Finding::json).collect();
    let json = json!({
        "whole": findings.is_empty(), "currencies": total,
        "shards": shards.collect::<Vec<_>>(), "findings": findings,
    });
    Outcome { text, json }
}
