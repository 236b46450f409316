//! The description of the API, held against the code that it describes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test"
)]

use std::collections::BTreeSet;
use std::process::Command;

use coupon_edge::api::{CancelRequest, CheckRequest, Method, RedeemRequest, ReverseRequest, Route};
use coupon_edge::refusal::Code;
use jsonschema::Validator;
use serde_json::{Value, json};

const OPENAPI: &str = include_str!("../public/openapi.json");
const DOCS: &str = include_str!("../public/docs.html");

fn document() -> Value {
    serde_json::from_str(OPENAPI).unwrap()
}

/// A validator of a schema that may refer to any part of the document.
fn validator(schema: &Value, document: &Value) -> Validator {
    let schema = json!({ "allOf": [schema], "components": document["components"] });
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn named(schema: &str, document: &Value) -> Validator {
    validator(&json!({ "$ref": format!("#/components/schemas/{schema}") }), document)
}

fn resolve<'a>(value: &'a Value, document: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(target) => document.pointer(target.strip_prefix('#').unwrap()).expect(target),
        None => value,
    }
}

/// Every operation: path, method, and the operation itself.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, item)| {
        let item = item.as_object().unwrap().iter();
        item.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    });
    operations.collect()
}

/// Every value in the document, itself included.
fn walk<'a>(value: &'a Value, visit: &mut impl FnMut(&'a Value)) {
    visit(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Object(fields) => fields.values().for_each(|field| walk(field, visit)),
        _ => {}
    }
}

fn code(name: &str) -> Code {
    *Code::ALL.iter().find(|code| code.meaning().code == name).expect(name)
}

#[test]
fn the_committed_files_are_what_the_code_gives() {
    for (format, committed) in [("openapi", OPENAPI), ("html", DOCS)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_coupon"));
        let output = command.args(["api", "--format", format]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(
            output.stdout == committed.as_bytes(),
            "public/ does not fit the code ({format}): run ./scripts/api"
        );
    }
}

#[test]
fn they_stay_small() {
    assert!(OPENAPI.len() < 200_000, "{}", OPENAPI.len());
    assert!(DOCS.len() < 80_000, "{}", DOCS.len());
}

#[test]
fn every_reference_resolves_and_every_component_is_used() {
    let document = document();
    let mut used = BTreeSet::new();
    walk(&document, &mut |value| {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            resolve(value, &document);
            used.insert(target.to_owned());
        }
    });
    for kind in ["schemas", "examples", "parameters", "headers"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            assert!(used.contains(&format!("#/components/{kind}/{name}")), "{kind}/{name}");
        }
    }
}

#[test]
fn every_example_fits_its_schema() {
    let document = document();
    let mut seen = 0;
    walk(&document["paths"], &mut |media| {
        let Some(examples) = media.get("examples") else { return };
        let validator = validator(&media["schema"], &document);
        for (name, example) in examples.as_object().unwrap() {
            let value = &resolve(example, &document)["value"];
            let errors: Vec<_> =
                validator.iter_errors(value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}\n{value}");
            seen += 1;
        }
    });
    assert!(seen > 80, "{seen}");
}

/// Answers are open to further fields, so a schema that forgot one would not be noticed above.
#[test]
fn every_field_of_an_answer_is_described_and_every_described_field_occurs() {
    let document = document();
    let names = "Problem Redemption Receipt Checked Reversed Voided Statement Health";
    for name in names.split(' ') {
        let schema = &document["components"]["schemas"][name];
        let described: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().collect();
        let fits = named(name, &document);
        let mut occurring = BTreeSet::new();
        walk(&document, &mut |value| {
            if let Some(value) = value.get("value").filter(|value| fits.is_valid(value)) {
                occurring.extend(value.as_object().unwrap().keys());
            }
        });
        assert_eq!(occurring, described, "{name}");
    }
}

#[test]
fn every_code_is_given_by_some_call_under_its_own_status() {
    let document = document();
    let mut given = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(response["headers"]["Request-Id"].is_object(), "{method} {path} {status}");
            let examples = &response["content"]["application/problem+json"]["examples"];
            for name in examples.as_object().into_iter().flat_map(|all| all.keys()) {
                let example = resolve(&examples[name], &document);
                let meaning = code(name).meaning();
                assert_eq!(*status, meaning.status.to_string(), "{name}");
                assert_eq!(example["value"]["status"], meaning.status, "{name}");
                assert_eq!(example["value"]["code"], *name);
                assert_eq!(example["value"]["type"], format!("/docs#{name}"));
                given.insert(code(name));
            }
        }
    }
    assert_eq!(given.into_iter().collect::<Vec<_>>(), Code::ALL);
}

#[test]
fn every_operation_is_a_route_with_the_headers_that_it_needs() {
    let document = document();
    let id = "R1.IAAAAQABAAAAAAEC";
    for (path, method, operation) in operations(&document) {
        let (route, asked) =
            Route::find(&method.to_uppercase(), &path.replace("{id}", id)).unwrap();
        assert_eq!(asked == Method::Head, method == "head");
        let parameters = operation["parameters"].as_array().unwrap().iter();
        let names: Vec<_> =
            parameters.map(|it| resolve(it, &document)["name"].as_str().unwrap()).collect();
        assert_eq!(names.contains(&"Idempotency-Key"), route.is_write(), "{path}");
        assert_eq!(names.contains(&"Signature"), route.signed_components().is_some(), "{path}");
        let wants = match (route.signed_components(), route.is_operators()) {
            (Some(_), _) => json!([{ "tillSignature": [] }]),
            (None, true) => json!([{ "operatorToken": [] }]),
            (None, false) => json!([]),
        };
        assert_eq!(operation["security"], wants, "{path}");
    }
}

