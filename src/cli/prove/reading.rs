//! What the edge's HTTP answers mean to the checker. Strict: an answer that the contract does not
//! know is a finding of its own.

use serde::Deserialize;
use serde_json::Value;

use crate::cli::local::Issued;
use crate::cli::pos::Answered;
use crate::ledger::RedemptionId;
use crate::prove::history::{Answer, Ask, Conflict, Order, Receipt};
use crate::time::Timestamp;

/// What is in an answer.
pub(super) enum Reading {
    /// The edge said what happened.
    Answer(Answer),
    /// The edge said that it does not know.
    Unknown,
}

/// Codes of the policy.
const NOT_NOW: [&str; 6] = [
    "campaign-paused",
    "not-yet-valid",
    "expired",
    "out-of-scope",
    "below-minimum-spend",
    "revoked",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redemption {
    id: String,
    campaign: u32,
    shop: u32,
    till: u16,
    redeemed_at: String,
    order_amount: u64,
    discount: u64,
    to_pay: u64,
    currency: String,
    order_ref: Option<String>,
    reversible_until: String,
    reversed_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Conflicted {
    id: String,
    campaign: u32,
    shop: u32,
    till: u16,
    recorded_at: String,
    offline_at: String,
    discount: u64,
    currency: String,
    first: First,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    redeemed_at: String,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case", deny_unknown_fields)]
enum Cancelled {
    Reversed { redemption: Redemption },
    Voided { campaign: u32, shop: u32, till: u16, voided_at: String },
}

/// Reads the answer to this question about this coupon.
///
/// # Errors
/// In words, what the contract does not allow.
pub(super) fn read(ask: &Ask, issued: &Issued, answered: &Answered) -> Result<Reading, String> {
    let Answered { status, replayed, body, .. } = answered;
    let wrong = |why: &str| format!("{why}: {status} {body}");
    let answer = match (ask, status, replayed) {
        (Ask::Redeem { .. }, 201, false) | (Ask::Redeem { .. }, 200, true)
            if body.get("conflict").is_some() =>
        {
            let conflict = conflict(issued, &body["conflict"]).map_err(|why| wrong(&why))?;
            Answer::Conflict { conflict, replayed: *replayed }
        }
        (Ask::Redeem { .. }, 201, false) | (Ask::Redeem { .. }, 200, true) => {
            let (receipt, reversed) = receipt(issued, body.clone()).map_err(|why| wrong(&why))?;
            if reversed.is_some() {
                return Err(wrong("a redemption that is not one"));
            }
            Answer::Redeemed { receipt, replayed: *replayed }
        }
        (Ask::Reverse { .. }, 201, false) | (Ask::Reverse { .. }, 200, true) => {
            let (receipt, at) = receipt(issued, body.clone()).map_err(|why| wrong(&why))?;
            let at = at.ok_or_else(|| wrong("no time of reversal"))?;
            Answer::Reversed { receipt, at, replayed: *replayed }
        }
        (Ask::Cancel { by }, 201, false) | (Ask::Cancel { by }, 200, true) => {
            let replayed = *replayed;
            match serde_json::from_value(body.clone()).map_err(|why| wrong(&why.to_string()))? {
                Cancelled::Reversed { redemption } => {
                    let (receipt, at) = checked(issued, redemption).map_err(|why| wrong(&why))?;
                    let at = at.ok_or_else(|| wrong("no time of reversal"))?;
                    Answer::Reversed { receipt, at, replayed }
                }
                Cancelled::Voided { campaign, shop, till, voided_at } => {
                    let own = (issued.shard.campaign().get(), by.shop, by.till);
                    if (campaign, shop, till) != own {
                        return Err(wrong("the void of another"));
                    }
                    Answer::Voided { at: time(&voided_at).map_err(|why| wrong(&why))?, replayed }
                }
            }
        }
        (Ask::Find { .. }, 200, false) => {
            let (receipt, reversed_at) =
                receipt(issued, body.clone()).map_err(|why| wrong(&why))?;
            Answer::Found { receipt, reversed_at }
        }
        (Ask::Check { .. }, 200, false) => match body.get("redeemable") {
            Some(Value::Bool(true)) => Answer::Free,
            _ => return Err(wrong("a check that does not say yes")),
        },
        (_, 400..=599, false) => return refusal(answered).map_err(|why| wrong(&why)),
        _ => return Err(wrong("a status that this call does not have")),
    };
    Ok(Reading::Answer(answer))
}

fn refusal(answered: &Answered) -> Result<Reading, String> {
    let Answered { status, body, .. } = answered;
    let at = |name: &str| {
        let text = body.get(name).and_then(Value::as_str);
        time(text.ok_or_else(|| format!("no `{name}`"))?)
    };
    let code = body.get("code").and_then(Value::as_str).unwrap_or_default();
    let answer = match (code, status) {
        ("busy", 503) | ("fault", 500) => return Ok(Reading::Unknown),
        ("already-redeemed", 409) => {
            let till = body.get("till").and_then(Value::as_u64);
            let till = till.map(u16::try_from).transpose().map_err(|why| why.to_string())?;
            Answer::AlreadyRedeemed { at: at("redeemed_at")?, till }
        }
        ("redemption-reversed", 409) => Answer::RedemptionReversed { at: at("reversed_at")? },
        ("reversal-too-late", 409) => Answer::TooLate { until: at("reversible_until")? },
        ("idempotency-key-reused", 422) => Answer::KeyReused,
        ("limit-reached", 429) => Answer::LimitReached,
        ("not-found", 404) => Answer::NotFound,
        (code, _) if NOT_NOW.contains(&code) => Answer::NotNow,
        ("signature-stale", 401) => Answer::TurnedAway,
        _ => return Err("a refusal that nothing here deserves".to_owned()),
    };
    Ok(Reading::Answer(answer))
}

fn receipt(issued: &Issued, body: Value) -> Result<(Receipt, Option<Timestamp>), String> {
    checked(issued, serde_json::from_value(body).map_err(|why| why.to_string())?)
}

/// The receipt in a redemption, and when it was undone; what every redemption must say is checked.
fn checked(issued: &Issued, it: Redemption) -> Result<(Receipt, Option<Timestamp>), String> {
    let seq = number(issued, &it.id, it.campaign)?;
    if it.currency != "CNY" || it.to_pay + it.discount != it.order_amount {
        return Err("amounts that do not add up".to_owned());
    }
    let receipt = Receipt {
        seq,
        at: time(&it.redeemed_at)?,
        shop: it.shop,
        till: it.till,
        order: Order { amount: it.order_amount, reference: it.order_ref },
        discount: it.discount,
        reversible_until: time(&it.reversible_until)?,
    };
    Ok((receipt, it.reversed_at.as_deref().map(time).transpose()?))
}

fn conflict(issued: &Issued, body: &Value) -> Result<Conflict, String> {
    let it = Conflicted::deserialize(body).map_err(|why| why.to_string())?;
    if it.currency != "CNY" {
        return Err("another currency".to_owned());
    }
    Ok(Conflict {
        seq: number(issued, &it.id, it.campaign)?,
        at: time(&it.recorded_at)?,
        shop: it.shop,
        till: it.till,
        offline_at: time(&it.offline_at)?,
        discount: it.discount,
        first: time(&it.first.redeemed_at)?,
    })
}

/// The number of an entry in the coupon's shard.
fn number(issued: &Issued, id: &str, campaign: u32) -> Result<u64, String> {
    let id = RedemptionId::parse(id).ok_or("an id that is none")?;
    if id.shard() != issued.shard || campaign != issued.shard.campaign().get() {
        return Err("an entry of another shard".to_owned());
    }
    Ok(id.seq())
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text).ok_or_else(|| format!("no time: {text}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::campaign::{CampaignId, Shard};
    use crate::prove::history::{Asker, Sale};

    const ID: &str = "R1.IAAAAQAKAAAAAAEC";

    fn redemption() -> Value {
        json!({
            "id": ID, "campaign": 536_870_913, "shop": 7, "till": 2,
            "redeemed_at": "2026-02-06T04:04:05.123Z", "order_amount": 3000, "discount": 2500,
            "to_pay": 500, "currency": "CNY", "reversible_until": "2026-02-07T04:04:05.123Z",
        })
    }

    fn read_redemption(shard: u32, status: u16, body: Value) -> Result<Reading, String> {
        let shard = Shard::new(CampaignId::new(4, 1).unwrap(), shard).unwrap();
        let by = Asker { shop: 7, till: 2, key: "a".to_owned() };
        let sale = Sale { order: Order { amount: 3000, reference: None }, offline_at: None };
        let ask = Ask::Redeem { by, sale };
        let answered = Answered { status, replayed: false, request_id: String::new(), body };
        read(&ask, &Issued { token: String::new(), shard }, &answered)
    }

    #[test]
    fn a_redemption_is_read_in_full() {
        let Ok(Reading::Answer(Answer::Redeemed { receipt, replayed: false })) =
            read_redemption(10, 201, redemption())
        else {
            panic!("not read")
        };
        assert_eq!((receipt.seq, receipt.discount, receipt.shop), (258, 2500, 7));
    }

    #[test]
    fn what_the_contract_does_not_know_is_not_read() {
        let with = |name: &str, value: Value| {
            let mut body = redemption();
            body[name] = value;
            body
        };
        let bad = [
            (10, 200, redemption(), "200 without the mark of a replay"),
            (10, 202, redemption(), "another status"),
            (9, 201, redemption(), "an id of another shard"),
            (10, 201, with("campaign", json!(1)), "another campaign"),
            (10, 201, with("to_pay", json!(501)), "amounts that do not add up"),
            (10, 201, with("note", json!("")), "a field too many"),
            (10, 201, with("redeemed_at", json!("yesterday")), "no time"),
            (10, 201, with("reversed_at", json!("2026-02-06T04:04:06.000Z")), "undone at birth"),
            (10, 418, json!({ "code": "teapot" }), "a refusal that there is not"),
            (10, 409, json!({ "code": "busy" }), "a code under another status"),
            (10, 409, json!({ "code": "already-redeemed" }), "a refusal without its evidence"),
        ];
        for (shard, status, body, what) in bad {
            assert!(read_redemption(shard, status, body).is_err(), "{what}");
        }
    }

    #[test]
    fn that_nothing_is_known_is_no_answer() {
        for (status, code) in [(503, "busy"), (500, "fault")] {
            let read = read_redemption(10, status, json!({ "code": code }));
            assert!(matches!(read, Ok(Reading::Unknown)), "{code}");
        }
    }
}
