//! A statement, and what it is made of.

use serde_json::{Value, json};

use super::{amount, described, object, reference, text, time, uint};

pub(super) fn statement() -> Value {
    let required = [
        "shop",
        "day",
        "time_zone",
        "from",
        "until",
        "complete_until",
        "campaigns",
        "entries",
        "next_cursor",
    ];
    object(
        &required,
        json!({
            "shop": uint(u32::MAX, "Whose."),
            "day": { "type": "string", "format": "date", "description": "Which day." },
            "time_zone": text("Where it is that day: what was asked for, else what the operator set for the shop, else `UTC`."),
            "from": time("The day's first moment."),
            "until": time("The first moment after it."),
            "complete_until": complete_until(),
            "campaigns": { "type": "array", "items": reference("schemas", "StatementTotal"),
                "description": "What the whole day comes to, also where a page shows a part: a `StatementTotal` for each campaign." },
            "entries": { "type": "array", "items": reference("schemas", "StatementEntry"),
                "description": "This page's entries, each a `StatementEntry`." },
            "next_cursor": { "type": ["string", "null"], "description": "What to send as `cursor` for the next page; `null` on the last." },
        }),
    )
}

pub(super) fn total() -> Value {
    let required = [
        "campaign",
        "currency",
        "redeemed",
        "reversed",
        "conflicts",
        "net_discount",
        "complete_until",
    ];
    object(
        &required,
        json!({
            "campaign": uint(u32::MAX, "Which campaign."),
            "currency": described("Currency", "Currency of the amounts."),
            "redeemed": described("StatementCount", "Coupons used."),
            "reversed": described("StatementCount", "Redemptions undone."),
            "conflicts": described("StatementCount", "Goods given without a network for a coupon that was used already."),
            "net_discount": { "type": "integer", "description": "The discounts of `redeemed` less those of `reversed`; below 0 when more came back than was given. Conflicts are not in it." },
            "complete_until": complete_until(),
        }),
    )
}

pub(super) fn count() -> Value {
    let sum = |of: &str| json!({ "type": "integer", "minimum": 0, "description": of });
    object(
        &["count", "discount", "order_amount"],
        json!({
            "count": sum("How many."),
            "discount": sum("Their discounts, in minor units."),
            "order_amount": sum("The bills before the coupons, in minor units."),
        }),
    )
}

pub(super) fn entry() -> Value {
    let required =
        ["id", "kind", "at", "till", "campaign", "coupon", "currency", "discount", "order_amount"];
    object(
        &required,
        json!({
            "id": described("RedemptionId", "Names the entry; of a redemption, what `find` and `reverse` take."),
            "kind": { "enum": ["redemption", "reversal", "void", "conflict"], "description": "What happened. A void spent a key and moved no money." },
            "at": time("When."),
            "till": uint(u16::MAX.into(), "Which till."),
            "campaign": uint(u32::MAX, "Whose coupon."),
            "coupon": text("Which coupon: a redemption and its reversal have the same."),
            "currency": described("Currency", "Currency of the amounts."),
            "discount": amount("What came off the bill, or went back on it."),
            "order_amount": amount("The bill before the coupon."),
            "order_ref": text("The till's bill number, if it gave one; of a reversal, its redemption's."),
            "offline_at": time("When a till without a network gave the goods."),
        }),
    )
}

fn complete_until() -> Value {
    json!({ "type": ["string", "null"], "format": "date-time",
        "description": "No entry until then is missing; `null` while that is not known." })
}
