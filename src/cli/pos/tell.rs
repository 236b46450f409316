//! Telling what the edge answered, and the exit code that a script goes by.

use anyhow::Result;
use serde_json::{Value, json};

use super::Answered;
use crate::cli::outcome::{Failure, Outcome, table};

/// Exit code: the edge refused.
const REFUSED: u8 = 3;

/// Exit code: what happened is unknown; the same call, with the same key, finds out.
const UNKNOWN: u8 = 4;

/// The outcome of a call: done, refused, or unknown.
pub(super) fn tell(answer: Result<Answered>, key: Option<&str>) -> Result<Outcome> {
    let answered = match answer {
        Ok(answered) => answered,
        Err(why) => {
            let text = format!("{why:#}\nWhat happened is unknown. {}", try_again(key));
            let json = json!({ "status": null, "error": format!("{why:#}"), "key": key });
            let outcome = Outcome { text, json };
            return Err(Failure::Answered { outcome, exit: UNKNOWN }.into());
        }
    };
    let json = json!({
        "status": answered.status, "replayed": answered.replayed, "key": key,
        "request_id": answered.request_id, "body": answered.body,
    });
    if answered.status < 300 {
        return Ok(Outcome { text: success(&answered, key), json });
    }
    let exit = if answered.status >= 500 { UNKNOWN } else { REFUSED };
    let outcome = Outcome { text: problem(&answered, key), json };
    Err(Failure::Answered { outcome, exit }.into())
}

fn success(answered: &Answered, key: Option<&str>) -> String {
    let replayed = if answered.replayed { " (the first answer again)" } else { "" };
    let mut rows = vec![("status", format!("{}{replayed}", answered.status))];
    rows.extend(key.map(|key| ("key", key.to_owned())));
    rows.extend(fields(&answered.body));
    table(&rows)
}

fn problem(answered: &Answered, key: Option<&str>) -> String {
    let field = |pointer: &str| text(answered.body.pointer(pointer).unwrap_or(&Value::Null));
    let mut rows = vec![
        ("status", answered.status.to_string()),
        ("code", field("/code")),
        ("cashier zh", field("/message/zh-Hans")),
        ("cashier en", field("/message/en")),
        ("fix", field("/fix")),
    ];
    let known =
        ["type", "title", "status", "code", "retryable", "fix", "message"].map(str::to_owned);
    rows.extend(fields(&answered.body).filter(|(name, _)| !known.contains(&(*name).to_owned())));
    if answered.status >= 500 {
        rows.push(("then", try_again(key)));
    }
    table(&rows)
}

/// The fields of an object, one level deep.
fn fields(body: &Value) -> impl Iterator<Item = (&str, String)> {
    let nested = body.get("redemption").and_then(Value::as_object);
    let object = body.as_object().into_iter().flatten();
    let plain = object.filter(|(_, value)| !value.is_object());
    plain.chain(nested.into_iter().flatten()).map(|(name, value)| (name.as_str(), text(value)))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn try_again(key: Option<&str>) -> String {
    match key {
        Some(key) => format!("Run it again with --key {key}"),
        None => "Run it again.".to_owned(),
    }
}
