//! The call for a statement: its parameters, and an example of an answer.

use anyhow::{Context, anyhow};
use serde_json::{Value, json};

use super::sample::Sample;
use crate::api::{Answer, StatementBody};
use crate::calendar::{Day, TimeZone};
use crate::ledger::{Entry, Kind};
use crate::statement::{Count, Line, Period, Question, Report, Total};
use crate::time::Timestamp;

const DAY: &str = "2026-02-06";
const ZONE: &str = "Asia/Shanghai";

/// The parameters of its query: their names in the document, and they.
pub(super) fn parameters() -> [(&'static str, Value); 5] {
    let parameter = |name: &str, description: &str, schema: Value| {
        json!({
            "name": name, "in": "query", "required": name == "day", "description": description,
            "schema": schema,
        })
    };
    let number = |minimum: u32, maximum: u32| json!({ "type": "integer", "minimum": minimum, "maximum": maximum });
    [
        (
            "StatementDay",
            parameter(
                "day",
                "The day, from 2020-01-01 to today.",
                json!({ "type": "string", "format": "date", "example": DAY }),
            ),
        ),
        (
            "StatementTimeZone",
            parameter(
                "tz",
                "Where the day begins and ends, by its name in the IANA time zone database. If not given, where the operator says that the shop is.",
                json!({ "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_+/-]{0,63}$", "example": ZONE }),
            ),
        ),
        (
            "StatementShop",
            parameter(
                "shop",
                "Whose statement. A chain's credential must say it; for a till it is its own shop.",
                number(0, u32::MAX),
            ),
        ),
        (
            "StatementCursor",
            parameter(
                "cursor",
                "`next_cursor` of the page before, of the same shop and day.",
                json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{64}$" }),
            ),
        ),
        (
            "StatementLimit",
            parameter("limit", "How many entries at most; 500 if not given.", number(1, 500)),
        ),
    ]
}

/// The day of the examples' redemption, a bill that a till without a network gave, and a reversal.
pub(super) fn example(sample: &Sample) -> anyhow::Result<Answer> {
    let conflict = Entry {
        seq: 259,
        kind: Kind::Conflict,
        at: sample.now().plus_seconds(60),
        offline_at: Some(sample.now()),
        ..sample.redemption.clone()
    };
    let currency = sample.policy.document().currency;
    let mut total = Total::new(sample.shard().campaign(), currency);
    let mut lines = Vec::new();
    for entry in [&sample.redemption, &conflict, &sample.reversal] {
        let (discount, order_amount) = (entry.discount, entry.order_amount);
        if let Some(count) = total.of(entry.kind) {
            let (discount, order_amount) = (discount.minor_units(), order_amount.minor_units());
            *count = Count { count: 1, discount, order_amount };
        }
        lines.push(Line {
            at: entry.at,
            shard: sample.shard(),
            incarnation: 1,
            seq: entry.seq,
            kind: entry.kind,
            serial: entry.serial,
            till: entry.by.till,
            currency,
            discount,
            order_amount,
            order_ref: entry.order_ref.clone(),
            offline_at: entry.offline_at,
        });
    }
    let day = Day::parse(DAY).map_err(|why| anyhow!(why))?;
    let zone = TimeZone::try_from(ZONE.to_owned()).map_err(|why| anyhow!(why))?;
    // China is 8 hours ahead of UTC.
    let midnight = format!("{DAY}T00:00:00Z");
    let midnight = Timestamp::parse_rfc3339(&midnight).context("no such time")?;
    let from = Timestamp::from_millis(midnight.millis() - 8 * 3_600_000);
    let period = Period { from, until: from.plus_seconds(86_400) };
    let complete_until = Some(sample.reversal.at.plus_seconds(5));
    total.complete_until = complete_until;
    let report = Report { complete_until, campaigns: vec![total], lines, more: true };
    let question = Question::new(sample.scope, (day, zone), period, 3, Vec::new());
    let body = StatementBody::new(&question, report).map_err(|why| anyhow!(why))?;
    Ok(Answer::ok(&body))
}
