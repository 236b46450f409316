//! The parts that several calls share: parameters, headers, security.

use serde_json::{Map, Value, json};

use super::operations::Operation;
use super::sample::Sample;
use super::schemas::reference;
use super::signed::KEY;
use super::statement;
use crate::api::Route;
use crate::signature::Component;

/// A response with the header that all have, and these.
pub(super) fn response(description: &str, headers: &[&str], content: Value) -> Value {
    let names = ["Request-Id"].iter().chain(headers);
    let headers: Map<_, _> =
        names.map(|name| ((*name).to_owned(), reference("headers", name))).collect();
    json!({ "description": description, "headers": headers, "content": content })
}

/// Of an answer when all is well.
pub(super) fn content_type(route: Route) -> &'static str {
    match route {
        Route::Docs => "text/html",
        Route::ReceiptKeys | Route::ArchiveKeys => "application/jwk-set+json",
        Route::Metrics => "application/openmetrics-text",
        _ => "application/json",
    }
}

/// What a call's request must carry beside its body.
pub(super) fn of_call(operation: &Operation) -> Vec<Value> {
    let components = operation.route.signed_components();
    let has = |component| components.is_some_and(|all| all.contains(&component));
    let parameters = [
        ("RedemptionId", operation.path.contains("{id}")),
        ("Idempotency-Key", has(Component::IdempotencyKey)),
        ("Content-Digest", has(Component::ContentDigest)),
        ("Signature-Input", components.is_some()),
        ("Signature", components.is_some()),
    ];
    let parameters = parameters.iter().filter(|(_, there)| *there);
    let in_query =
        statement::parameters().into_iter().filter(|_| operation.route == Route::Statement);
    let names = in_query.map(|(name, _)| name).chain(parameters.map(|(name, _)| *name));
    names.map(|name| reference("parameters", name)).collect()
}

/// All parameters. The examples are one request: its signature is right.
pub(super) fn parameters(sample: &Sample) -> Value {
    let signed = &sample.signed;
    let header = |name: &str, description: &str, schema: Value, example: &str| {
        json!({
            "name": name, "in": "header", "required": true, "description": description,
            "schema": schema, "example": example,
        })
    };
    let text = || json!({ "type": "string" });
    let mut parameters = json!({
        "RedemptionId": {
            "name": "id", "in": "path", "required": true, "description": "The redemption's `id`.",
            "schema": reference("schemas", "RedemptionId"),
        },
        "Idempotency-Key": header(
            "Idempotency-Key",
            "Your name for this request: the same when you send it again, another for another request. Each till has keys of its own.",
            reference("schemas", "Key"), KEY,
        ),
        "Content-Digest": header(
            "Content-Digest",
            "`sha-256` of the body's bytes (RFC 9530), also when there are none.",
            text(), &signed.digest,
        ),
        "Signature-Input": header(
            "Signature-Input",
            "What the signature covers and its parameters; see `tillSignature`.",
            text(), &signed.headers.signature_input,
        ),
        "Signature": header(
            "Signature", "The signature; see `tillSignature`.", text(), &signed.headers.signature,
        ),
    });
    if let Value::Object(parameters) = &mut parameters {
        let in_query = statement::parameters();
        parameters.extend(in_query.map(|(name, parameter)| (name.to_owned(), parameter)));
    }
    parameters
}

/// All headers of answers.
pub(super) fn headers() -> Value {
    let header =
        |description: &str, schema: Value| json!({ "description": description, "schema": schema });
    let text = || json!({ "type": "string" });
    json!({
        "Request-Id": header("Names this request in the edge's log.", text()),
        "Cache-Control": header("How long the answer may be kept.", text()),
        "Idempotency-Replayed": header("The request had been carried out before.", json!({ "const": "true" })),
        "Allow": header("The methods that the path takes.", text()),
        "Retry-After": header("Seconds to wait before the next try.", json!({ "type": "integer" })),
        "WWW-Authenticate": header(
            "What shows who calls: `Signature`; `Bearer` for an operator.",
            json!({ "enum": ["Signature", "Bearer"] }),
        ),
        "Accept-Signature": header(
            "The signature that this call wants (RFC 9421, section 5).", text(),
        ),
    })
}

const SIGNATURE: &str = "\
HTTP Message Signatures (RFC 9421) with `hmac-sha256`, under the till's key id and secret. OpenAPI \
has no type for them; `apiKey` in the header `Signature` comes nearest, but the value is another for \
each request, so a tool that asks for it once cannot call the edge.\n\n\
Exactly one signature, under any label, has the parameter `tag=\"coupon-pos\"`. It covers exactly, in \
any order and without component parameters: `@method`, `@authority`, `@path`, `@query`; with `POST` \
also `content-digest`; where a call takes an `Idempotency-Key`, also `idempotency-key`. Its other \
parameters are `created` (at most 300 s from the edge's clock) and `keyid`; `alg=\"hmac-sha256\"`, \
`expires` and `nonce` may be there.\n\n\
The key is the 32 bytes that the secret spells in base64url. An absent query is signed as `?`.";

/// How a till signs.
pub(super) fn security() -> Value {
    json!({ "type": "apiKey", "in": "header", "name": "Signature", "description": SIGNATURE })
}

/// What an operator shows.
pub(super) fn operator_token() -> Value {
    json!({
        "type": "http", "scheme": "bearer",
        "description": "An operator's token, `O1.` and 43 characters of base64url. It reads the counters and can do nothing else.",
    })
}
