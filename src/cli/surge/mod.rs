//! `coupon surge`: load as on the night of a launch, and what it costs.

mod bench;
mod model;
mod replay;

use clap::Subcommand;

use super::outcome::Outcome;

/// Measure an edge on this machine under load.
#[derive(Subcommand)]
#[command(after_help = "Example:
  coupon surge bench --help")]
pub(super) enum Surge {
    Bench(bench::Bench),
    Replay(Box<replay::Replay>),
    Model(model::Model),
}

impl Surge {
    pub(super) fn run(&self) -> anyhow::Result<Outcome> {
        match self {
            Self::Bench(bench) => bench.run(),
            Self::Replay(replay) => replay.run(),
            Self::Model(model) => Ok(model.run()),
        }
    }
}
