//! The examples of requests, and what the edge's code answers them.

use anyhow::{Context as _, anyhow};
use serde_json::{Value, json};

use super::problems;
use super::sample::{OFFLINE_AT, ORDER_AMOUNT, Sample, offline_campaign};
use super::signed::KEY;
use super::statement;
use crate::api::{self, Answer, BatchBody, HealthBody, ItemBody, Redeemed, Replay, Route};
use crate::campaign::Shard;
use crate::ledger::{Entry, Kind, Outcome};
use crate::refusal::{Code, Fault, Refusal};
use crate::time::Timestamp;

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
            Route::Batch => vec![("three", self.batch())],
            Route::Cancel => vec![("cancel", json!({ "token": token, "redemption_key": KEY }))],
            Route::Reverse(_) => vec![("reverse", json!({}))],
            Route::Find(_)
            | Route::Receipt(_)
            | Route::Statement
            | Route::Health
            | Route::OpenApi
            | Route::Docs
            | Route::ReceiptKeys
            | Route::ArchiveKeys
            | Route::Metrics => Vec::new(),
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
        let receipt = |reversal| {
            let outcome = Outcome::Found { redemption: redemption(), reversal };
            api::receipt(shard, till, currency, outcome, &self.receipt_keys)
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
            Route::Receipt(_) => {
                vec![("live", receipt(None)), ("reversed", receipt(Some(self.reversal.clone())))]
            }
            Route::Reverse(_) => vec![("reversed", reverse(false)), ("replayed", reverse(true))],
            Route::Cancel => vec![
                ("reversed", cancel(reversed(false))),
                ("voided", cancel(voided(false))),
                ("reversed-replayed", cancel(reversed(true))),
                ("voided-replayed", cancel(voided(true))),
            ],
            Route::Statement => vec![("first-page", Ok(Ok(statement::example(self)?)))],
            Route::Health => vec![("up", Ok(Ok(Answer::ok(&HealthBody::now()))))],
            Route::ReceiptKeys | Route::ArchiveKeys => {
                vec![("one-key", Ok(Ok(Answer::key_set(self.receipt_keys.public()))))]
            }
            Route::OpenApi | Route::Docs | Route::Metrics => Vec::new(),
        };
        judged.into_iter().map(|(name, judged)| Ok((name, granted(judged)?))).collect()
    }
}

impl Sample {
    /// Three coupons, the second and the third used already; the third by a till without a network.
    fn batch(&self) -> Value {
        let item = |txn: &str, token: &str| json!({ "txn": txn, "token": token, "order_amount": ORDER_AMOUNT, "currency": "CNY" });
        let offline = json!({ "txn": "bill-4713", "token": self.offline_token, "order_amount": ORDER_AMOUNT, "currency": "CNY", "offline_at": OFFLINE_AT });
        json!({ "items": [item(KEY, &self.token), item("bill-4712", &self.other_token), offline] })
    }

    /// What becomes of the third item.
    fn conflict(&self) -> anyhow::Result<Redeemed> {
        let offline_at = Timestamp::parse_rfc3339(OFFLINE_AT);
        let entry = Entry { n: -1, kind: Kind::Conflict, offline_at, ..self.redemption.clone() };
        let first = Timestamp::from_millis(entry.at.millis() - 1_000_000);
        let shard = Shard::new(offline_campaign()?, self.shard().index()).context("no shard")?;
        let currency = self.policy.document().currency;
        let outcome = Outcome::Conflict { entry, first, replayed: false };
        let conflict = api::redemption(shard, &self.till, currency, outcome, None);
        Ok(granted(conflict)?.1)
    }

    fn batch_answer(&self) -> anyhow::Result<Answer> {
        let outcome = Outcome::Redeemed { entry: self.redemption.clone(), replayed: false };
        let currency = self.policy.document().currency;
        let redemption = api::redemption(self.shard(), &self.till, currency, outcome, None);
        let (replay, redemption) = granted(redemption)?;
        let used = problems::example(Code::AlreadyRedeemed, self);
        let conflict = self.conflict()?;
        let results = vec![
            ItemBody::recorded(replay, redemption),
            ItemBody::problem(&used),
            ItemBody::recorded(Replay::First, conflict),
        ];
        Ok(Answer::ok(&BatchBody::new(results)))
    }
}

fn granted<A>(judged: Result<Result<A, Refusal>, Fault>) -> anyhow::Result<A> {
    let answer = judged.map_err(|fault| anyhow!("an example: {}", fault.reason()))?;
    answer.map_err(|refusal| anyhow!("an example was refused: {refusal:?}"))
}
