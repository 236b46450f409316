//! `coupon ops credential list`.

use clap::Args;
use serde_json::json;

use crate::cli::issuer::Issuer;
use crate::cli::outcome::table;
use crate::cli::{Context, Outcome};

/// List what tokens are for, and since when.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon ops credential list")]
pub(crate) struct List {}

impl List {
    pub(crate) fn run(&self, context: &Context) -> anyhow::Result<Outcome> {
        let operators = Issuer::open(&context.dir)?.operators()?;
        let rows: Vec<_> =
            operators.iter().map(|it| (it.label.as_str(), it.created.rfc3339())).collect();
        let text = if rows.is_empty() { "There is no token.".to_owned() } else { table(&rows) };
        let json: Vec<_> = operators
            .iter()
            .map(|it| json!({ "label": it.label, "created": it.created.rfc3339() }))
            .collect();
        Ok(Outcome { text, json: json!(json) })
    }
}
