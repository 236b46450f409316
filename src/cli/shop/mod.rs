//! `coupon shop …`.

mod enrol;
mod list;

use clap::Subcommand;

use super::{Context, Outcome};

/// Credentials for shops and their tills.
#[derive(Subcommand)]
#[command(after_help = "\
Example:
  coupon shop enrol shops.csv --out credentials.csv")]
pub(crate) enum Shop {
    Enrol(enrol::Enrol),
}

impl Shop {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        match self {
            Self::Enrol(enrol) => enrol.run(context),
        }
    }
}
