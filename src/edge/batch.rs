//! A batch: its coupons go to their shards, each shard is asked once, and every item gets the answer
//! that it would have got alone.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::consult::{Consulted, judge_redemption};
use super::handler::{Desk, Stop};
use crate::api::{self, Answer, BatchBody, BatchItem, BatchRequest, ItemBody, Problem};
use crate::campaign::Shard;
use crate::ledger::{IdempotencyKey, Outcome};
use crate::order::Order;
use crate::policy::{AdmittedTill, CampaignPolicy};
use crate::refusal::Refusal;
use crate::signature::AuthenticatedTill;
use crate::time::{Timestamp, UtcOffset};
use crate::token::VerifiedCoupon;

/// An item whose coupon is one.
struct Wanted {
    /// Where it stood in the batch.
    index: usize,
    txn: IdempotencyKey,
    coupon: VerifiedCoupon,
    order: Order,
    offline_at: Option<Timestamp>,
}

impl Desk<'_> {
    pub(super) async fn batch(
        &self,
        till: &AuthenticatedTill,
        body: &[u8],
    ) -> Result<Answer, Stop> {
        let items = BatchRequest::read(body)?.items;
        self.log.note("items", items.len());
        let mut results: Vec<_> = items.iter().map(|_| None).collect();
        let mut put = |(index, result): (usize, ItemBody)| {
            if let Some(place) = results.get_mut(index) {
                *place = Some(result);
            }
        };
        let mut shards = BTreeMap::<Shard, Vec<Wanted>>::new();
        for (index, item) in items.into_iter().enumerate() {
            match item.and_then(|item| self.wanted(index, item)) {
                Ok(wanted) => {
                    shards.entry(wanted.coupon.coupon().shard()).or_default().push(wanted);
                }
                Err(refusal) => {
                    let problem = Problem::of_refusal(&refusal, UtcOffset::default());
                    put((index, self.refused(None, &problem)));
                }
            }
        }
        let asked = shards.iter().map(|(shard, items)| self.of_shard(till, *shard, items));
        join_all(asked).await.into_iter().flatten().for_each(put);
        // Each item is in one of the lists, so none is lost here.
        let body = BatchBody::new(results.into_iter().flatten().collect());
        for (code, count) in body.tally() {
            self.log.note(code, count);
        }
        Ok(Answer::ok(&body))
    }

    /// The result of an item that was refused.
    fn refused(&self, shard: Option<Shard>, problem: &Problem) -> ItemBody {
        self.known.item_refused(shard.map(Shard::campaign), problem.code());
        ItemBody::problem(problem)
    }

    fn wanted(&self, index: usize, item: BatchItem) -> Result<Wanted, Refusal> {
        let coupon = self.config.verify(&item.redeem.token)?;
        let BatchItem { txn, redeem, offline_at } = item;
        Ok(Wanted { index, txn, coupon, order: redeem.order, offline_at })
    }

    /// The items of one shard. When it cannot answer, the other shards' items have their answers all
    /// the same.
    async fn of_shard(
        &self,
        till: &AuthenticatedTill,
        shard: Shard,
        items: &[Wanted],
    ) -> Vec<(usize, ItemBody)> {
        let judge = |policy: &CampaignPolicy, till: &AdmittedTill| {
            let judged = items.iter().map(|it| {
                judge_redemption(policy, till, &it.txn, &it.coupon, &it.order, it.offline_at)
            });
            Ok(judged.unzip())
        };
        match self.consult_on_all(till, shard, judge).await {
            Ok(consulted) => self.answers(shard, items, consulted),
            Err(stop) => {
                let problem = match stop {
                    Stop::Refused(refusal) => Problem::of_refusal(&refusal, UtcOffset::default()),
                    Stop::Failed(fault) => self.log.fault(&fault),
                };
                let refused = |item: &Wanted| (item.index, self.refused(Some(shard), &problem));
                items.iter().map(refused).collect()
            }
        }
    }

    fn answers(
        &self,
        shard: Shard,
        items: &[Wanted],
        consulted: Consulted<Vec<Option<Refusal>>, Vec<Outcome>>,
    ) -> Vec<(usize, ItemBody)> {
        let Consulted { policy, till, outcome: outcomes, judged } = consulted;
        let document = policy.document();
        let answers = items.iter().zip(outcomes.into_iter().zip(judged));
        let answers = answers.map(|(item, (outcome, judged))| {
            let redemption = api::redemption(shard, &till, document.currency, outcome, judged);
            let result = match redemption {
                Ok(Ok((replay, redeemed))) => ItemBody::recorded(replay, redeemed),
                Ok(Err(refusal)) => {
                    let problem = Problem::of_refusal(&refusal, document.utc_offset_minutes);
                    self.refused(Some(shard), &problem)
                }
                Err(fault) => self.refused(Some(shard), &self.log.fault(&fault)),
            };
            (item.index, result)
        });
        answers.collect()
    }
}
