//! `coupon surge issuing`: how fast coupons are signed and shops enrolled for a campaign of a whole
//! country, by running the very commands.

mod child;
mod table;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use self::child::{Run, run};
use self::table::Table;
use super::results;
use crate::cli::outcome::Outcome;

/// Measure how fast coupons are issued and shops enrolled.
///
/// Runs the commands that an operator runs, in a temporary folder, several times in turns.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon surge issuing --quick
  coupon surge issuing --write bench/results

Build with optimisation first: cargo build --release --bin coupon. Needs 1 GB of disk for a while.")]
pub(in crate::cli) struct Issuing {
    /// How often everything is measured; medians are given [default: 7; with --quick 3].
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: Option<u32>,

    /// A tenth of the coupons and of the shops.
    #[arg(long)]
    quick: bool,

    /// Where files are written for a while; the system's temporary folder if not given.
    #[arg(long, value_name = "FOLDER")]
    storage: Option<PathBuf>,

    /// Write issuing.json and issuing.md into this folder.
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,
}

const COUPONS: u64 = 10_000_000;
const SHOPS: u32 = 300_000;

/// The first campaign of an issuer: 16 shards.
const CAMPAIGN: &str = "536870913";

impl Issuing {
    pub(super) fn run(&self) -> anyhow::Result<Outcome> {
        let (divisor, rounds) = if self.quick { (10, 3) } else { (1, 7) };
        let (coupons, shops) = (COUPONS / u64::from(divisor), SHOPS / divisor);
        let folder = match &self.storage {
            Some(storage) => tempfile::tempdir_in(storage)?,
            None => tempfile::tempdir()?,
        };
        let folder = folder.path();
        run(folder, &["init"], None)?;
        let campaign = ["campaign", "create", "--name", "Measured", "--currency", "CNY"];
        let window = ["--from", "2026-01-01T00:00:00Z", "--until", "2030-01-01T00:00:00Z"];
        run(folder, &[&campaign[..], &window].concat(), None)?;
        fs::write(folder.join("shops.csv"), shop_list(shops)).context("cannot write the shops")?;
        let mut table = Table::of(coupons, shops);
        for round in 1..=self.rounds.unwrap_or(rounds) {
            table.few.push(issue(folder, coupons / 10, None)?);
            table.many.push(issue(folder, coupons, None)?);
            table.one_core.push(issue(folder, coupons, Some(1))?);
            table.enrol.push(enrol(folder)?);
            eprintln!("{round}/{}", self.rounds.unwrap_or(rounds));
        }
        let outcome = table.outcome();
        if let Some(folder) = &self.write {
            results::write(folder, "issuing", &outcome)?;
        }
        Ok(outcome)
    }
}

fn issue(folder: &Path, count: u64, cores: Option<u32>) -> anyhow::Result<Run> {
    let count = count.to_string();
    let issue = ["issue", "--campaign", CAMPAIGN, "--count", &count, "--value", "2500"];
    let run = run(folder, &[&issue[..], &["--out", "coupons.txt"]].concat(), cores)?;
    // Each run writes a new file, as the first one does.
    fs::remove_file(folder.join("coupons.txt")).context("no coupons")?;
    Ok(run)
}

fn enrol(folder: &Path) -> anyhow::Result<Run> {
    let run = run(folder, &["shop", "enrol", "shops.csv", "--out", "credentials.csv"], None)?;
    fs::remove_file(folder.join("credentials.csv")).context("no credentials")?;
    Ok(run)
}

/// So many shops of some thousand chains.
fn shop_list(shops: u32) -> String {
    let mut list = "id,chain,groups,name\n".to_owned();
    for shop in 0..shops {
        // Writing to a String cannot fail.
        let _ =
            writeln!(list, "{},{},0x{:x},Milk tea {shop}", shop + 1, shop % 5000, 1 << (shop % 8));
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::shop_list::ShopList;

    #[test]
    fn every_shop_on_the_list_is_good() {
        let list = ShopList::parse(shop_list(1000).as_bytes()).unwrap();
        assert_eq!((list.shops.len(), list.bad.len()), (1000, 0));
        let chains: std::collections::HashSet<_> = list.shops.iter().map(|it| it.chain).collect();
        assert_eq!(chains.len(), 1000);
    }
}
