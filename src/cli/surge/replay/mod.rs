//! `coupon surge replay`: the day of 6 February 2026 against an edge on this machine.
//!
//! Customers come by the day's clock, whatever is answered: open loop. Waits are counted from the
//! moment at which a request was due, so that what stands in a queue is not left out of the figures
//! (no coordinated omission). Tills ask again as `docs/integration.md` has it. Each answer is judged,
//! and at the end each coupon is counted.
//!
//! One process cannot serve what many instances would. It gets their share of the customers at the
//! true rate; see [`plan`] for what the options do to that rate, and `docs/surge.md` for what it shows.

mod arrivals;
mod chart;
pub(in crate::cli) mod curve;
mod customer;
mod drive;
mod edge;
mod errand;
mod findings;
mod judge;
mod live;
pub(in crate::cli) mod plan;
pub(in crate::cli) mod points;
mod reading;
mod record;
mod report;
mod retry;
pub(in crate::cli) mod shops;
mod tally;
mod waits;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Args;

use self::arrivals::Arrivals;
use self::curve::Curve;
use self::customer::Mix;
use self::drive::Drive;
use self::edge::Edge;
use self::findings::Findings;
use self::live::Live;
use self::plan::{Plan, clock};
use crate::cli::outcome::{Failure, Outcome};

/// Replay 6 February 2026 against an edge on this machine.
#[derive(Args)]
#[command(after_help = "Customers a second at a clock time:

  the curve's rate at that time × --times ÷ --share

The curve goes through the published points; its peak is 934 orders/s, 4:35 after the start. So ten
times the day is 9,340/s at the peak for all instances, and one of 32 gets 292/s. --compress does not
change this rate: it lets N seconds of the day pass in one, and one in N of the customers come. So
the day takes 32,400 s ÷ N, slopes are N times as steep, and the peak is as high as it was, and as
much shorter. Without it and with --from and --until, a window is replayed as it was.

Example:
  coupon surge replay --times 10 --share 1/16 --compress 60 --write bench/results   # the day in 9 min
  coupon surge replay --times 10 --share 1/16 --from 4:30 --until 4:40              # its peak, as it was
  coupon surge replay --times 10 --share 1/100 --compress 3240                      # ten seconds

Calls 127.0.0.1 only, starts the edge itself, and ends by itself. Exit code 1 when an answer was
wrong, a coupon was redeemed twice, or the sum is not what was asked.")]
pub(in crate::cli) struct Replay {
    /// How many times the day's customers come, from 0.01 to 1000.
    #[arg(long, default_value_t = 1.0, value_parser = within::<1, 100_000>)]
    times: f64,

    /// The part of them that this process gets: one of N instances, from 1/1 to 1/10000.
    #[arg(long, default_value = "1/32", value_name = "1/N", value_parser = share)]
    share: u32,

    /// Seconds of the day in one second, from 1 to 10000. The rate stays as it is.
    #[arg(long, default_value_t = 1.0, value_name = "N", value_parser = within::<100, 1_000_000>)]
    compress: f64,

    /// The clock time to begin with, hours:minutes after the start of the day.
    #[arg(long, value_name = "H:MM", value_parser = clock_time)]
    from: Option<f64>,

    /// The clock time to end with.
    #[arg(long, value_name = "H:MM", value_parser = clock_time)]
    until: Option<f64>,

    /// Of a hundred customers, those whose coupon another shop scans at the same moment.
    #[arg(long, default_value_t = 2.0, value_name = "PERCENT", value_parser = percent)]
    duplicates: f64,

    /// Those whose coupon the same till scans twice: half under the same key, half as a new bill.
    #[arg(long, default_value_t = 2.0, value_name = "PERCENT", value_parser = percent)]
    double_scans: f64,

    /// Those whose coupon nobody signed.
    #[arg(long, default_value_t = 0.5, value_name = "PERCENT", value_parser = percent)]
    forged: f64,

    /// Those whose order is off after all.
    #[arg(long, default_value_t = 1.0, value_name = "PERCENT", value_parser = percent)]
    reversals: f64,

    /// Which customers come: the same ones for the same number.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// The published points; bench/surge/2026-02-06.csv of the project if not given.
    #[arg(long, value_name = "FILE")]
    curve: Option<PathBuf>,

    /// Where the ledger is kept; in memory (/dev/shm) if not given.
    #[arg(long, value_name = "FOLDER")]
    storage: Option<PathBuf>,

    /// Write the report and a chart into this folder, as NAME.json, NAME.md and NAME.svg.
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,

    /// The name of these files.
    #[arg(long, default_value = "surge", requires = "write")]
    name: String,

    /// The project's folder, with the built Worker in it.
    #[arg(long, default_value = ".")]
    project: PathBuf,
}

/// Requests a second that one generator signs, sends and judges with a core to itself, with half of
/// it to spare: it takes about 0.15 ms for each.
const MOST_PER_S: f64 = 3000.0;

