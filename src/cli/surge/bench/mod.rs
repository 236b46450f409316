//! `coupon surge bench`: what calls cost, beside the least that the platform takes for any, in one
//! run and in turns, so that a busy machine is as busy for the one as for the other.

mod chart;
pub(super) mod cpu;
mod drive;
pub(super) mod growth;
mod peers;
mod processes;
mod sample;
mod schedule;
mod table;
mod work;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use self::drive::{Peer, drive};
use self::peers::Running;
use self::table::Table;
use self::work::{Calls, Kind};
use crate::cli::load::Arrivals;
use crate::cli::local::R2Trouble;
use crate::cli::outcome::Outcome;
use crate::token::Version;

/// Measure what calls cost, beside others in the same run.
#[derive(Args)]
#[command(after_help = "Example:
  ./scripts/bench --quick

Calls 127.0.0.1 only, checks every answer, and ends by itself.")]
pub(in crate::cli) struct Bench {
    /// Seconds of each measurement, from 0.1 to 60.
    #[arg(long, default_value = "1.5", value_parser = seconds)]
    seconds: Duration,

    /// How often everything is measured; medians are given.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,

    /// Tills at once.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    tills: u16,

    /// Only targets whose names contain this; may be repeated.
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,

    /// Another Worker with the same contract, by a name: NAME=FOLDER; may be repeated.
    #[arg(long, value_name = "NAME=FOLDER")]
    peer: Vec<String>,

    /// Also nginx with Lua and Redis (`bench/peers/nginx`).
    #[arg(long)]
    nginx: bool,

    /// Where ledgers are kept; in memory if not given.
    #[arg(long, value_name = "FOLDER")]
    storage: Option<PathBuf>,

    /// What writes is measured a second time, with its ledgers here; not if not given.
    #[arg(long, value_name = "FOLDER")]
    disk: Option<PathBuf>,

    /// A figure that something else found, to stand among these: NAME=NUMBER; may be repeated.
    #[arg(long, value_name = "NAME=NUMBER", value_parser = figure)]
    figure: Vec<(String, f64)>,

    /// Write the figures and a chart into this folder.
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,

    /// The project's folder, with the built Worker in it.
    #[arg(long, default_value = ".")]
    project: PathBuf,
}

/// What is measured at half of its rate too, when all rounds are over.
const AT_HALF_LOAD: [&str; 3] = ["floor: insert", "ours: redeem", "ours, archive away: redeem"];

/// A Worker whose archive answers, and one whose archive fails whatever it is asked.
const USUAL: (Version, R2Trouble) = (Version::One, R2Trouble::None);
const AWAY: (Version, R2Trouble) = (Version::One, R2Trouble::Fails);

/// How many times as long that takes as a measurement in a round: it is one, and its hundredth part
/// should be many.
const LONGER: u32 = 10;

/// What is measured of ours besides.
const BATCHES: [Kind; 4] = [Kind::Batch(1), Kind::Batch(10), Kind::Batch(100), Kind::Batch(500)];

/// What is measured of ours with tokens of version 2: what differs from version 1 is in all of them.
const SIGNED: [Kind; 3] = [Kind::Redeem, Kind::Forged, Kind::Batch(100)];

/// Batches at once: each is many coupons, and an instance takes no more than 32.
const SENDERS: usize = 16;

/// What is measured of a Worker with our contract.
const KINDS: [Kind; 7] = [
    Kind::Health,
    Kind::Check,
    Kind::Redeem,
    Kind::Replay,
    Kind::Duplicate,
    Kind::Forged,
    Kind::Reverse,
];

impl Bench {
    pub(super) fn run(&self) -> anyhow::Result<Outcome> {
        let storage = match &self.storage {
            Some(folder) => folder.clone(),
            None => peers::in_memory()?,
        };
        let mut running = self.start(&storage)?;
        if let Some(disk) = &self.disk {
            running.extend(self.start(disk)?.into_iter().filter_map(Running::on_disk));
        }
        let mut table = Table::with(&self.figure);
        // The first round warms up and is not counted.
        for round in 0..=self.rounds {
            for it in &mut running {
                for index in 0..it.targets.len() {
                    self.measure(it, index, round, &mut table)?;
                }
            }
        }
        for it in &mut running {
            self.measure_at_half_load(it, &mut table)?;
        }
        if let Some(folder) = &self.write {
            table.write(folder)?;
        }
        Ok(table.outcome())
    }

