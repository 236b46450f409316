//! `coupon ops credential revoke`.

use clap::Args;
use serde_json::json;

use super::tell_the_edge;
use crate::cli::issuer::Issuer;
use crate::cli::{Context, Outcome};

/// End a token: it is good until the edge is told.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon ops credential revoke prometheus")]
pub(crate) struct Revoke {
    /// What it was for.
    label: String,
}

impl Revoke {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let issuer = Issuer::open(&context.dir)?;
        issuer.edit_edge_secrets()?.dismiss(&self.label)?;
        let path = issuer.edge_secrets_path();
        let text = format!("The token for {} has ended. {}", self.label, tell_the_edge(&path));
        let json = json!({ "label": self.label, "edge_secrets": path });
        Ok(Outcome { text, json })
    }
}
