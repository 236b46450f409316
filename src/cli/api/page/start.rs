//! How to call, from nothing to a redeemed coupon.

use anyhow::Context;
use maud::{Markup, html};
use serde_json::Value;

use super::{pretty, prose, text};
use crate::cli::api::sample::Sample;
use crate::cli::api::signed::{AUTHORITY, CREATED, KEY, Signed};
use crate::signature::Component;
use crate::time::Timestamp;

const CLIENT: &str = include_str!("../../../../tests/clients/redeem.py");

pub(super) fn render(sample: &Sample, openapi: &Value) -> anyhow::Result<Markup> {
    let signed = &sample.signed;
    let path = "/paths/~1v1~1redemptions/post/responses/201/content/application~1json/examples";
    let answer = openapi.pointer(&format!("{path}/redeemed/value"));
    let answer = answer.context("there is no example of a redemption")?;
    let signing = text(openapi, "/components/securitySchemes/tillSignature/description");
    let signing = signing.context("signing is not described")?;
    Ok(html! {
        h2 #start { "In five minutes" }
        ol {
            li { "You get a key id and a secret for each till. The edge stores neither; the key id says which shop and till it is." }
            li { "For each order, choose an " code { "Idempotency-Key" } ", such as the bill's number, and write it down before you send anything." }
            li { a href="#signing" { "Sign" } " the request and send it:" (request(signed)) }
            li { "201: take " code { "discount" } " off the bill." pre { (pretty(answer)) } }
            li { "No answer, or one with " code { "\"retryable\": true" } ": send the same request again, under the same key, signed anew." }
            li { "Any other refusal: show the cashier " code { "message" } "; " code { "code" } " is for your program." }
            li { "The order is off: " a href="#call-reverse" { "reverse" } " the redemption by its id; if you never saw an answer, " a href="#call-cancel" { "cancel" } " it by the coupon and the key." }
        }
        details {
            summary { "All of it in Python, with nothing but its standard library" }
            pre { (CLIENT) }
        }
        h2 #signing { "Signing" }
        (prose(signing))
        (covered())
        p { "The request above is signed over these lines, joined by line feeds, with none at the end:" }
        pre { (signed.base) }
        p {
            "The till's secret is " code { (signed.secret) } ", the time "
            (Timestamp::from_millis(CREATED * 1000).rfc3339()) ". Sign the URL as the WHATWG URL standard writes it: the host in lower case, without the scheme's own port."
        }
    })
}

fn request(signed: &Signed) -> Markup {
    let headers = &signed.headers;
    html! {
        pre {
            "POST /v1/redemptions HTTP/1.1\n"
            "Host: " (AUTHORITY) "\n"
            "Content-Type: application/json\n"
            "Content-Digest: " (signed.digest) "\n"
            "Idempotency-Key: " (KEY) "\n"
            "Signature-Input: " (headers.signature_input) "\n"
            "Signature: " (headers.signature) "\n\n"
            (signed.body)
        }
    }
}

fn covered() -> Markup {
    let kinds = [
        ("GET, HEAD", Component::required(false, false)),
        ("POST that only reads: check", Component::required(true, false)),
        ("POST that writes: redeem, reverse, cancel", Component::required(true, true)),
    ];
    html! {
        table {
            thead { tr { th { "Kind of call" } th { "covers" } } }
            tbody {
                @for (kind, components) in kinds {
                    tr {
                        td { (kind) }
                        td { @for component in components { code { (component.name()) } " " } }
                    }
                }
            }
        }
    }
}
