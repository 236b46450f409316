//! One scenario, from the start of its edges to the last look at what they hold.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::Prove;
use super::crowd::Plan;
use super::disk::SmallDisk;
use super::look;
use super::report::line;
use super::round;
use super::scenario::{Needs, Scenario, Size};
use super::shipped;
use super::site::{Ground, Site};
use super::tally::{Finding, Tally};
use crate::cli::interrupt::Interrupt;
use crate::token::Version;

/// A campaign of this many shards, as a power of two.
const SHARDS_LOG2: u32 = 2;

/// A scenario to be tried.
pub(super) struct Trial<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) of: &'a Prove,
    pub(super) seed: u64,
    /// No round begins after this.
    pub(super) until: Option<Instant>,
    pub(super) interrupt: &'a Interrupt,
}

impl Trial<'_> {
    /// Tries it, on all its edges side by side.
    pub(super) fn run(&self) -> Result<Tally> {
        let tallies = thread::scope(|all| {
            let edges: Vec<_> =
                (0..self.size().edges).map(|number| all.spawn(move || self.edge(number))).collect();
            let ended = edges.into_iter().map(|edge| match edge.join() {
                Ok(tally) => tally,
                Err(_) => bail!("the thread of a scenario panicked"),
            });
            ended.collect::<Result<Vec<_>>>()
        });
        let mut tally = Tally::default();
        tallies?.into_iter().for_each(|of_one| tally.add(of_one));
        let odd = tally.seen.iter().filter(|(what, _)| !self.scenario.may_tell(what));
        let odd: Vec<_> = odd.map(|(what, count)| Finding::told(what, *count)).collect();
        tally.findings.extend(odd);
        Ok(tally)
    }

    fn size(&self) -> Size {
        if self.of.long { self.scenario.long } else { self.scenario.short }
    }

    fn edge(&self, number: u64) -> Result<Tally> {
        let Self { scenario, seed, .. } = *self;
        let folder = tempfile::tempdir()?;
        let disk = match scenario.needs {
            Needs::Disk => Some(SmallDisk::mount()?),
            Needs::Folder | Needs::Builds | Needs::Panics => None,
        };
        let storage = disk.as_ref().map_or(folder.path().to_owned(), SmallDisk::path);
        let upgrade = self.of.upgrade.clone().filter(|_| scenario.needs == Needs::Builds);
        let project = match (scenario.needs, &upgrade, &self.of.panics) {
            (Needs::Builds, Some(upgrade), _) => upgrade.join("before"),
            (Needs::Panics, _, Some(panics)) => panics.clone(),
            _ => self.of.project.clone(),
        };
        let storage = storage.join("ledger");
        // Only what a till can verify by itself is sold without a network.
        let version = if scenario.offline { Version::Two } else { Version::One };
        let ground = Ground { project, storage, disk, upgrade, shards_log2: SHARDS_LOG2, version };
        let site = Site::start(ground)?;

        let size = self.size();
        let mut tally = Tally::default();
        let mut standing = Vec::new();
        for round in 0..size.rounds {
            self.interrupt.check("nothing is proved")?;
            if self.until.is_some_and(|until| Instant::now() > until) {
                break;
            }
            let plan = Plan {
                first: round * size.coupons,
                coupons: size.coupons,
                visits: scenario.manner.visits(),
                tills: self.of.tills,
                manner: scenario.manner,
                way: scenario.way,
                wrong_clocks: scenario.wrong_clocks,
                seed: seed.wrapping_add(number),
                longest: Duration::from_secs(size.seconds),
            };
            tally.add(round::run(&site, &plan, scenario.trouble, &mut standing)?);
            if self.of.long {
                eprintln!("  round {} of {}: {}", round + 1, size.rounds, line(&tally));
            }
        }
        // Once more from the disk alone.
        site.restart()?;
        look::again(&site, &standing, &mut tally)?;
        // A disk of its own is in a place where files cannot be looked at from here.
        if site.disk.is_none() {
            shipped::judge(&site, &mut tally)?;
        }
        tally.logged = site.logged();
        Ok(tally)
    }
}
