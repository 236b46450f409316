//! `coupon prove`: the edge under load and faults, and a judgement on everything it answered.
//!
//! In scope: tills, faults, reports. How histories are judged is [`prove`](crate::prove).

mod batch;
mod clock;
mod crowd;
mod disk;
mod look;
mod mischief;
mod proxy;
mod reading;
mod report;
mod round;
mod scenario;
mod shipped;
mod site;
mod tally;
mod till;
mod trial;
mod visitor;
mod wire;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use clap::Args;

use super::Context;
use super::interrupt::Interrupt;
use super::outcome::{Failure, Outcome};
use report::Report;
use scenario::{ALL, Needs, Scenario};
use trial::Trial;

/// Race, cut off, starve and kill an edge on this machine, and judge all its answers.
///
/// Starts the built Worker on workerd with its storage on disk, lets many tills loose on few
/// coupons, and makes trouble. Afterwards it looks, coupon by coupon, for an order of atomic calls
/// that explains every answer; where there is none it prints the shortest history that shows it.
#[derive(Args)]
#[command(after_help = "\
Exit codes: 0 everything is explained, 1 something is not, or the run failed.

Example:
  coupon prove
  coupon prove --only kill --seed 7
  coupon prove --long --report docs/evidence/prove.md")]
pub(super) struct Prove {
    /// About an hour: at least 200 kills and 1,000,000 redemptions.
    #[arg(long)]
    long: bool,

    /// Only the scenarios of these names; may be repeated.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,

    /// Begin no more rounds after so many minutes.
    #[arg(long)]
    minutes: Option<u64>,

    /// Where all lots are drawn from; made up, and printed, if not given.
    #[arg(long)]
    seed: Option<u64>,

    /// How many tills call at the same time.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=256))]
    tills: u32,

    /// Write the report to this file, as Markdown.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// The project's folder, with the built Worker in it.
    #[arg(long, default_value = ".")]
    project: PathBuf,

    /// Folder with two builds, as scripts/prove makes it, for the scenario `upgrade`.
    #[arg(long, value_name = "FOLDER")]
    upgrade: Option<PathBuf>,

    /// Folder of the build that scripts/variant makes, for the scenario `panic`.
    #[arg(long, value_name = "FOLDER")]
    panics: Option<PathBuf>,
}

impl Prove {
    pub(super) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let scenarios = self.scenarios()?;
        let interrupt = Interrupt::watch()?;
        let seed = self.seed.unwrap_or_else(|| context.now.millis());
        let until = self.minutes.map(|minutes| Instant::now() + Duration::from_secs(60 * minutes));
        let mut report = Report::begin(self.long, self.minutes, seed, self.tills);
        for scenario in scenarios {
            eprintln!("{}: {}", scenario.name, scenario.what);
            let trial = Trial { scenario, of: self, seed, until, interrupt: &interrupt };
            let tally = match trial.run() {
                // Ctrl-C in a terminal ends workerd too: what follows from that is no news.
                Err(_) if interrupt.asked_by_now() => {
                    return Err(Failure::Interrupted("nothing is proved".to_owned()).into());
                }
                tally => tally?,
            };
            eprintln!("  {}", report::line(&tally));
            for finding in tally.words() {
                eprintln!("  FOUND {}", finding.what);
                finding.shown.iter().for_each(|call| eprintln!("    {call}"));
            }
            report.add(scenario, tally);
            // After each scenario, so that a run that is cut off has something to show.
            if let Some(path) = &self.report {
                std::fs::write(path, report.markdown())
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
        }
        let outcome = Outcome { text: report.text(), json: report.json() };
        match report.found() {
            0 => Ok(outcome),
            _ => Err(Failure::Answered { outcome, exit: 1 }.into()),
        }
    }

    fn scenarios(&self) -> anyhow::Result<Vec<&'static Scenario>> {
        let names: Vec<_> = ALL.iter().map(|scenario| scenario.name).collect();
        if let Some(unknown) = self.only.iter().find(|name| !names.contains(&name.as_str())) {
            bail!("no scenario {unknown}: there are {}", names.join(", "));
        }
        let wanted = |scenario: &&Scenario| {
            self.only.is_empty() || self.only.iter().any(|name| name == scenario.name)
        };
        let scenarios: Vec<_> = ALL.iter().filter(wanted).collect();
        let needed = |needs| scenarios.iter().any(|scenario| scenario.needs == needs);
        ensure!(
            !needed(Needs::Builds) || self.upgrade.is_some(),
            "the scenario `upgrade` needs --upgrade: run scripts/prove, which makes both builds"
        );
        ensure!(
            !needed(Needs::Panics) || self.panics.is_some(),
            "the scenario `panic` needs --panics: run scripts/prove, which makes the build"
        );
        Ok(scenarios)
    }
}
