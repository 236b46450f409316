//! `coupon overload`: offers an edge on this machine more than it can take, and judges what it does.
//!
//! 1. The sustainable load: tills that ask anew once they have an answer, more and more of them.
//! 2. In turns: that load again, then four times as much by the clock, whatever is answered.
//! 3. The ledger hangs in the middle of an overload, and goes on.
//! 4. Half of the sustainable load, beside strangers that hold connections and bodies open.
//! 5. SIGKILL in the middle of an overload; then each accepted redemption is asked for again.
//!
//! Both loads are measured in the same minutes, so that a busy machine is as busy for the one as
//! for the other, and medians of seconds are compared.

mod edge;
mod load;
mod record;
mod report;
mod slow;
mod strangers;
mod verdict;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use clap::Args;

use self::edge::{Edge, Limit};
use self::load::Load;
use self::record::Record;
use self::strangers::Strangers;
use self::verdict::{FACTOR, Findings};
use super::load::{Arrivals, Tills};
use super::outcome::{Failure, Outcome};

/// Offer an edge on this machine more than it can take, and judge what it does.
#[derive(Args)]
#[command(after_help = "Example:
  ./scripts/build && coupon overload --seconds 60 --markdown overload.md

Ends by itself after about five times as long. Exit code 1 when the edge did not hold.")]
pub(super) struct Overload {
    /// Seconds of overload.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(3..=3600))]
    seconds: u64,

    /// What has the least to spare: the shards, or the one instance of the Worker.
    #[arg(long, value_enum, default_value = "ledger")]
    limit: Limit,

    /// Write the figures to this file, as a part of a Markdown document.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,

    /// The project's folder, with the built Worker in it.
    #[arg(long, default_value = ".")]
    project: PathBuf,
}

/// Tills at once, tried one after the other.
const CROWDS: [usize; 5] = [8, 16, 32, 64, 128];

/// How often sustainable load and overload take turns.
const TURNS: u64 = 3;

/// Tills at once when what was accepted is asked for again.
const AUDITORS: usize = 16;

/// Seconds for which the ledger hangs: longer than a call is waited for.
const HANGS_S: u64 = 10;

/// Seconds that are looked at afterwards.
const AFTERWARDS_S: u64 = 20;

/// How often they begin anew with what was refused or not answered.
const ROUNDS: usize = 10;

impl Overload {
    pub(super) fn run(&self) -> anyhow::Result<Outcome> {
        let (mut edge, tills) = Edge::start(&self.project, self.limit)?;
        let findings = self.measure(&mut edge, &tills)?;
        if let Some(path) = &self.markdown {
            fs::write(path, report::markdown(&findings))?;
        }
        let outcome = Outcome { text: report::text(&findings), json: report::json(&findings) };
        match findings.failed().is_empty() {
            true => Ok(outcome),
            false => Err(Failure::Answered { outcome, exit: 1 }.into()),
        }
    }

    fn measure(&self, edge: &mut Edge<'_>, tills: &Tills) -> anyhow::Result<Findings> {
        let turn = self.seconds / TURNS;
        let mut load = Load::new(tills, 0..)?;

        // 1
        let (mut best, mut crowd) = (0.0, 0);
        load.work(edge, Arrivals::Closed(8), 2)?;
        for tills in CROWDS {
            let record = load.work(edge, Arrivals::Closed(tills), 1.max(turn / 4))?;
            let rate = record.median(|second| second.accepted);
            eprintln!("{tills} tills at once: {rate} accepted a second");
            if rate > best {
                (best, crowd) = (rate, tills);
            }
        }

        // 2
        let resident_before = edge.resident_bytes()?;
        let (mut sustained, mut overload) = (Record::default(), Record::default());
        for _ in 0..TURNS {
            sustained.append(load.work(edge, Arrivals::Closed(crowd), turn)?);
            best = sustained.median(|second| second.accepted);
            eprintln!("sustainable: {best} a second");
            let turn = load.work(edge, Arrivals::Open(best * FACTOR), turn)?;
            let shed = turn.median(|second| second.shed);
            eprintln!("overload: {} a second, {shed} shed", turn.median(|second| second.accepted));
            overload.append(turn);
            load.settle(edge)?;
        }

        // 3
        edge.hang()?;
        load.work(edge, Arrivals::Open(best * FACTOR), HANGS_S)?;
        edge.go_on()?;
        let afterwards = load.work(edge, Arrivals::Open(best * FACTOR), AFTERWARDS_S)?;
        load.settle(edge)?;

        // 4
        let coming = Strangers::come(edge.port());
        let strangers = load.work(edge, Arrivals::Open(best / 2.0), turn)?;
        let cut_off = coming.go();

        // 5
        load.work(edge, Arrivals::Open(best * FACTOR), 2)?;
        edge.kill_and_restart()?;
        let told = std::mem::take(&mut load.accepted);
        eprintln!("{} accepted; each is asked for again", told.len());
        let lost = count_lost(edge, tills, &told)?;
        let verified = told.len();
        Ok(Findings {
            tills: crowd,
            sustained,
            overload,
            afterwards,
            strangers,
            cut_off,
            resident_before,
            verified,
            lost,
        })
    }
}

/// Asks for each accepted redemption again, until it is answered; counts those whose answer is
/// another one, or never comes.
fn count_lost(
    edge: &Edge<'_>,
    tills: &Tills,
    told: &BTreeMap<u64, [u8; 32]>,
) -> anyhow::Result<usize> {
    let mut heard = BTreeMap::new();
    for _ in 0..ROUNDS {
        let unheard: Vec<_> = told.keys().filter(|n| !heard.contains_key(*n)).copied().collect();
        if unheard.is_empty() {
            break;
        }
        let mut again = Load::new(tills, unheard.into_iter())?;
        again.work(edge, Arrivals::Closed(AUDITORS), 600)?;
        heard.append(&mut again.accepted);
    }
    Ok(told.iter().filter(|(n, body)| heard.get(n) != Some(body)).count())
}
