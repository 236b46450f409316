//! Telling what the edge answered, and the exit code that a script goes by.

use std::env;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Answered, NoAnswer, SettledKey};
use crate::cli::outcome::{Failure, Outcome, table};
use crate::cli::shell::quoted;

/// Exit code: the edge refused.
const REFUSED: u8 = 3;

/// Exit code: what happened is unknown; the same call, with the same key, finds out.
const UNKNOWN: u8 = 4;

/// The outcome of a call: done, refused, or unknown. A call that writes has a key.
pub(super) fn tell(answer: Result<Answered>, key: Option<&SettledKey>) -> Result<Outcome> {
    let answered = match answer {
        Ok(answered) => answered,
        Err(why) if why.is::<NoAnswer>() => return Err(no_answer(&why, key).into()),
        Err(why) => return Err(why),
    };
    let json = json!({
        "status": answered.status, "replayed": answered.replayed, "key": text_of(key),
        "request_id": answered.request_id, "body": answered.body,
    });
    let has_code = answered.body.get("code").is_some_and(Value::is_string);
    let (text, exit) = match answered.status {
        200..=299 if answered.body.is_object() => {
            return Ok(Outcome { text: success(&answered, key), json });
        }
        400..=499 if has_code => (problem(&answered, key), REFUSED),
        500..=599 if has_code => {
            (format!("{}\n{}", problem(&answered, key), unknown(key)), UNKNOWN)
        }
        // A proxy's, or a hotel's page to log in to its network.
        status => (
            format!("{status}, and not in the words of an edge: is --url right?\n{}", unknown(key)),
            UNKNOWN,
        ),
    };
    Err(Failure::Answered { outcome: Outcome { text, json }, exit }.into())
}

fn no_answer(why: &anyhow::Error, key: Option<&SettledKey>) -> Failure {
    let text = format!("{why:#}\n{}", unknown(key));
    let json = json!({
        "status": null, "replayed": null, "key": text_of(key), "request_id": null, "body": null,
        "error": format!("{why:#}"),
    });
    Failure::Answered { outcome: Outcome { text, json }, exit: UNKNOWN }
}

/// What it means that there is no answer, and what to do.
fn unknown(key: Option<&SettledKey>) -> String {
    let Some(key) = key else { return "Nothing was changed: run it again.".to_owned() };
    let mut words: Vec<_> = env::args_os().map(quoted).collect();
    if key.made_up {
        // What follows `--` is no option.
        let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
        words.splice(end..end, ["--key".to_owned(), quoted(&key.text)]);
    }
    let command = words.join(" ");
    format!("What happened is unknown. Run it again, with the same key, to find out:\n  {command}")
}

fn text_of(key: Option<&SettledKey>) -> Option<&str> {
    key.map(|key| key.text.as_str())
}

fn success(answered: &Answered, key: Option<&SettledKey>) -> String {
    let replayed = if answered.replayed { " (the first answer again)" } else { "" };
    let mut rows = vec![("status", format!("{}{replayed}", answered.status))];
    rows.extend(text_of(key).map(|key| ("key", key.to_owned())));
    rows.extend(fields(&answered.body));
    table(&rows)
}

fn problem(answered: &Answered, key: Option<&SettledKey>) -> String {
    let named = [
        ("code", "/code"),
        ("cashier zh", "/message/zh-Hans"),
        ("cashier en", "/message/en"),
        ("fix", "/fix"),
    ];
    let mut rows = vec![("status", answered.status.to_string())];
    rows.extend(text_of(key).map(|key| ("key", key.to_owned())));
    let body = &answered.body;
    rows.extend(named.iter().filter_map(|(name, place)| Some((*name, text(body.pointer(place)?)))));
    let told = ["type", "title", "status", "code", "retryable", "fix"];
    rows.extend(fields(body).filter(|(name, _)| !told.contains(name)));
    rows.push(("request", answered.request_id.clone()));
    table(&rows)
}

/// The fields of an object, one level deep.
fn fields(body: &Value) -> impl Iterator<Item = (&str, String)> {
    let nested = body.get("redemption").and_then(Value::as_object);
    let object = body.as_object().into_iter().flatten();
    let plain = object.filter(|(_, value)| !value.is_object());
    plain.chain(nested.into_iter().flatten()).map(|(name, value)| (name.as_str(), text(value)))
}

/// A value as people write it: a text without its quotes.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
