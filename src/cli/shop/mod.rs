//! `coupon shop …`.

mod changes;
mod enrol;
pub mod list;
mod publish;

use clap::Subcommand;

use super::{Context, Outcome};

/// Shops and their tills: credentials, and who is shut out.
#[derive(Subcommand)]
#[command(after_help = "\
Example:
  coupon shop enrol shops.csv --out credentials.csv
  coupon shop publish --suspend 1001")]
pub(crate) enum Shop {
    Enrol(enrol::Enrol),
    Publish(publish::Publish),
}

impl Shop {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        match self {
            Self::Enrol(enrol) => enrol.run(context),
            Self::Publish(publish) => publish.run(context),
        }
    }
}
