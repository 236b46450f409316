//! `POST /v1/redemptions/batch`: many redemptions in one signed call. Each is a request of its own,
//! with the same identity and the same answer as if it had come alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::json::{malformed, read_object};
use super::outcome::Redeemed;
use super::request::{BODY, order};
use super::{ConflictBody, Problem, RedeemRequest, RedemptionBody, Replay};
use crate::ledger::IdempotencyKey;
use crate::ledger::command::MAX_COMMANDS;
use crate::money::{Amount, Currency};
use crate::order::OrderRef;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// The body of the call: between one item and [`MAX_COMMANDS`].
pub struct BatchRequest {
    /// What each item asks, in order. One that cannot be read spoils no other: a till that kept a
    /// broken one in store would never get rid of the rest.
    pub items: Vec<Result<BatchItem, Refusal>>,
}

/// One redemption.
pub struct BatchItem {
    /// Its idempotency key.
    pub txn: IdempotencyKey,
    /// What would be the body if it came alone.
    pub redeem: RedeemRequest,
    /// When a till without a network has given the goods, if one has.
    pub offline_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchFields<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemFields {
    txn: String,
    token: String,
    order_amount: Amount,
    currency: Currency,
    order_ref: Option<OrderRef>,
    offline_at: Option<String>,
}

impl BatchRequest {
    /// Reads the body.
    ///
    /// # Errors
    /// [`Refusal::MalformedRequest`] when it is no list of items, or of too few or too many.
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        let BatchFields { items } = read_object(BODY, body)?;
        if !(1..=MAX_COMMANDS).contains(&items.len()) {
            let count = items.len();
            return Err(malformed(&format!("items are 1 to {MAX_COMMANDS}, not {count}")));
        }
        let items = items.into_iter().map(|item| BatchItem::read(item.get().as_bytes()));
        Ok(Self { items: items.collect() })
    }
}

impl BatchItem {
    fn read(json: &[u8]) -> Result<Self, Refusal> {
        let ItemFields { txn, token, order_amount, currency, order_ref, offline_at } =
            read_object("the item", json)?;
        let txn = IdempotencyKey::parse(&txn).ok_or_else(|| {
            malformed("txn is 1 to 255 visible ASCII characters without comma or space")
        })?;
        let order = order(order_amount, currency, order_ref)?;
        let offline_at = match offline_at.as_deref().map(Timestamp::parse_rfc3339) {
            None => None,
            Some(None) => {
                return Err(malformed("offline_at is RFC 3339 in UTC, like 2026-02-06T04:00:00Z"));
            }
            Some(at) => at,
        };
        Ok(Self { txn, redeem: RedeemRequest { token, order }, offline_at })
    }
}

/// The answer to the call: what became of each item, in the order in which they were sent.
#[derive(Debug, Serialize)]
pub struct BatchBody {
    results: Vec<ItemBody>,
}

/// What became of an item.
#[derive(Debug, Serialize)]
pub struct ItemBody {
    /// The status that the item would have if it had come alone.
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    redemption: Option<RedemptionBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conflict: Option<ConflictBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Value>,
    /// What the header `Retry-After` would say, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    #[serde(skip)]
    code: &'static str,
}

impl ItemBody {
    /// It is recorded, now or by the same request before.
    pub fn recorded(replay: Replay, redeemed: Redeemed) -> Self {
        let (redemption, conflict, code) = match redeemed {
            Redeemed::Redemption(redemption) => (Some(redemption), None, "redeemed"),
            Redeemed::Conflict(conflict) => (None, Some(conflict), "conflict"),
        };
        let (status, code) = match replay {
            Replay::First => (201, code),
            Replay::Again => (200, "replayed"),
        };
        Self { status, redemption, conflict, problem: None, retry_after: None, code }
    }

    /// It is not, or nobody can say.
    pub fn problem(problem: &Problem) -> Self {
        let meaning = problem.code().meaning();
        Self {
            status: meaning.status,
            redemption: None,
            conflict: None,
            problem: Some(problem.document()),
            retry_after: problem.retry_after().and_then(|seconds| seconds.parse().ok()),
            code: meaning.code,
        }
    }
}

impl BatchBody {
    /// Of the results, in the order of the items.
    pub fn new(results: Vec<ItemBody>) -> Self {
        Self { results }
    }