#[test]
fn every_link_leads_to_a_call_that_takes_what_it_brings() {
    let document = document();
    let operations = operations(&document);
    let mut seen = 0;
    walk(&document["paths"], &mut |response| {
        for (name, link) in response["links"].as_object().into_iter().flatten() {
            let leads_to = |call: &&(_, _, &Value)| call.2["operationId"] == link["operationId"];
            let (_, _, target) = operations.iter().find(leads_to).expect(name);
            let taken = target["parameters"].as_array().unwrap().iter();
            let taken: Vec<_> = taken.map(|it| &resolve(it, &document)["name"]).collect();
            let brought = link["parameters"].as_object();
            assert!(
                brought.into_iter().flat_map(|it| it.keys()).all(|it| taken.contains(&&json!(it)))
            );
            assert!(link["requestBody"].is_null() || target["requestBody"].is_object(), "{name}");
            seen += 1;
        }
    });
    assert_eq!(seen, 21);
}

#[test]
fn the_request_schemas_are_as_strict_as_the_code() {
    let document = document();
    let redeem = |body: &str| RedeemRequest::read(body.as_bytes()).is_ok();
    let check = |body: &str| CheckRequest::read(body.as_bytes()).is_ok();
    let cancel = |body: &str| CancelRequest::read(body.as_bytes()).is_ok();
    let reverse = |body: &str| ReverseRequest::read(body.as_bytes()).is_ok();
    let order =
        |fields: &str| format!(r#"{{"token":"t","order_amount":1,"currency":"CNY"{fields}}}"#);
    let key = |key: &str| format!(r#"{{"token":"t","redemption_key":"{key}"}}"#);
    let long = "茶".repeat(64);
    type Reads<'a> = &'a dyn Fn(&str) -> bool;
    let cases: [(&str, Reads<'_>, Vec<String>); 4] = [
        (
            "RedeemRequest",
            &redeem,
            vec![
                order(""),
                order(r#","order_ref":null"#),
                order(r#","order_ref":"""#),
                order(r#","order_ref":"a\u0000""#),
                order(r#","order_ref":"a\u0085""#),
                order(r#","order_ref":"a\u007f""#),
                order(&format!(r#","order_ref":"{long}""#)),
                order(&format!(r#","order_ref":"{long}x""#)),
                order(r#","tip":1"#),
                r#"{"token":"t","order_amount":0,"currency":"CNY"}"#.to_owned(),
                r#"{"token":"t","order_amount":-1,"currency":"CNY"}"#.to_owned(),
                r#"{"token":"t","order_amount":1.5,"currency":"CNY"}"#.to_owned(),
                r#"{"token":"t","order_amount":1000000000000,"currency":"CNY"}"#.to_owned(),
                r#"{"token":"t","order_amount":1000000000001,"currency":"CNY"}"#.to_owned(),
                r#"{"token":"t","order_amount":1,"currency":"cny"}"#.to_owned(),
                r#"{"token":"t","order_amount":1,"currency":"CNYY"}"#.to_owned(),
                r#"{"token":1,"order_amount":1,"currency":"CNY"}"#.to_owned(),
                r#"{"token":"t","order_amount":1}"#.to_owned(),
                r#"["t",1,"CNY"]"#.to_owned(),
            ],
        ),
        (
            "CheckRequest",
            &check,
            vec![
                order(""),
                order(r#","order_ref":"x""#),
                r#"{"token":"t"}"#.to_owned(),
                r#"{"token":"t","order_amount":1}"#.to_owned(),
                r#"{"token":"t","currency":"CNY"}"#.to_owned(),
                "{}".to_owned(),
            ],
        ),
        (
            "CancelRequest",
            &cancel,
            vec![
                key("k"),
                key(""),
                key("a,b"),
                key("a b"),
                key("~!#-.+"),
                key("é"),
                key(&"k".repeat(255)),
                key(&"k".repeat(256)),
                order(""),
            ],
        ),
        (
            "ReversalRequest",
            &reverse,
            vec!["{}".to_owned(), "[]".to_owned(), r#"{"a":1}"#.to_owned()],
        ),
    ];
    for (schema, reads, bodies) in cases {
        let validator = named(schema, &document);
        for body in bodies {
            let value: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(validator.is_valid(&value), reads(&body), "{schema}: {body}");
        }
    }
}

#[test]
fn the_page_explains_every_code_and_loads_nothing() {
    for code in Code::ALL {
        let name = code.meaning().code;
        assert!(DOCS.contains(&format!("<tr id=\"{name}\">")), "{name}");
    }
    for outside in ["http://", "https://", "src=", "<script", "<link", "url(", "@import"] {
        assert!(!DOCS.contains(outside), "{outside}");
    }
    let ids: BTreeSet<_> = DOCS.split("id=\"").skip(1).map(|it| it.split('"').next()).collect();
    for link in DOCS.split("href=\"#").skip(1) {
        assert!(ids.contains(&link.split('"').next()), "#{link:.40}");
    }
}
