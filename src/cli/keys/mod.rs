//! `coupon keys …`.

mod rotate;

use clap::Subcommand;

use super::{Context, Outcome};

/// The keys that sign what others verify: receipts, and the archive.
#[derive(Subcommand)]
#[command(after_help = "\
Example:
  coupon keys rotate receipt")]
pub(crate) enum Keys {
    Rotate(rotate::Rotate),
}

impl Keys {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        match self {
            Self::Rotate(rotate) => rotate.run(context),
        }
    }
}
