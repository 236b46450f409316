//! `coupon api`: the HTTP contract, described from the code that keeps it.
//!
//! What a refusal means, and each example, is what the edge's own code says; only prose and JSON
//! Schemas are written here. `public/` has the result, the edge serves it, and a test holds the two
//! against each other.
//!
//! [`operations`] says which calls there are, [`problems`] which refusals each can get, [`schemas`]
//! what goes in and out, [`links`] what can follow, [`sample`] and [`bodies`] make the examples;
//! [`openapi`] and [`page`] put them together.

mod bodies;
mod links;
mod openapi;
mod operations;
mod page;
mod parts;
mod problems;
mod responses;
mod sample;
mod schemas;
mod signed;
mod statement;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::{Context, Outcome};

/// Print the description of the edge's HTTP API.
#[derive(Args)]
#[command(after_help = "\
Example:
  coupon api > openapi.json
  coupon api --format html > docs.html")]
pub(crate) struct Api {
    /// For machines or for people.
    #[arg(long, value_enum, default_value_t = Format::Openapi)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// OpenAPI 3.1, JSON.
    Openapi,
    /// One page of HTML that loads nothing.
    Html,
}

impl Api {
    pub(crate) fn run(&self, _: &Context) -> anyhow::Result<Outcome> {
        let sample = sample::Sample::new()?;
        let json = openapi::document(&sample)?;
        match self.format {
            Format::Openapi => Ok(Outcome { text: serde_json::to_string_pretty(&json)?, json }),
            Format::Html => {
                let text = page::render(&sample, &json)?;
                Ok(Outcome { json: json!({ "html": text }), text })
            }
        }
    }
}
