//! What comes out.

use serde_json::{Value, json};

use super::{amount, described, object, reference, text, time, uint};
use crate::refusal::Code;

pub(super) fn redemption() -> Value {
    let required = [
        "id",
        "campaign",
        "shop",
        "till",
        "redeemed_at",
        "order_amount",
        "discount",
        "to_pay",
        "currency",
        "reversible_until",
    ];
    object(
        &required,
        json!({
            "id": described("RedemptionId", "Names the redemption in later calls."),
            "campaign": uint(u32::MAX, "Whose coupon."),
            "shop": uint(u32::MAX, "Which shop."),
            "till": uint(u16::MAX.into(), "Which till; 0 is the shop's own system."),
            "redeemed_at": time("When."),
            "order_amount": amount("The bill before the coupon."),
            "discount": amount("What comes off the bill."),
            "to_pay": amount("What is left to pay."),
            "currency": described("Currency", "Currency of the amounts."),
            "order_ref": text("The till's bill number, if it gave one."),
            "reversible_until": time("The last moment in which it can be reversed."),
            "reversed_at": time("When it was undone, if it was."),
        }),
    )
}

pub(super) fn receipt() -> Value {
    let part = "[A-Za-z0-9_-]+";
    let receipt = json!({
        "type": "string", "contentMediaType": "application/jose",
        "pattern": format!("^{part}\\.{part}\\.{part}$"),
        "description": "A compact JWS: header, payload and signature.",
    });
    object(&["receipt"], json!({ "receipt": receipt }))
}

pub(super) fn key_set() -> Value {
    let key = object(
        &["kty", "crv", "x", "kid", "use", "alg"],
        json!({
            "kty": { "const": "OKP", "description": "The kind of key." },
            "crv": { "const": "Ed25519", "description": "The curve." },
            "x": text("The public key, base64url."),
            "kid": text("Its name: the thumbprint."),
            "use": { "const": "sig", "description": "It is for signatures." },
            "alg": { "const": "EdDSA", "description": "The algorithm." },
        }),
    );
    let keys = json!({
        "type": "array", "minItems": 1, "items": key,
        "description": "The key that signs now first.",
    });
    object(&["keys"], json!({ "keys": keys }))
}

pub(super) fn batch() -> Value {
    let results = json!({
        "type": "array", "minItems": 1, "items": reference("schemas", "BatchResult"),
        "description": "What became of each item, in the order sent: each a `BatchResult`.",
    });
    object(&["results"], json!({ "results": results }))
}

pub(super) fn batch_result() -> Value {
    object(
        &["status"],
        json!({
            "status": { "type": "integer", "description": "The HTTP status that the item would have had alone: 201 recorded, 200 recorded by the same request before, or the problem's." },
            "redemption": described("Redemption", "The redemption, with 201 and 200."),
            "conflict": described("Conflict", "In its place, of an item with `offline_at`: the coupon was used already."),
            "problem": described("Problem", "Why not, with any other status."),
            "retry_after": uint(u32::MAX, "Seconds to wait before sending the item again."),
        }),
    )
}

pub(super) fn conflict() -> Value {
    let first = object(
        &["redeemed_at"],
        json!({ "redeemed_at": time("When the coupon was used by whoever was first.") }),
    );
    let required = [
        "id",
        "campaign",
        "shop",
        "till",
        "recorded_at",
        "offline_at",
        "discount",
        "currency",
        "first",
    ];
    object(
        &required,
        json!({
            "id": described("RedemptionId", "Names the conflict in the books. It is no redemption."),
            "campaign": uint(u32::MAX, "Whose coupon."),
            "shop": uint(u32::MAX, "Which shop."),
            "till": uint(u16::MAX.into(), "Which till."),
            "recorded_at": time("When it was recorded."),
            "offline_at": time("When the goods were given, by the till's clock."),
            "discount": amount("What came off the bill."),
            "currency": described("Currency", "Currency of the amount."),
            "first": first,
        }),
    )
}

pub(super) fn checked() -> Value {
    let required =
        ["redeemable", "campaign", "name", "value", "currency", "minimum_spend", "valid_until"];
    object(
        &required,
        json!({
            "redeemable": { "const": true, "description": "Always true: otherwise the answer is a refusal." },
            "campaign": uint(u32::MAX, "Whose coupon."),
            "name": text("What people call the campaign."),
            "value": amount("What the coupon is worth."),
            "currency": described("Currency", "Currency of the amounts."),
            "minimum_spend": amount("The least order amount."),
            "valid_until": time("The first moment in which it is no longer good."),
            "discount": amount("What would come off the bill, if the order was given."),
            "to_pay": amount("What would be left to pay, if the order was given."),
        }),
    )
}

pub(super) fn problem() -> Value {
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.meaning().code).collect();
    let required = ["type", "title", "status", "code", "retryable", "fix", "message"];
    let mut schema = object(
        &required,
        json!({
            "type": { "type": "string", "format": "uri-reference", "description": "Where the code is explained." },
            "title": text("One line for the log."),
            "status": { "type": "integer", "description": "The HTTP status." },
            "code": { "enum": codes, "description": "The refusal's name for good." },
            "retryable": { "type": "boolean", "description": "The outcome is unknown or may change: send the same request again, under the same key, signed anew." },
            "fix": { "enum": ["cashier", "integrator", "operator", "nobody"], "description": "Who can do something about it." },
            "message": {
                "type": "object", "required": ["zh-Hans", "en"], "additionalProperties": { "type": "string" },
                "properties": { "zh-Hans": text("Simplified Chinese."), "en": text("English.") },
                "description": "One line for the cashier to read out, times in the campaign's local time.",
            },
            "detail": text("What exactly is wrong, for the integrator."),
            "edge_time": time("The edge's clock, to set the till's by."),
            "currency": described("Currency", "The campaign's."),
            "minimum_spend": amount("The least order amount."),
            "valid_from": time("From when on the coupon can be used."),
            "expired_at": time("When the coupon ended."),
            "redeemed_at": time("When the coupon was used."),
            "till": uint(u16::MAX.into(), "At which till it was used; only if that was in the same shop."),
            "reversed_at": time("When the redemption was undone, or its key spent by a cancel."),
            "reversible_until": time("When undoing ended."),
        }),
    );
    if let Value::Object(schema) = &mut schema {
        let words = "A refusal or a fault, RFC 9457. Go by `code`; by `status` and `retryable` if you do not know the code.";
        schema.insert("description".to_owned(), json!(words));
    }
    schema
}
