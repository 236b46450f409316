//! The table of refusals.

use super::{pretty, text};
use crate::cli::api::problems;
use crate::cli::api::sample::Sample;
use crate::refusal::Code;
use maud::{Markup, html};

/// The fields that every problem document has.
const COMMON: [&str; 7] = ["type", "title", "status", "code", "retryable", "fix", "message"];

pub(super) fn render(sample: &Sample) -> Markup {
    let example = problems::example(Code::AlreadyRedeemed, sample).document();
    html! {
        h2 #refusals { "Refusals" }
        p { "In order of precedence: a call that deserves several gets the first. Two come later than they stand here: " code { "not-found" } " for a redemption that this shop does not have is found out only when all is well with signature and body, and " code { "busy" } " and " code { "fault" } " can happen at any point." }
        p { "Who can fix it says whom to turn to. " b { "Again" } " means " code { "\"retryable\": true" } ": the outcome is unknown or may change; send the same request again, under the same key, signed anew." }
        details { summary { "Example" } pre { (pretty(&example)) } }
        table {
            thead {
                tr { th { "Code" } th { "Status" } th { "Fix" } th { "Again" } th { "For the log, and for the cashier" } }
            }
            tbody { @for code in Code::ALL { (row(*code, sample)) } }
        }
    }
}

fn row(code: Code, sample: &Sample) -> Markup {
    let meaning = code.meaning();
    let document = problems::example(code, sample).document();
    let message = |language| text(&document, &format!("/message/{language}")).unwrap_or_default();
    let fields = document.as_object().into_iter().flatten();
    let more = fields.filter(|(name, _)| !COMMON.contains(&name.as_str()));
    html! {
        tr id=(meaning.code) {
            td { a href={ "#" (meaning.code) } { code { (meaning.code) } } }
            td data-l="status" { (meaning.status) }
            td data-l="fix" { (meaning.fix.as_str()) }
            td data-l="again" { @if meaning.retryable { b { "yes" } } @else { span.mute { "no" } } }
            td {
                (meaning.title)
                br; span lang="zh-Hans" { (message("zh-Hans")) }
                br; (message("en"))
                @for (name, value) in more {
                    br; span.mute { code { (name) } ", for example " (value) }
                }
            }
        }
    }
}
