//! `coupon settle …`: the books, made from the archive alone.
//!
//! Entries are summed, never states: each entry of the journal is in exactly one period, and what is
//! undone later is a negative line there. So nothing is paid twice, and redemption waits for nobody.
//!
//! In scope: reading a mirror of the archive, the database of what was read, periods, the files for
//! finance, comparing with a shop's own list. Out of scope: what a segment is and when segments are
//! a chain (`journal`), and bringing the bucket to this machine (rclone, or any other tool).

mod archive;
mod close;
mod db;
mod files;
mod finding;
mod generate;
mod head;
mod line;
mod money;
mod personal;
mod pull;
mod reconcile;
mod report;
mod verify;

use std::collections::BTreeMap;

use clap::Subcommand;

use self::verify::Checked;
use super::outcome::Failure;
use super::{Context, Outcome};
use crate::journal::{Head, Sums};

/// Read the archive of a campaign's journal, close periods, and write the files for finance.
#[derive(Subcommand)]
#[command(after_help = "\
Example:
  coupon settle pull --archive mirror --jwks keys.json --db settle.sqlite
  coupon settle close --db settle.sqlite --period 2026-02 --until 2026-03-01T00:00:00Z
  coupon settle files --db settle.sqlite --period 2026-02 --out 2026-02")]
pub(super) enum Settle {
    Verify(verify::Verify),
    Pull(pull::Pull),
    Close(close::Close),
    Files(files::Files),
    Reconcile(reconcile::Reconcile),
    Report(report::Report),
    PersonalData(personal::PersonalData),
    Generate(generate::Generate),
}

impl Settle {
    pub(super) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        match self {
            Self::Verify(verify) => verify.run(context),
            Self::Pull(pull) => pull.run(context),
            Self::Close(close) => close.run(context),
            Self::Files(files) => files.run(context),
            Self::Reconcile(reconcile) => reconcile.run(context),
            Self::Report(report) => report.run(context),
            Self::PersonalData(personal) => personal.run(context),
            Self::Generate(generate) => generate.run(context),
        }
    }
}

/// The outcome, printed either way, with exit code 1 when something is wrong.
fn settled(right: bool, outcome: Outcome) -> anyhow::Result<Outcome> {
    match right {
        true => Ok(outcome),
        false => Err(Failure::Answered { outcome, exit: 1 }.into()),
    }
}

/// What the journals come to, by currency.
fn by_currency<'a>(ends: impl IntoIterator<Item = &'a Head>) -> BTreeMap<String, Sums> {
    let mut sums = BTreeMap::<_, Sums>::new();
    for end in ends {
        sums.entry(end.origin.currency.code().to_owned()).or_default().merge(&end.sums);
    }
    sums
}

/// A table of shards.
fn shard_rows(checked: &[Checked]) -> String {
    let mut text = format!(
        "{:<20} {:>5} {:>9} {:>12} {:>7}  {}",
        "shard", "life", "segments", "entries", "wrong", "complete until"
    );
    for Checked { shard, end, findings } in checked {
        let name = shard.object_name();
        let wrong = findings.len();
        text.push('\n');
        match end {
            Some(Head { incarnation, segments, sums, complete_until, .. }) => {
                let (entries, until) = (sums.count(), complete_until.rfc3339());
                text.push_str(&format!(
                    "{name:<20} {incarnation:>5} {segments:>9} {entries:>12} {wrong:>7}  {until}"
                ));
            }
            None => {
                text.push_str(&format!("{name:<20} {:>5} {:>9} {:>12} {wrong:>7}", "-", "-", "-"))
            }
        }
    }
    text
}

#[cfg(test)]
mod tests;
