//! How a shard records conflicts: sales at tills without a network, of coupons that were used
//! already.
//!
//! A conflict decides nothing for the coupon. It says that a shop gave the goods, so that settlement
//! can say who bears it (`docs/offline.md`).

use std::collections::HashMap;

use super::command::Redeem;
use super::database::{Database, Executed, Value};
use super::entry::ANSWER_VERSION;
use super::redeem::parameter;
use super::reply::{LedgerRefusal, Outcome, Reply};
use super::rule::{self, Finding};
use super::shard::{LedgerShard, ShardError, entries};
use super::statement;
use crate::policy::Epochs;
use crate::time::Timestamp;

impl<D: Database> LedgerShard<D> {
    /// Makes conflicts of those among the last outcomes, which are these requests', where the coupon
    /// was used and the goods are gone.
    pub(super) fn conflicts(
        &mut self,
        redeems: &[Redeem],
        epochs: Epochs,
        now: Timestamp,
        reply: &mut Reply,
    ) -> Result<(), ShardError<D::Error>> {
        let earlier = reply.outcomes.len().saturating_sub(redeems.len());
        let asked = redeems.iter().zip(reply.outcomes.iter_mut().skip(earlier));
        let mut gone: Vec<_> = asked
            .filter_map(|(redeem, outcome)| match outcome {
                Outcome::Refused(LedgerRefusal::AlreadyRedeemed { at, .. })
                    if redeem.offline_at.is_some() =>
                {
                    Some((redeem, *at, outcome))
                }
                _ => None,
            })
            .collect();
        if gone.is_empty() {
            return Ok(());
        }
        let requests: Vec<_> = gone.iter().map(|(redeem, ..)| (*redeem).clone()).collect();
        let executed = self.append_conflicts(&requests, epochs, now)?;
        reply.rows_written += executed.rows_written;
        let appended = entries(executed)?.into_iter().map(|entry| (entry.serial, entry));
        let mut appended: HashMap<_, _> = appended.collect();
        for (redeem, first, outcome) in &mut gone {
            **outcome = match appended.remove(&redeem.serial) {
                Some(entry) => Outcome::Conflict { entry, first: *first, replayed: false },
                None => {
                    let chain = self.chain(redeem.serial, Some(&redeem.by))?;
                    match rule::redeem_offline(&chain, redeem.by, redeem.fingerprint) {
                        Finding::Answer(outcome) => outcome,
                        Finding::Append(_) => return Err(ShardError::Contradiction),
                    }
                }
            };
        }
        Ok(())
    }

    fn append_conflicts(
        &mut self,
        redeems: &[Redeem],
        epochs: Epochs,
        now: Timestamp,
    ) -> Result<Executed, ShardError<D::Error>> {
        self.run(
            statement::CONFLICT,
            &[
                Value::Text(&parameter(redeems)),
                Value::Integer(now.millis()),
                Value::Integer(epochs.campaign.into()),
                Value::Integer(epochs.shops.into()),
                Value::Integer(ANSWER_VERSION.into()),
            ],
        )
    }
}
