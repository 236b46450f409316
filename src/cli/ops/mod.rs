//! `coupon ops …`.

mod create;
mod list;
mod revoke;

use clap::Subcommand;

use super::{Context, Outcome};
use crate::cli::shell::quoted;

/// Who may watch the edge.
#[derive(Subcommand)]
#[command(after_help = "\
Example:
  coupon ops credential list")]
pub(crate) enum Ops {
    #[command(subcommand)]
    Credential(Credential),
}

/// Tokens that read the edge's counters, and can do nothing else.
#[derive(Subcommand)]
#[command(after_help = "\
Example:
  coupon ops credential create prometheus > prometheus.token
  coupon ops credential revoke prometheus")]
pub(crate) enum Credential {
    Create(create::Create),
    Revoke(revoke::Revoke),
    List(list::List),
}

impl Ops {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let Self::Credential(credential) = self;
        match credential {
            Credential::Create(create) => create.run(context),
            Credential::Revoke(revoke) => revoke.run(context),
            Credential::List(list) => list.run(context),
        }
    }
}

/// How the edge is told.
fn tell_the_edge(secrets: &std::path::Path) -> String {
    format!("Tell the edge:\n  npx wrangler secret bulk {}", quoted(secrets))
}
