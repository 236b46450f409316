//! `coupon campaign …`.

mod changes;
mod create;
mod list;
mod public_key;
mod publish;
mod rotate;
mod show;
mod state;

use clap::Subcommand;

use super::{Context, Outcome};

/// Campaigns: their keys and their policies.
///
/// A campaign's policy is a draft in campaigns/ID.json of the issuer's directory, and takes effect
/// when it is published. Minimum spend, revocations, name and location hint are changed by editing
/// the draft.
#[derive(Subcommand)]
#[command(after_help = "\
Example:
  coupon campaign create --name \"Spring tea\" --currency CNY \\
      --from 2026-02-06T00:00:00Z --until 2026-02-23T00:00:00Z
  coupon campaign publish 536870913
  coupon campaign show 536870913")]
pub(crate) enum Campaign {
    Create(create::Create),
    Publish(publish::Publish),
    Show(show::Show),
    List(list::List),
    Rotate(rotate::Rotate),
    PublicKey(public_key::PublicKey),
}

impl Campaign {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        match self {
            Self::Create(create) => create.run(context),
            Self::Publish(publish) => publish.run(context),
            Self::Show(show) => show.run(context),
            Self::List(list) => list.run(context),
            Self::Rotate(rotate) => rotate.run(context),
            Self::PublicKey(public_key) => public_key.run(context),
        }
    }
}