    /// How many items came to what, for the log.
    pub fn tally(&self) -> BTreeMap<&'static str, u32> {
        let mut tally = BTreeMap::new();
        for result in &self.results {
            *tally.entry(result.code).or_default() += 1;
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Fault;
    use crate::time::UtcOffset;

    fn item(txn: &str) -> String {
        format!(
            "{{\"txn\":\"{txn}\",\"token\":\"C1.\",\"order_amount\":3000,\"currency\":\"CNY\"}}"
        )
    }

    fn read(items: &[String]) -> Result<BatchRequest, Refusal> {
        BatchRequest::read(format!("{{\"items\":[{}]}}", items.join(",")).as_bytes())
    }

    fn why<T>(read: Result<T, Refusal>) -> String {
        match read.map(|_| ()) {
            Err(Refusal::MalformedRequest(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_batch_has_one_to_500_items() {
        assert_eq!(read(&vec![item("a"); 500]).ok().unwrap().items.len(), 500);
        assert_eq!(why(read(&vec![item("a"); 501])), "items are 1 to 500, not 501");
        assert_eq!(why(read(&[])), "items are 1 to 500, not 0");
        for (body, expected) in [
            ("", "the body is empty"),
            ("[]", "the body is not a JSON object"),
            ("{}", "missing field `items`"),
            ("{\"items\":{}}", "invalid type: map"),
            ("{\"items\":[1],\"items\":[1]}", "duplicate field"),
            ("{\"items\":[1],\"shop\":1}", "unknown field"),
            ("{\"items\":[1]} {", "trailing characters"),
            ("{\"items\":[{\"txn\":]}", "expected value"),
        ] {
            let why = why(BatchRequest::read(body.as_bytes()));
            assert!(why.contains(expected), "{body}: {why}");
        }
    }

    #[test]
    fn an_item_that_cannot_be_read_spoils_no_other() {
        let broken = [
            ("1".to_owned(), "the item is not a JSON object"),
            ("[\"a\",\"C1.\",1,\"CNY\",null]".to_owned(), "the item is not a JSON object"),
            (item(""), "txn is 1 to 255"),
            (item("a b"), "txn is 1 to 255"),
            (item(&"k".repeat(256)), "txn is 1 to 255"),
            (item("a").replace("3000", "0"), "at least 1"),
            (item("a").replace("3000", "3e3"), "floating point"),
            (item("a").replace("\"txn\"", "\"key\""), "unknown field `key`"),
            (item("a").replace('}', ",\"offline_at\":\"noon\"}"), "offline_at is RFC 3339"),
            (item("a").replace('}', ",\"offline_at\":1770336000}"), "invalid type: integer"),
            (item("a").replace("{", "{\"txn\":\"b\","), "duplicate field `txn`"),
        ];
        let mut items = vec![item("first")];
        items.extend(broken.iter().map(|(item, _)| item.clone()));
        items.push(item("last"));
        let mut read = read(&items).ok().unwrap().items.into_iter();
        let good = |read: &mut dyn Iterator<Item = Result<BatchItem, Refusal>>, txn| {
            let item = read.next().unwrap().ok().unwrap();
            assert!(item.txn == IdempotencyKey::parse(txn).unwrap());
            assert_eq!(item.redeem.token, "C1.");
        };
        good(&mut read, "first");
        for (sent, expected) in broken {
            let why = why(read.next().unwrap());
            assert!(why.contains(expected), "{sent}: {why}");
        }
        good(&mut read, "last");
        assert!(read.next().is_none());
    }

    #[test]
    fn a_result_has_the_status_and_the_document_that_the_item_would_have_alone() {
        let forged = Problem::of_refusal(&Refusal::TokenForged, UtcOffset::CHINA);
        let busy = Problem::of_fault(&Fault::Busy("why".to_owned()));
        let results = [&forged, &forged, &busy].map(ItemBody::problem);
        let body = BatchBody::new(results.into());
        let tally: Vec<_> = body.tally().into_iter().collect();
        assert_eq!(tally, [("busy", 1), ("token-forged", 2)]);
        let json = serde_json::to_value(&body).unwrap();
        let results = json["results"].as_array().unwrap();
        assert_eq!(results.len(), 3);
        assert_eq!(results[0]["status"], 422);
        assert_eq!(results[0]["problem"], forged.document());
        assert_eq!(
            (&results[2]["status"], &results[2]["problem"]["retryable"]),
            (&503.into(), &true.into())
        );
        assert_eq!(results[2]["retry_after"], 1);
        assert!(results[0].get("redemption").is_none() && results[0].get("retry_after").is_none());
    }
}
