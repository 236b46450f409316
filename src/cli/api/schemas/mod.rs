//! What goes in and out, as JSON Schemas. Requests are strict, as the edge is; answers may get
//! further fields.

mod answers;
mod statement;

use serde_json::{Value, json};

use crate::api::Route;
use crate::ledger::command::MAX_COMMANDS;
use crate::money::Amount;

/// A reference to a part of the document.
pub(super) fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

/// The schema of a call's body.
pub(super) fn of_request(route: Route) -> Option<&'static str> {
    match route {
        Route::Check => Some("CheckRequest"),
        Route::Redeem => Some("RedeemRequest"),
        Route::Batch => Some("BatchRequest"),
        Route::Reverse(_) => Some("ReversalRequest"),
        Route::Cancel => Some("CancelRequest"),
        Route::Find(_)
        | Route::Receipt(_)
        | Route::Statement
        | Route::Health
        | Route::OpenApi
        | Route::Docs
        | Route::ReceiptKeys
        | Route::ArchiveKeys
        | Route::Metrics => None,
    }
}

/// The schema of a call's answer when all is well.
pub(super) fn of_answer(route: Route) -> Value {
    match route {
        Route::Check => reference("schemas", "Checked"),
        Route::Redeem | Route::Find(_) | Route::Reverse(_) => reference("schemas", "Redemption"),
        Route::Receipt(_) => reference("schemas", "Receipt"),
        Route::ReceiptKeys | Route::ArchiveKeys => reference("schemas", "KeySet"),
        Route::Batch => reference("schemas", "BatchResults"),
        Route::Cancel => reference("schemas", "Cancelled"),
        Route::Statement => reference("schemas", "Statement"),
        Route::Health => reference("schemas", "Health"),
        Route::OpenApi => json!({ "type": "object" }),
        Route::Docs | Route::Metrics => json!({ "type": "string" }),
    }
}

fn described(name: &str, description: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}"), "description": description })
}

fn time(description: &str) -> Value {
    described("Time", description)
}

fn amount(description: &str) -> Value {
    described("Amount", description)
}

fn uint(maximum: u32, description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": maximum, "description": description })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

/// An object; `required` are the fields that are always there.
fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties })
}

/// An object that has these fields and no other.
fn strict(required: &[&str], properties: Value) -> Value {
    let mut schema = object(required, properties);
    if let Value::Object(schema) = &mut schema {
        schema.insert("additionalProperties".to_owned(), json!(false));
    }
    schema
}

/// All named schemas.
pub(super) fn all() -> Value {
    let order_amount = || json!({ "$ref": "#/components/schemas/OrderAmount" });
    let currency = || described("Currency", "Currency of the amounts.");
    let token = || described("Token", "The coupon, as scanned.");
    let order_ref = || {
        json!({ "type": ["string", "null"], "minLength": 1, "maxLength": 64,
            "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$",
            "description": "The till's bill number: 1 to 64 characters, none of them a control character." })
    };
    let mut check = strict(
        &["token"],
        json!({ "token": token(), "order_amount": order_amount(), "currency": currency() }),
    );
    if let Value::Object(check) = &mut check {
        let together = json!({ "order_amount": ["currency"], "currency": ["order_amount"] });
        check.insert("dependentRequired".to_owned(), together);
    }
    json!({
        "Amount": { "type": "integer", "minimum": 0, "maximum": Amount::MAX,
            "description": "Minor units of the currency: 2500 is CNY 25.00." },
        "OrderAmount": { "type": "integer", "minimum": 1, "maximum": Amount::MAX,
            "description": "The bill before the coupon, in minor units (2500 is CNY 25.00), written without point and exponent." },
        "Currency": { "type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217." },
        "Time": { "type": "string", "format": "date-time", "description": "RFC 3339, UTC." },
        "Token": { "type": "string",
            "description": "A coupon is `C1.` and 68 characters of base64url, or `C2.` and 132. Any other text is refused with `token-malformed`, so send what was scanned." },
        "CheckRequest": check,
        "RedeemRequest": strict(&["token", "order_amount", "currency"], json!({
            "token": token(), "order_amount": order_amount(), "currency": currency(), "order_ref": order_ref(),
        })),
        "BatchRequest": strict(&["items"], json!({
            "items": { "type": "array", "minItems": 1, "maxItems": MAX_COMMANDS,
                "description": "The redemptions, each a `BatchItem`.",
                "items": { "description": "Anything but a `BatchItem` gets `malformed-request` as its result.",
                    "anyOf": [reference("schemas", "BatchItem"), {}] } },
        })),
        "BatchItem": strict(&["txn", "token", "order_amount", "currency"], json!({
            "txn": described("Key", "The item's idempotency key: what `Idempotency-Key` is to a redemption alone."),
            "token": token(), "order_amount": order_amount(), "currency": currency(), "order_ref": order_ref(),
            "offline_at": { "type": ["string", "null"], "format": "date-time",
                "description": "When a till without a network gave the goods, RFC 3339 in UTC. Only for campaigns that take it." },
        })),
        "ReversalRequest": strict(&[], json!({})),
        "CancelRequest": strict(&["token", "redemption_key"], json!({
            "token": token(),
            "redemption_key": described("Key", "The `Idempotency-Key` of the redemption to undo."),
        })),
        "Key": { "type": "string", "pattern": "^[!-+.-~-]{1,255}$",
            "description": "1 to 255 visible ASCII characters without comma and space, taken byte for byte." },
        "RedemptionId": { "type": "string", "pattern": "^R1\\.[A-Za-z0-9_-]{16}$" },
        "Redemption": answers::redemption(),
        "Receipt": answers::receipt(),
        "KeySet": answers::key_set(),
        "BatchResults": answers::batch(),
        "BatchResult": answers::batch_result(),
        "Conflict": answers::conflict(),
        "Cancelled": { "oneOf": [reference("schemas", "Reversed"), reference("schemas", "Voided")] },
        "Reversed": object(&["outcome", "redemption"], json!({
            "outcome": { "const": "reversed", "description": "The key had redeemed the coupon, and that is undone." },
            "redemption": described("Redemption", "What was undone."),
        })),
        "Voided": object(&["outcome", "campaign", "shop", "till", "voided_at"], json!({
            "outcome": { "const": "voided", "description": "The key had not redeemed the coupon, and now never will." },
            "campaign": uint(u32::MAX, "Whose coupon."),
            "shop": uint(u32::MAX, "Which shop."),
            "till": uint(u16::MAX.into(), "Which till."),
            "voided_at": time("When the key was spent."),
        })),
        "Checked": answers::checked(),
        "Statement": statement::statement(),
        "StatementTotal": statement::total(),
        "StatementCount": statement::count(),
        "StatementEntry": statement::entry(),
        "Health": object(&["status", "version"], json!({
            "status": { "const": "ok" }, "version": text("The build."),
        })),
        "Problem": answers::problem(),
    })
}
