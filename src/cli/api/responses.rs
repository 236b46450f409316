//! What a call can be answered.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::links;
use super::operations::Operation;
use super::parts;
use super::problems;
use super::sample::Sample;
use super::schemas::{self, reference};
use crate::api::Answer;
use crate::refusal::Code;

/// All answers to a call, by status.
pub(super) fn responses(operation: &Operation, sample: &Sample) -> anyhow::Result<Value> {
    let mut answers = BTreeMap::<u16, Vec<(&str, Answer)>>::new();
    for (name, answer) in sample.answers(operation.route)? {
        answers.entry(answer.status).or_default().push((name, answer));
    }
    if answers.is_empty() {
        answers.insert(200, Vec::new());
    }
    let mut responses = Map::new();
    for (status, answers) in answers {
        responses.insert(status.to_string(), granted(operation, status, &answers)?);
    }
    for (status, codes) in refusals(operation) {
        responses.insert(status.to_string(), refused(operation, &codes, sample));
    }
    Ok(Value::Object(responses))
}

/// The answers of one status when all is well.
fn granted(
    operation: &Operation,
    status: u16,
    answers: &[(&str, Answer)],
) -> anyhow::Result<Value> {
    let headers = answers.iter().flat_map(|(_, answer)| &answer.headers);
    let headers: Vec<_> = headers.map(|(name, _)| *name).collect();
    let examples = answers.iter().map(|(name, answer)| {
        let body: Value = serde_json::from_str(&answer.body)?;
        Ok(((*name).to_owned(), json!({ "value": body })))
    });
    let examples = examples.collect::<anyhow::Result<Map<_, _>>>()?;
    let mut media = json!({ "schema": schemas::of_answer(operation.route) });
    if let (Value::Object(media), false) = (&mut media, examples.is_empty()) {
        media.insert("examples".to_owned(), Value::Object(examples));
    }
    let description = match (status, headers.contains(&"Idempotency-Replayed")) {
        (201, _) => "Done.",
        (_, true) => "It was done before: the first answer again.",
        _ => "The answer.",
    };
    let content = json!({ parts::content_type(operation.route): media });
    let mut response = parts::response(description, &headers, content);
    let links = links::of_answers(operation.route);
    if let (Value::Object(response), false) = (&mut response, links.is_empty()) {
        response.insert("links".to_owned(), Value::Object(links));
    }
    Ok(response)
}

/// The refusals of one status.
fn refused(operation: &Operation, codes: &[Code], sample: &Sample) -> Value {
    let answers =
        codes.iter().map(|code| problems::example(*code, sample).answer(Some(operation.route)));
    let headers = answers.flat_map(|answer| answer.headers).map(|(name, _)| name);
    let names: Vec<_> = codes.iter().map(|code| code.meaning().code).collect();
    let examples = names.iter().map(|name| ((*name).to_owned(), reference("examples", name)));
    let examples: Map<_, _> = examples.collect();
    let media = json!({ "schema": reference("schemas", "Problem"), "examples": examples });
    let content = json!({ "application/problem+json": media });
    parts::response(&format!("`{}`", names.join("`, `")), &headers.collect::<Vec<_>>(), content)
}

/// The refusals that a call can get, by status, each list in order of precedence.
pub(super) fn refusals(operation: &Operation) -> BTreeMap<u16, Vec<Code>> {
    let mut refusals = BTreeMap::<u16, Vec<Code>>::new();
    for code in Code::ALL.iter().filter(|code| problems::can_get(operation.route, **code)) {
        refusals.entry(code.meaning().status).or_default().push(*code);
    }
    refusals
}
