//! The page for people, made from the OpenAPI document.

mod calls;
mod refusals;
mod start;

use anyhow::Context;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use super::openapi::sample_id;
use super::operations::{self, Operation};
use super::sample::Sample;

const STYLE: &str = include_str!("style.css");

/// The whole page; it loads nothing and runs nothing.
pub(super) fn render(sample: &Sample, openapi: &Value) -> anyhow::Result<String> {
    let operations = operations::all(&sample_id(sample)?)?;
    let about = text(openapi, "/info/description").context("the document is about nothing")?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy"
                    content="default-src 'none'; style-src 'unsafe-inline'";
                title { "coupon-edge: HTTP API" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (contents(&operations))
                main {
                    h1 { "coupon-edge: HTTP API" }
                    p.mute {
                        "Version " (env!("CARGO_PKG_VERSION")) ". For machines: "
                        a href="/openapi.json" { "openapi.json" } " (OpenAPI 3.1)."
                    }
                    (prose(about))
                    (start::render(sample, openapi)?)
                    h2 #calls { "Calls" }
                    @for operation in &operations { (calls::render(operation, openapi)) }
                    (refusals::render(sample))
                }
            }
        }
    };
    Ok(page.into_string())
}

fn contents(operations: &[Operation]) -> Markup {
    html! {
        nav aria-label="Contents" {
            ul {
                li { a href="#start" { "In five minutes" } }
                li { a href="#signing" { "Signing" } }
                li {
                    a href="#calls" { "Calls" }
                    ul {
                        @for operation in operations {
                            li { a href={ "#call-" (operation.route.name()) } { (operation.route.name()) } }
                        }
                    }
                }
                li { a href="#refusals" { "Refusals" } }
            }
        }
    }
}

/// The little CommonMark that descriptions use: paragraphs, and code between backticks.
fn prose(text: &str) -> Markup {
    html! { @for paragraph in text.split("\n\n") { p { (words(paragraph)) } } }
}

/// One line of it.
fn words(line: &str) -> Markup {
    html! {
        @for (index, part) in line.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// The text in a place of a document.
fn text<'a>(document: &'a Value, pointer: &str) -> Option<&'a str> {
    document.pointer(pointer).and_then(Value::as_str)
}

/// JSON as people read it.
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
