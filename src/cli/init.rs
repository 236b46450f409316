//! `coupon init`.

use clap::Args;
use serde_json::json;

use super::issuer::Issuer;
use super::{Context, Outcome};

/// Make an issuer: a directory with new keys.
///
/// An issuer that is already there stays as it is.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon init
  coupon init --dir /srv/coupons/issuer")]
pub(crate) struct Init {}

impl Init {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let created = Issuer::create(&context.dir)?.is_some();
        let dir = context.dir.display();
        let text = match created {
            true => format!(
                "Made an issuer in {dir}.\n\
                 Back up {dir}/keys.json and let nobody read it: its holder can mint coupons."
            ),
            false => format!("{dir} has an issuer already: nothing changed."),
        };
        let json = json!({ "dir": context.dir, "created": created });
        Ok(Outcome { text, json })
    }
}
