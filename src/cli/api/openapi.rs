//! The OpenAPI 3.1 document.

use anyhow::Context;
use serde_json::{Map, Value, json};

use super::operations::{self, Operation};
use super::parts;
use super::problems;
use super::responses::responses;
use super::sample::Sample;
use super::schemas::{self, reference};
use crate::ledger::RedemptionId;
use crate::refusal::Code;

const ABOUT: &str = "\
Redeems signed coupons, each exactly once.\n\n\
Every call under `/v1` but the operator's is signed by a till (RFC 9421). A write also carries an \
`Idempotency-Key`. JSON in and out, UTF-8, at most 64 KiB in. Unknown and repeated fields are \
refused. Amounts are whole minor units, times are RFC 3339 in UTC.\n\n\
A refusal is a problem document (RFC 9457) with a stable `code`. A call that deserves several gets \
the first, in the order of the list at `/docs#refusals`. `retryable: true` means: the outcome is \
unknown or may change; send the same request again, under the same key, signed anew.\n\n\
Each path takes `OPTIONS` (204 and `Allow`), and `HEAD` where it takes `GET`; any other method gets \
405 `method-not-allowed`, any other path 404 `not-found`. No answer may be cached but the two key sets.";

const HEAD: &str =
    "As `GET`, without bodies. A signature covers the method, so this call has one of its own.";

/// The whole document.
pub(super) fn document(sample: &Sample) -> anyhow::Result<Value> {
    let mut paths = Map::<String, Value>::new();
    for operation in operations::all(&sample_id(sample)?)? {
        let item = paths.entry(operation.path).or_insert_with(|| json!({}));
        let Value::Object(item) = item else { continue };
        item.insert(operation.method.to_lowercase(), call(&operation, sample)?);
        if operation.method == "GET" {
            item.insert("head".to_owned(), head(&operation, sample)?);
        }
    }
    Ok(json!({
        "openapi": "3.1.1",
        "info": {
            "title": "coupon-edge",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": env!("CARGO_PKG_DESCRIPTION"),
            "description": ABOUT,
            "license": { "name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "examples": examples(sample),
            "parameters": parts::parameters(sample),
            "headers": parts::headers(),
            "securitySchemes": {
                "tillSignature": parts::security(), "operatorToken": parts::operator_token(),
            },
        },
    }))
}

/// The id that the examples' paths have.
pub(super) fn sample_id(sample: &Sample) -> anyhow::Result<RedemptionId> {
    RedemptionId::new(sample.shard(), sample.redemption.seq).context("no id for the example")
}

fn call(operation: &Operation, sample: &Sample) -> anyhow::Result<Value> {
    let route = operation.route;
    let mut call = json!({
        "operationId": route.name(),
        "summary": operation.summary,
        "description": operation.description,
        "parameters": parts::of_call(operation),
        "security": match route.signed_components() {
            Some(_) => json!([{ "tillSignature": [] }]),
            None if route.is_operators() => json!([{ "operatorToken": [] }]),
            None => json!([]),
        },
        "responses": responses(operation, sample)?,
    });
    if let (Value::Object(call), Some(schema)) = (&mut call, schemas::of_request(route)) {
        let examples = sample.requests(route).into_iter();
        let examples: Map<_, _> =
            examples.map(|(name, body)| (name.to_owned(), json!({ "value": body }))).collect();
        let content = json!({ "application/json": { "schema": reference("schemas", schema), "examples": examples } });
        let required = !matches!(schema, "ReversalRequest");
        call.insert("requestBody".to_owned(), json!({ "required": required, "content": content }));
    }
    Ok(call)
}

/// The same call with `HEAD`: the same answers without their bodies.
fn head(operation: &Operation, sample: &Sample) -> anyhow::Result<Value> {
    let mut call = call(operation, sample)?;
    if let Value::Object(call) = &mut call {
        let mut say = |field: &str, text: String| call.insert(field.to_owned(), json!(text));
        say("operationId", format!("{}-head", operation.route.name()));
        say("summary", format!("{}: only the head of the answer", operation.summary));
        say("description", HEAD.to_owned());
    }
    let Some(responses) = call.get_mut("responses").and_then(Value::as_object_mut) else {
        return Ok(call);
    };
    // `HEAD` is allowed wherever it is described; what other methods get, `GET` says.
    responses.remove(&Code::MethodNotAllowed.meaning().status.to_string());
    for response in responses.values_mut() {
        if let Value::Object(response) = response {
            response.remove("content");
            response.remove("links");
        }
    }
    Ok(call)
}

fn examples(sample: &Sample) -> Value {
    let examples = Code::ALL.iter().map(|code| {
        let meaning = code.meaning();
        let value = problems::example(*code, sample).document();
        (meaning.code.to_owned(), json!({ "summary": meaning.title, "value": value }))
    });
    Value::Object(examples.collect())
}
