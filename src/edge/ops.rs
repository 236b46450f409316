//! What an operator sees of the counters.

use futures_util::future::join_all;
use worker::js_sys::Reflect;
use worker::web_sys::Request;

use super::handler::{Desk, Stop};
use super::{clock, log, platform, tally};
use crate::api::Answer;
use crate::campaign::CampaignId;
use crate::counters::{self, Campaign, Said};

/// How long a campaign's counters have to answer, in milliseconds: less than Prometheus waits.
const PATIENCE_MS: u32 = 5_000;

impl Desk<'_> {
    /// The counters of every live campaign.
    ///
    /// 1. an operator's token: 401
    /// 2. what this instance refused goes to the counters first, so that it is among what they say
    /// 3. all counters are asked at once; who does not answer is shown as not up
    pub(super) async fn metrics(&self, request: &Request) -> Result<Answer, Stop> {
        // 1
        let authorization = request.headers().get("Authorization").ok().flatten();
        self.config.operators.admit(authorization.as_deref())?;

        // 2
        tally::pass_on(&self.env).await;

        // 3
        let campaigns = self.config.keyring.campaigns().into_iter().map(Some);
        let asked = [None].into_iter().chain(campaigns).map(|id| self.counters_of(id));
        Ok(Answer::metrics(counters::write(&join_all(asked).await)))
    }

    async fn counters_of(&self, id: Option<CampaignId>) -> Campaign {
        let name = counters::object_name(id);
        let said = self.ask_counters(&name).await;
        if let Err(why) = &said {
            log::event("counters-silent", clock::now(), &name, why);
        }
        Campaign { id, said: said.ok() }
    }

    async fn ask_counters(&self, name: &str) -> Result<Said, String> {
        let namespace = Reflect::get(&self.env, &"COUNTERS".into()).unwrap_or_default();
        let said = platform::show(&namespace, name, PATIENCE_MS).await;
        let said = String::from(said.map_err(|why| platform::reason(&why))?);
        // What is not the counters' own text says why there is none.
        serde_json::from_str(&said).map_err(|_| said)
    }
}