    /// Starts all that is measured, with its ledgers in this folder.
    fn start(&self, storage: &Path) -> anyhow::Result<Vec<Running>> {
        let ours = [&KINDS[..], &BATCHES].concat();
        let mut running = vec![
            peers::floor(&self.project, storage)?,
            peers::edge("ours", &self.project, storage, USUAL, &ours)?,
            peers::edge("ours, C2", &self.project, storage, (Version::Two, USUAL.1), &SIGNED)?,
            peers::edge("ours, archive away", &self.project, storage, AWAY, &[Kind::Redeem])?,
        ];
        for peer in &self.peer {
            let (name, folder) = peer.split_once('=').context("--peer is NAME=FOLDER")?;
            running.push(peers::edge(name, folder.as_ref(), storage, USUAL, &KINDS)?);
        }
        if self.nginx {
            running.push(peers::nginx(&self.project, storage)?);
        }
        Ok(running)
    }

    fn measure(
        &self,
        it: &mut Running,
        index: usize,
        round: u32,
        table: &mut Table,
    ) -> anyhow::Result<()> {
        let Some((kind, port, name)) = it.targets.get(index).cloned() else { return Ok(()) };
        if !self.only.is_empty() && !self.only.iter().any(|text| name.contains(text.as_str())) {
            return Ok(());
        }
        // There has to be something to ask about.
        let processes = it.processes()?;
        let (peer, tills) = (Peer { port, processes: &processes }, usize::from(self.tills));
        let enough = match kind {
            Kind::Replay | Kind::Duplicate => 64,
            // More than can be undone in the time.
            Kind::Reverse => ((self.seconds.as_secs_f64() * 8000.0) as usize).min(work::KEPT),
            _ => 0,
        };
        while it.customers.standing() < enough {
            let mut calls = Calls { kind: Kind::Redeem, customers: &mut it.customers };
            drive(peer, Arrivals::Closed(tills), self.seconds, &mut calls)?.check(&name)?;
        }
        let tills = match kind {
            Kind::Batch(_) | Kind::BareBatch(_) => tills.min(SENDERS),
            _ => tills,
        };
        let mut calls = Calls { kind, customers: &mut it.customers };
        let sample = drive(peer, Arrivals::Closed(tills), self.seconds, &mut calls)?;
        sample.check(&name)?;
        if round > 0 {
            let (rate, cpu) = (sample.rate(), sample.server_us());
            eprintln!("{round}/{} {name}: {rate:.0}/s, {cpu:.0} µs of CPU", self.rounds);
            table.add(&name, sample);
        }
        Ok(())
    }

    /// Lets requests come by the clock, half as many as were answered when tills waited for each
    /// other: the waits of a day on which the machine is not full.
    fn measure_at_half_load(&self, it: &mut Running, table: &mut Table) -> anyhow::Result<()> {
        for (kind, port, name) in it.targets.clone() {
            let rate = table.per_s(&name).filter(|_| AT_HALF_LOAD.contains(&name.as_str()));
            let Some(rate) = rate else { continue };
            let name = format!("{name} at half load");
            let peer = Peer { port, processes: &it.processes()? };
            let mut calls = Calls { kind, customers: &mut it.customers };
            let arrivals = Arrivals::Open(rate / 2.0);
            let sample = drive(peer, arrivals, self.seconds * LONGER, &mut calls)?;
            sample.check(&name)?;
            let (p50, p99) = (sample.wait(50), sample.wait(99));
            eprintln!("{name}, {:.0}/s: p50 {p50:.1} ms, p99 {p99:.1} ms", rate / 2.0);
            table.add(&name, sample);
        }
        Ok(())
    }
}

/// Reads a figure.
fn figure(text: &str) -> Result<(String, f64), String> {
    let figure = text.split_once('=').and_then(|(name, number)| {
        let number = number.parse().ok().filter(|it: &f64| it.is_finite())?;
        (!name.is_empty()).then(|| (name.to_owned(), number))
    });
    figure.ok_or_else(|| "a figure is NAME=NUMBER".to_owned())
}

/// Reads a number of seconds.
fn seconds(text: &str) -> Result<Duration, String> {
    let limits = Duration::from_millis(100)..=Duration::from_secs(60);
    let seconds = text.parse().ok().and_then(|number| Duration::try_from_secs_f64(number).ok());
    seconds.filter(|it| limits.contains(it)).ok_or_else(|| "not from 0.1 to 60".to_owned())
}
