//! `coupon campaign list`.

use clap::Args;
use serde_json::Value;

use super::state::State;
use crate::cli::issuer::Issuer;
use crate::cli::{Context, Outcome};

/// List the campaigns.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon campaign list
  coupon campaign list --json")]
pub(crate) struct List {}

impl List {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let issuer = Issuer::open(&context.dir)?;
        let mut lines = Vec::new();
        let mut json = Vec::new();
        for id in issuer.campaigns()? {
            let state = State::read(&issuer, id, context.now)?;
            lines.push(line(&state));
            json.push(state.json());
        }
        if lines.is_empty() {
            lines.push("No campaign yet: make one with `coupon campaign create`.".to_owned());
        }
        Ok(Outcome { text: lines.join("\n"), json: Value::Array(json) })
    }
}

fn line(state: &State) -> String {
    // Once it is published, that is what counts.
    let policy = state.published.as_ref().unwrap_or(&state.file.policy);
    let mut notes = state.warnings();
    if policy.paused {
        notes.insert(0, "paused".to_owned());
    }
    let notes = match notes.is_empty() {
        true => String::new(),
        false => format!("  ({})", notes.join("; ")),
    };
    let window = &policy.window;
    let (from, until) = (window.from.rfc3339(), window.until.rfc3339());
    format!("{:>10}  {from} to {until}  {}{notes}", state.file.campaign.get(), policy.name)
}
