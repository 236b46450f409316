//! `coupon surge growth`: whether a redemption costs more when its shard has more rows, and what
//! else grows with a campaign: bytes, the time to start, the fullest shard.

mod answer;
mod balance;
mod file;
mod fill;
mod row;
mod shard;
mod start;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use self::row::Row;
use self::shard::GrownShard;
use self::start::Starts;
use self::table::Table;
use super::work::Kind;
use super::{peers, seconds};
use crate::cli::outcome::Outcome;
use crate::cli::surge::results;

/// Measure what a redemption costs in shards with few rows and with many.
///
/// Each shard is a file that workerd made and that was filled with entries by the ledger's own
/// statement while workerd was stopped. All are served at once, each by a process of its own, and
/// measured in turns.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon surge growth --quick
  coupon surge growth --write bench/results

Ten million rows take three minutes to fill, 1.3 GB in /dev/shm or in --storage, and while they are
filled as much memory. Calls 127.0.0.1 only, and ends by itself.")]
pub(in crate::cli) struct Growth {
    /// Rows of a shard at the start, from 1000; may be repeated
    /// [default: 10000, 1000000, 10000000; with --quick 10000, 100000, 1000000].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1000..=100_000_000))]
    rows: Vec<u64>,

    /// Seconds of each measurement, from 0.1 to 60 [default: 2; with --quick 1].
    #[arg(long, value_parser = seconds)]
    seconds: Option<Duration>,

    /// How often everything is measured; medians are given [default: 7; with --quick 3].
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: Option<u32>,

    /// Tills at once.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    tills: u16,

    /// Fewer rows and rounds: two minutes.
    #[arg(long)]
    quick: bool,

    /// Where ledgers are kept; in memory if not given.
    #[arg(long, value_name = "FOLDER")]
    storage: Option<PathBuf>,

    /// Write growth.json and growth.md into this folder.
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,

    /// The project's folder, with the built Worker in it.
    #[arg(long, default_value = ".")]
    project: PathBuf,
}

/// What is measured of each shard: a column each. Redemptions are the first, because the others
/// ask about them.
const KINDS: [Kind; 3] = [Kind::Redeem, Kind::Duplicate, Kind::Batch(100)];

/// Coupons whose shards are counted.
const COUPONS: u64 = 1_000_000;

impl Growth {
    pub(in crate::cli::surge) fn run(&self) -> anyhow::Result<Outcome> {
        let (rows, rounds, time) = match self.quick {
            true => ([10_000, 100_000, 1_000_000], 3, Duration::from_secs(1)),
            false => ([10_000, 1_000_000, 10_000_000], 7, Duration::from_secs(2)),
        };
        let rows = if self.rows.is_empty() { rows.to_vec() } else { self.rows.clone() };
        let (rounds, time) = (self.rounds.unwrap_or(rounds), self.seconds.unwrap_or(time));
        let storage = match &self.storage {
            Some(folder) => folder.clone(),
            None => peers::in_memory()?,
        };
        let mut shards = Vec::new();
        for rows in rows {
            eprintln!("filling a shard with {rows} rows");
            let (shard, size) = GrownShard::with_rows(&self.project, &storage, rows)?;
            shards.push((shard, Row::of(size)));
        }
        // The first round warms up and is not counted.
        for round in 0..=rounds {
            for (shard, row) in &mut shards {
                for kind in KINDS {
                    let sample = shard.measure(kind, self.tills.into(), time)?;
                    if round > 0 {
                        row.add(kind, sample);
                    }
                }
            }
            eprintln!("calls: {round}/{rounds}");
        }
        // Only now: a process that has just started costs more, as it compiles what is called often.
        let mut starts = Starts::default();
        for round in 1..=rounds {
            for (shard, row) in &mut shards {
                row.opened(shard.restart()?);
            }
            starts.add(&self.project, &storage)?;
            eprintln!("starts: {round}/{rounds}");
        }
        let ended = shards.into_iter().map(|(shard, row)| Ok(row.ended(shard.end()?)));
        let rows = ended.collect::<anyhow::Result<_>>()?;
        let table = Table { rows, start: starts.figures(), balance: balance::balance(COUPONS)? };
        let outcome = table.outcome();
        if let Some(folder) = &self.write {
            results::write(folder, "growth", &outcome)?;
        }
        Ok(outcome)
    }
}
