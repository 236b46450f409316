//! Steps 8 and 9 of a request's way: the policies and the ledger.

use std::rc::Rc;

use super::handler::{Desk, Stop, failed};
use super::{admission, clock, ledger_client};
use crate::campaign::Shard;
use crate::journal::Origin;
use crate::ledger::{Call, Command, IdempotencyKey, LedgerRefusal, Outcome};
use crate::order::Order;
use crate::policy::{AdmittedTill, CampaignPolicy};
use crate::refusal::{Fault, Refusal};
use crate::signature::AuthenticatedTill;
use crate::time::Timestamp;
use crate::token::VerifiedCoupon;

/// What the policies and the ledger say to a call.
pub(super) struct Consulted<T, O = Outcome> {
    pub(super) policy: Rc<CampaignPolicy>,
    pub(super) till: AdmittedTill,
    pub(super) outcome: O,
    /// What the policy was asked before the ledger.
    pub(super) judged: T,
}

/// What the ledger is asked about a redemption, and what the policy has against it. Replay comes
/// before policy: where that refuses, the ledger is asked for an earlier answer only.
pub(super) fn judge_redemption(
    policy: &CampaignPolicy,
    till: &AdmittedTill,
    key: &IdempotencyKey,
    coupon: &VerifiedCoupon,
    order: &Order,
    offline_at: Option<Timestamp>,
) -> (Command, Option<Refusal>) {
    match policy.judge_at(coupon, till, order, offline_at, clock::now()) {
        Ok(terms) => (Command::redeem(coupon, till, key, order, &terms), None),
        Err(refusal) => {
            (Command::recall(coupon, till, key, order, offline_at), Some(refusal.into()))
        }
    }
}

impl Desk<'_> {
    /// Judges by the policies and asks the ledger for one thing.
    pub(super) async fn consult<T>(
        &self,
        till: &AuthenticatedTill,
        shard: Shard,
        judge: impl Fn(&CampaignPolicy, &AdmittedTill) -> Result<(Command, T), Refusal>,
    ) -> Result<Consulted<T>, Stop> {
        let judge = |policy: &CampaignPolicy, till: &AdmittedTill| {
            judge(policy, till).map(|(command, judged)| (vec![command], judged))
        };
        let Consulted { policy, till, outcome, judged } =
            self.consult_on_all(till, shard, judge).await?;
        let outcome = outcome.into_iter().next();
        let outcome = outcome.ok_or_else(|| failed(Fault::Internal("no outcome".to_owned())))?;
        Ok(Consulted { policy, till, outcome, judged })
    }

    /// Judges by the policies and asks the ledger, for many things in one call; once more with fresh
    /// policies if the shard has seen newer ones.
    pub(super) async fn consult_on_all<T>(
        &self,
        till: &AuthenticatedTill,
        shard: Shard,
        judge: impl Fn(&CampaignPolicy, &AdmittedTill) -> Result<(Vec<Command>, T), Refusal>,
    ) -> Result<Consulted<T, Vec<Outcome>>, Stop> {
        let policies = &self.config.policies;
        let mut refreshed = false;
        loop {
            let policy =
                policies.campaign(shard.campaign(), self.behalf()).await.map_err(failed)?;
            let document = policy.document();
            self.offset.set(document.utc_offset_minutes);
            let till = policies.shops(self.behalf()).await.map_err(failed)?.admit(till)?;
            self.warn_of_end(document.valid_until);

            let origin = Origin { shard, currency: document.currency };
            let (commands, judged) = judge(&policy, &till)?;
            let call = Call::new(origin, policy.epochs(&till), commands);
            let call =
                call.ok_or_else(|| failed(Fault::Internal("no call has so many".to_owned())))?;
            let hint = document.location_hint;
            let place = admission::call(shard).map_err(failed)?;
            let reply = ledger_client::ask(self, place, hint, call).await;
            let outcome = reply.map_err(failed)?;
            let stale = Outcome::Refused(LedgerRefusal::PolicyStale);
            if outcome.contains(&stale) && !refreshed {
                policies.refresh(shard.campaign(), self.behalf()).await;
                refreshed = true;
                continue;
            }
            return Ok(Consulted { policy, till, outcome, judged });
        }
    }

    /// A policy that ends takes the campaign down with it: say so in time.
    fn warn_of_end(&self, valid_until: Timestamp) {
        const A_WEEK_MS: u64 = 7 * 24 * 3600 * 1000;
        if valid_until.millis_since(clock::now()) < A_WEEK_MS {
            self.log.note("policy_ends", valid_until.rfc3339());
        }
    }
}
