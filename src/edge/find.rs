//! A shop's own redemption: what the ledger has of it, as it is or signed.

use super::consult::Consulted;
use super::handler::{Desk, Stop, failed};
use crate::api::{self, Answer};
use crate::ledger::{Command, RedemptionId};
use crate::signature::AuthenticatedTill;

impl Desk<'_> {
    pub(super) async fn find(
        &self,
        till: &AuthenticatedTill,
        id: RedemptionId,
    ) -> Result<Answer, Stop> {
        let Consulted { policy, till, outcome, .. } = self.look_for(till, id).await?;
        let currency = policy.document().currency;
        Ok(api::found(id.shard(), &till, currency, outcome).map_err(failed)??)
    }

    pub(super) async fn receipt(
        &self,
        till: &AuthenticatedTill,
        id: RedemptionId,
    ) -> Result<Answer, Stop> {
        let Consulted { policy, till, outcome, .. } = self.look_for(till, id).await?;
        let (currency, keys) = (policy.document().currency, &self.config.receipt_keys);
        Ok(api::receipt(id.shard(), &till, currency, outcome, keys).map_err(failed)??)
    }

    async fn look_for(
        &self,
        till: &AuthenticatedTill,
        id: RedemptionId,
    ) -> Result<Consulted<()>, Stop> {
        self.must_know(id.shard().campaign())?;
        self.consult(till, id.shard(), |_, till| Ok((Command::find(&id, till), ()))).await
    }
}
