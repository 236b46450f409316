//! `coupon keys rotate`.

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::issuer::{Issuer, KeyUse};
use crate::cli::shell::quoted;
use crate::cli::{Context, Outcome};

/// Make a new key: it signs once the edge is told.
///
/// The old key's seed is thrown away. Its public key stays in the key set that the edge publishes,
/// so what it signed can still be verified. To end that, take its line out of keys.json, move
/// edge-secrets.json away and run `coupon init`.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon keys rotate receipt
  coupon keys rotate archive --leaked")]
pub(crate) struct Rotate {
    /// What the key signs.
    #[arg(value_name = "USE")]
    of: KeyUse,

    /// Do not list the old key any more: somebody else may sign with it.
    #[arg(long)]
    leaked: bool,
}

impl Rotate {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let issuer = Issuer::open(&context.dir)?;
        let rotated = issuer.edit_edge_secrets()?.rotate(self.of, !self.leaked)?;
        let path = issuer.edge_secrets_path();
        let of = self.of.to_possible_value();
        let of = of.as_ref().map_or("", |value| value.get_name());
        let old = match self.leaked {
            false => "stays listed: what it signed can still be verified",
            true => "is not listed any more: nothing that it signed can be verified",
        };
        let text = format!(
            "The {of} key is {} now. The one before, {}, {old}.\n\
             Back up keys.json, and tell the edge:\n  npx wrangler secret bulk {}",
            rotated.kid,
            rotated.before,
            quoted(&path)
        );
        let json = json!({
            "use": of, "kid": rotated.kid, "before": rotated.before, "listed": !self.leaked,
            "edge_secrets": path,
        });
        Ok(Outcome { text, json })
    }
}