impl Replay {
    pub(super) fn run(&self) -> anyhow::Result<Outcome> {
        let mix = self.mix()?;
        let plan = self.plan(&mix)?;
        if let Some(folder) = &self.write {
            ensure!(folder.is_dir(), "{} is no folder", folder.display());
        }
        let storage = self.storage.clone().unwrap_or_else(|| PathBuf::from("/dev/shm"));
        let (edge, tills) = Edge::start(&self.project, &storage)?;
        let live = Live::new(&plan);
        let mut drive = Drive::new(&plan, Arrivals::new(&plan, mix, self.seed), &edge, &tills)?;
        drive.run(&live)?;
        live.end();
        let (record, standing) = (drive.record, drive.tally.count());
        let resident_bytes = edge.most_resident_bytes()?;
        let findings =
            Findings { plan: plan.clone(), seed: self.seed, record, standing, resident_bytes };
        self.write(&findings)?;
        let outcome = Outcome { text: report::text(&findings), json: report::json(&findings) };
        match findings.failed().is_empty() {
            true => Ok(outcome),
            false => Err(Failure::Answered { outcome, exit: 1 }.into()),
        }
    }

    fn mix(&self) -> anyhow::Result<Mix> {
        let Self { duplicates, double_scans, forged, reversals, .. } = *self;
        let all = duplicates + double_scans + forged + reversals;
        ensure!(all <= 100.0, "duplicates, double scans, forged and reversals are {all} percent");
        Ok(Mix { duplicates, double_scans, forged, reversals })
    }

    /// The plan, if this process can bring it about.
    fn plan(&self, mix: &Mix) -> anyhow::Result<Plan> {
        let file = self.curve.clone();
        let file = file.unwrap_or_else(|| self.project.join("bench/surge/2026-02-06.csv"));
        let curve = Curve::through(&points::read(&file)?)
            .with_context(|| format!("{} is no day", file.display()))?;
        let window = (self.from, self.until);
        let plan = Plan::new(curve, self.times, self.share, self.compress, window)?;
        let peak = plan.peak();
        let most = plan.rate(peak) * mix.requests_of_a_customer();
        ensure!(
            most <= MOST_PER_S,
            "{most:.0} requests a second at {}, and one generator makes {MOST_PER_S:.0} at most: \
             take a smaller share, --share 1/{:.0}",
            clock(plan.clock_at(peak)),
            (f64::from(self.share) * most / MOST_PER_S).ceil()
        );
        Ok(plan)
    }

    fn write(&self, findings: &Findings) -> anyhow::Result<()> {
        let Some(folder) = &self.write else { return Ok(()) };
        let write = |ending: &str, text: &str| {
            let path = folder.join(format!("{}.{ending}", self.name));
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
        };
        write("json", &format!("{}\n", report::json(findings)))?;
        write("md", &report::markdown(findings, &self.name))?;
        write("svg", &chart::draw(findings)?)
    }
}

/// A number from `LOW` to `HIGH` hundredths.
fn within<const LOW: u32, const HIGH: u32>(text: &str) -> Result<f64, String> {
    let [low, high] = [LOW, HIGH].map(|limit| f64::from(limit) / 100.0);
    let number = text.parse().ok().filter(|number| (low..=high).contains(number));
    number.ok_or_else(|| format!("not from {low} to {high}"))
}

fn percent(text: &str) -> Result<f64, String> {
    within::<0, 10_000>(text)
}

/// One of so many: `1/32`.
fn share(text: &str) -> Result<u32, String> {
    let number = text.strip_prefix("1/").and_then(|number| number.parse().ok());
    let number = number.filter(|number| (1..=10_000).contains(number));
    number.ok_or_else(|| "a share is one of so many, from 1/1 to 1/10000".to_owned())
}

/// Hours and minutes after the start: `4:35`, in seconds.
fn clock_time(text: &str) -> Result<f64, String> {
    let parse = || {
        let (hours, minutes) = text.split_once(':')?;
        let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours < 1000 && minutes < 60).then_some(f64::from(hours * 3600 + minutes * 60))
    };
    parse().ok_or_else(|| "a clock time is hours and minutes after the start, like 4:35".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_one_of_so_many() {
        assert_eq!(share("1/16"), Ok(16));
        for no in ["16", "2/16", "1/0", "1/10001", "1/x", ""] {
            assert!(share(no).is_err(), "{no}");
        }
    }

    #[test]
    fn a_clock_time_is_hours_and_minutes() {
        assert_eq!(clock_time("4:35"), Ok(16_500.0));
        for no in ["4", "4:60", "-1:00", "4:5x", "99999:00"] {
            assert!(clock_time(no).is_err(), "{no}");
        }
    }

    #[test]
    fn numbers_have_limits() {
        assert_eq!((percent("0"), percent("100")), (Ok(0.0), Ok(100.0)));
        for no in ["-1", "100.1", "NaN", "inf", "many"] {
            assert!(percent(no).is_err(), "{no}");
        }
    }
}
