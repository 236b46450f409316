//! The examples of requests, and what the edge's code answers them.

use anyhow::anyhow;
use serde_json::{Value, json};

use super::problems;
use super::sample::{ORDER_AMOUNT, Sample};
use super::signed::KEY;
use crate::api::{self, Answer, BatchBody, HealthBody, ItemBody, Route};
use crate::ledger::Outcome;
use crate::refusal::{Code, Fault, Refusal};

impl Sample {
    /// The bodies that a call is shown with, each with its name.
    pub(super) fn requests(&self, route: Route) -> Vec<(&'static str, Value)> {
        let (token, order_amount) = (&self.token, ORDER_AMOUNT);
        let full = || serde_json::from_str(&self.signed.body).unwrap_or_default();
        match route {
            Route::Check => vec![
                (
                    "with-order",
                    json!({ "token": token, "order_amount": order_amount, "currency": "CNY" }),
                ),
                ("without-order", json!({ "token": token })),
            ],
            Route::Redeem => vec![("redeem", full())],
            Route::Batch => vec![("two", self.batch())],
            Route::Cancel => vec![("cancel", json!({ "token": token, "redemption_key": KEY }))],
            Route::Reverse(_) => vec![("reverse", json!({}))],
            Route::Find(_) | Route::Health | Route::OpenApi | Route::Docs => Vec::new(),
        }
    }

    /// What the edge answers when all is well, each answer with its name.
    pub(super) fn answers(&self, route: Route) -> anyhow::Result<Vec<(&'static str, Answer)>> {
        let (shard, till, currency) = (self.shard(), &self.till, self.policy.document().currency);
        let redemption = || self.redemption.clone();
        let reversed = |replayed| {
            let (redemption, reversal) = (redemption(), self.reversal.clone());
            Outcome::Reversed { redemption, reversal, replayed }
        };
        let voided = |replayed| Outcome::Voided { entry: redemption(), replayed };
        let check = |order| api::checked(&self.coupon, &self.policy, order, till, Outcome::Free);
        let redeem = |replayed| {
            let outcome = Outcome::Redeemed { entry: redemption(), replayed };
            api::redeemed(shard, till, currency, outcome, None)
        };
        let reverse = |replayed| api::reversed(shard, till, currency, reversed(replayed));
        let cancel = |outcome| api::cancelled(shard, till, currency, outcome);
        let find = |reversal| {
            let outcome = Outcome::Found { redemption: redemption(), reversal };
            api::found(shard, till, currency, outcome)
        };
        let judged = match route {
            Route::Check => {
                vec![("with-order", check(Some(&self.order))), ("without-order", check(None))]
            }
            Route::Redeem => vec![("redeemed", redeem(false)), ("replayed", redeem(true))],
            Route::Batch => vec![("one-redeemed-one-refused", Ok(Ok(self.batch_answer()?)))],
            Route::Find(_) => {
                vec![("live", find(None)), ("reversed", find(Some(self.reversal.clone())))]
            }
            Route::Reverse(_) => vec![("reversed", reverse(false)), ("replayed", reverse(true))],
            Route::Cancel => vec![
                ("reversed", cancel(reversed(false))),
                ("voided", cancel(voided(false))),
                ("reversed-replayed", cancel(reversed(true))),
                ("voided-replayed", cancel(voided(true))),
            ],
            Route::Health => vec![("up", Ok(Ok(Answer::ok(&HealthBody::now()))))],
            Route::OpenApi | Route::Docs => Vec::new(),
        };
        judged.into_iter().map(|(name, judged)| Ok((name, granted(judged)?))).collect()
    }
}

impl Sample {
    /// Two coupons, the second one used already.
    fn batch(&self) -> Value {
        let item = |txn: &str, token: &str| json!({ "txn": txn, "token": token, "order_amount": ORDER_AMOUNT, "currency": "CNY" });
        json!({ "items": [item(KEY, &self.token), item("bill-4712", &self.other_token)] })
    }

    fn batch_answer(&self) -> anyhow::Result<Answer> {
        let outcome = Outcome::Redeemed { entry: self.redemption.clone(), replayed: false };
        let currency = self.policy.document().currency;
        let redemption = api::redemption(self.shard(), &self.till, currency, outcome, None);
        let (replay, redemption) = granted(redemption)?;
        let used = problems::example(Code::AlreadyRedeemed, self);
        let results = vec![ItemBody::redeemed(replay, redemption), ItemBody::problem(&used)];
        Ok(Answer::ok(&BatchBody::new(results)))
    }
}

fn granted<A>(judged: Result<Result<A, Refusal>, Fault>) -> anyhow::Result<A> {
    let answer = judged.map_err(|fault| anyhow!("an example: {}", fault.reason()))?;
    answer.map_err(|refusal| anyhow!("an example was refused: {refusal:?}"))
}
