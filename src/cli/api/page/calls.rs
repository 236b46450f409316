//! One call: what goes in, what comes out, what can be refused.

use maud::{Markup, html};
use serde_json::Value;

use super::{pretty, prose, text, words};
use crate::cli::api::operations::Operation;
use crate::cli::api::responses::refusals;

pub(super) fn render(operation: &Operation, openapi: &Value) -> Markup {
    let path = operation.path.replace('/', "~1");
    let call = format!("/paths/{path}/{}", operation.method.to_lowercase());
    let call = openapi.pointer(&call).unwrap_or(&Value::Null);
    let body = call.pointer("/requestBody/content/application~1json");
    html! {
        section id={ "call-" (operation.route.name()) } {
            h3 { (operation.summary) }
            p.call { b { (operation.method) } " " (operation.path) }
            (prose(operation.description))
            @if let Some(parameters) = call.get("parameters").and_then(Value::as_array).filter(|all| !all.is_empty()) {
                p.mute {
                    "Carries "
                    @for (index, parameter) in parameters.iter().enumerate() {
                        @if index > 0 { ", " }
                        code { (text(resolve(parameter, openapi), "/name").unwrap_or_default()) }
                    }
                    "."
                }
            }
            @if let Some(body) = body {
                h4 { "Request" }
                (content(body, openapi))
            }
            @for (status, response) in entries(call, "/responses").filter(|(it, _)| it.starts_with('2')) {
                @for (content_type, media) in entries(response, "/content") {
                    h4 { (status) " " span.mute { (content_type) } }
                    p { (words(text(response, "/description").unwrap_or_default())) }
                    // The same body as before needs no second table.
                    @if response.pointer("/headers/Idempotency-Replayed").is_none() {
                        (content(media, openapi))
                    }
                }
            }
            h4 { "Refusals" }
            @for (status, codes) in refusals(operation) {
                p.codes {
                    span.mute { (status) } " "
                    @for code in codes {
                        a href={ "#" (code.meaning().code) } { code { (code.meaning().code) } } " "
                    }
                }
            }
        }
    }
}

/// The fields of a JSON object.
fn entries<'a>(
    document: &'a Value,
    pointer: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    document.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

/// What a body is made of, and examples of it.
fn content(media: &Value, openapi: &Value) -> Markup {
    html! {
        @if let Some(schema) = media.get("schema") { (fields(schema, openapi)) }
        @for (name, example) in entries(media, "/examples") {
            details {
                summary { "Example: " (name) }
                pre { (pretty(example.get("value").unwrap_or(example))) }
            }
        }
    }
}

/// A table of an object's fields; of each object, where there is a choice of them; and one of each
/// list's items.
fn fields(schema: &Value, openapi: &Value) -> Markup {
    let schema = resolve(schema, openapi);
    let choice = schema.get("oneOf").or_else(|| schema.get("anyOf"));
    if let Some(choice) = choice.and_then(Value::as_array) {
        return html! { @for one in choice { (fields(one, openapi)) } };
    }
    let required = schema.get("required").and_then(Value::as_array);
    let required = |name: &str| required.is_some_and(|all| all.iter().any(|it| it == name));
    html! {
        @if entries(schema, "/properties").next().is_some() {
            table {
                thead { tr { th { "Field" } th { "Type" } th { "Meaning" } } }
                tbody {
                    @for (name, property) in entries(schema, "/properties") {
                        tr {
                            td { code { (name) } @if !required(name) { span.mute { " optional" } } }
                            td { (kind(resolve(property, openapi))) }
                            td { (words(meaning(property, openapi))) }
                        }
                    }
                }
            }
            @for (name, property) in entries(schema, "/properties") {
                @if let Some(items) = property.get("items") {
                    p.mute { "Each of " code { (name) } ":" }
                    (fields(items, openapi))
                }
            }
        }
    }
}

/// What a field says of itself goes before what its type says.
fn meaning<'a>(property: &'a Value, openapi: &'a Value) -> &'a str {
    let own = text(property, "/description");
    own.or_else(|| text(resolve(property, openapi), "/description")).unwrap_or_default()
}

/// A type in few words.
fn kind(schema: &Value) -> String {
    let get = |name| schema.get(name);
    if let Some(constant) = get("const") {
        return constant.to_string();
    }
    let names = match get("type") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(name)) => vec![name.as_str()],
        _ => vec!["string"],
    };
    let name = names.join(" or ");
    match (get("minimum"), get("maximum"), get("format")) {
        (Some(least), Some(most), _) if least != 0 => format!("{name}, {least} to {most}"),
        (.., Some(_)) => "time".to_owned(),
        _ => name,
    }
}

fn resolve<'a>(value: &'a Value, openapi: &'a Value) -> &'a Value {
    let target = text(value, "/$ref").and_then(|path| path.strip_prefix('#'));
    target.and_then(|path| openapi.pointer(path)).unwrap_or(value)
}
