//! `coupon init`.

use clap::Args;
use serde_json::json;

use super::issuer::Issuer;
use super::{Context, Outcome};

/// Make an issuer: a directory with new keys.
///
/// It also signs a first policy for the shops, in which none is suspended, and writes the secrets
/// of the edge: enough for an edge to start.
///
/// An issuer that is already there stays as it is; files that follow from others are made anew
/// where they are missing.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon init
  coupon init --dir /srv/coupons/issuer")]
pub(crate) struct Init {}

impl Init {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let created = Issuer::create(&context.dir)?;
        let is_new = created.is_some();
        let issuer = match created {
            Some(issuer) => issuer,
            None => Issuer::open(&context.dir)?,
        };
        let made = issuer.heal(context.now)?;
        let policy_key = issuer.policy_public_key();
        let dir = context.dir.display();
        let mut text = match (is_new, made.as_slice()) {
            (true, _) => format!(
                "Made an issuer in {dir}.\n\
                 Back up {dir}/keys.json and let nobody read it: its holder can mint coupons.\n\
                 The shops' policy is good for 30 days: `coupon shop publish` renews it."
            ),
            (false, []) => format!("{dir} has an issuer already: nothing changed."),
            (false, made) => {
                let names: Vec<_> = made.iter().map(|path| path.display().to_string()).collect();
                format!("{dir} has an issuer already. Made what was missing: {}", names.join(", "))
            }
        };
        text.push_str(&format!("\nPolicy key, for POLICY_KEYS in wrangler.toml: {policy_key}"));
        let mut json = json!({ "dir": context.dir, "created": is_new });
        if let (false, Some(fields)) = (made.is_empty(), json.as_object_mut()) {
            fields.insert("made".to_owned(), json!(made));
            fields.insert("policy_key".to_owned(), json!(policy_key));
        }
        Ok(Outcome { text, json })
    }
}
