//! `coupon surge`: load as on the night of a launch, and what it costs.

mod bench;
mod issuing;
mod model;
pub(super) mod replay;
mod results;

use clap::Subcommand;

use super::outcome::Outcome;

/// Put an edge on this machine under load, measure it, and reckon what a hosted one takes.
#[derive(Subcommand)]
#[command(after_help = "Example:
  coupon surge bench --help")]
pub(super) enum Surge {
    Bench(bench::Bench),
    Growth(bench::growth::Growth),
    Issuing(issuing::Issuing),
    Replay(Box<replay::Replay>),
    Model(model::Model),
}

impl Surge {
    pub(super) fn run(&self) -> anyhow::Result<Outcome> {
        match self {
            Self::Bench(bench) => bench.run(),
            Self::Growth(growth) => growth.run(),
            Self::Issuing(issuing) => issuing.run(),
            Self::Replay(replay) => replay.run(),
            Self::Model(model) => Ok(model.run()),
        }
    }
}
