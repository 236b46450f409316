//! A batch, as the checker sees it: each item is a call of its own, sent and answered when the batch
//! was. That the edge decides items in the order sent is more than is asked for here.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::cli::local::Issued;
use crate::cli::pos::Answered;
use crate::prove::history::{Ask, Asker, Order, Sale};

/// A redemption that a till wants, alone or among others.
pub(super) struct Item {
    /// The coupon's number in the campaign.
    pub(super) coupon: u64,
    pub(super) issued: Issued,
    /// Who wants it; the key is the item's `txn`.
    pub(super) by: Asker,
    pub(super) sale: Sale,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    results: Vec<ItemResult>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemResult {
    status: u16,
    redemption: Option<Value>,
    conflict: Option<Value>,
    problem: Option<Value>,
    #[serde(rename = "retry_after")]
    _retry_after: Option<u32>,
}

impl Item {
    /// What it asks, as a call of its own.
    pub(super) fn ask(&self) -> Ask {
        Ask::Redeem { by: self.by.clone(), sale: self.sale.clone() }
    }
}

/// The body of the call.
pub(super) fn body(items: &[Item]) -> Value {
    let items = items.iter().map(|item| {
        let mut fields = redemption(&item.issued, &item.sale.order);
        fields.insert("txn".to_owned(), json!(item.by.key));
        if let Some(at) = item.sale.offline_at {
            fields.insert("offline_at".to_owned(), json!(at.rfc3339()));
        }
        fields
    });
    json!({ "items": items.collect::<Vec<_>>() })
}

/// The body of a redemption alone.
pub(super) fn redemption(issued: &Issued, order: &Order) -> Map<String, Value> {
    let Order { amount, reference } = order;
    let mut fields = Map::new();
    fields.insert("token".to_owned(), json!(issued.token));
    fields.insert("order_amount".to_owned(), json!(amount));
    fields.insert("currency".to_owned(), json!("CNY"));
    if let Some(reference) = reference {
        fields.insert("order_ref".to_owned(), json!(reference));
    }
    fields
}

/// What each of so many items was answered, as if it had been asked alone.
///
/// # Errors
/// In words, what the contract does not allow.
pub(super) fn results(answered: &Answered, count: usize) -> Result<Vec<Answered>, String> {
    let wrong = |why: &str| format!("a batch, {why}: {} {}", answered.status, answered.body);
    match (answered.status, answered.replayed) {
        (200, false) => {
            let batch =
                Batch::deserialize(&answered.body).map_err(|why| wrong(&why.to_string()))?;
            if batch.results.len() != count {
                return Err(wrong(&format!("{count} items and other results")));
            }
            let results = batch.results.into_iter().map(|it| it.alone(&answered.request_id));
            results.collect::<Option<_>>().ok_or_else(|| wrong("a result that contradicts itself"))
        }
        // The whole call was turned away, or nobody knows how far it came.
        (401 | 500 | 503, false) => Ok(vec![answered.clone(); count]),
        _ => Err(wrong("a status that this call does not have")),
    }
}

impl ItemResult {
    fn alone(self, request_id: &str) -> Option<Answered> {
        let status = self.status;
        let body = match (self.redemption, self.conflict, self.problem) {
            (Some(redemption), None, None) if status < 300 => redemption,
            (None, Some(conflict), None) if status < 300 => json!({ "conflict": conflict }),
            (None, None, Some(problem)) if problem.get("status") == Some(&json!(status)) => problem,
            _ => return None,
        };
        Some(Answered { status, replayed: status == 200, request_id: request_id.to_owned(), body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: Value) -> Answered {
        Answered { status, replayed: false, request_id: String::new(), body }
    }

    /// Status, mark of a replay and a word of the body, for each item.
    fn read(status: u16, body: Value, count: usize) -> Result<Vec<(u16, bool, String)>, String> {
        let results = results(&answered(status, body), count)?;
        let word = |body: &Value| body["code"].as_str().unwrap_or("redemption").to_owned();
        Ok(results.iter().map(|it| (it.status, it.replayed, word(&it.body))).collect())
    }

    #[test]
    fn each_item_has_the_answer_that_it_would_have_had_alone() {
        let busy = json!({ "code": "busy", "status": 503 });
        let body = json!({ "results": [
            { "status": 201, "redemption": {} },
            { "status": 200, "redemption": {} },
            { "status": 503, "problem": busy, "retry_after": 1 },
        ] });
        let expected =
            [(201, false, "redemption"), (200, true, "redemption"), (503, false, "busy")];
        let expected = expected.map(|(status, replayed, word)| (status, replayed, word.to_owned()));
        assert_eq!(read(200, body, 3).unwrap(), expected);
        assert_eq!(read(503, busy, 2).unwrap(), vec![(503, false, "busy".to_owned()); 2]);
    }

    #[test]
    fn what_the_contract_does_not_know_is_not_read() {
        let one = |result: Value| json!({ "results": [result] });
        let good = json!({ "status": 201, "redemption": {} });
        let problem = json!({ "code": "already-redeemed", "status": 409 });
        assert!(read(200, one(good.clone()), 1).is_ok());
        let bad = [
            (200, one(good.clone()), 2, "a result too few"),
            (200, json!({ "results": [good, good] }), 1, "a result too many"),
            (200, json!({ "results": [], "more": 1 }), 0, "a field too many"),
            (200, one(json!({ "status": 201, "redemption": {}, "txn": "a" })), 1, "one within"),
            (200, one(json!({ "status": 201 })), 1, "neither this nor that"),
            (200, one(json!({ "status": 409, "redemption": {} })), 1, "a refused redemption"),
            (200, one(json!({ "status": 422, "problem": problem })), 1, "two statuses"),
            (200, one(json!({ "status": 409, "problem": problem, "redemption": {} })), 1, "both"),
            (409, problem.clone(), 1, "a refusal of an item, told of the whole call"),
            (201, one(good.clone()), 1, "another status"),
        ];
        for (status, body, count, what) in bad {
            assert!(read(status, body, count).is_err(), "{what}");
        }
        let replayed = Answered { replayed: true, ..answered(200, one(good)) };
        assert!(results(&replayed, 1).is_err(), "a batch has no replay of its own");
    }
}
