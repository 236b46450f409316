//! What this instance refused, on its way to the counters. A till pays for one number in memory; what
//! is passed on goes behind an answer. What cannot be passed on is lost.

use std::cell::{Cell, RefCell};

use futures_util::future::join_all;
use worker::js_sys::Reflect;
use worker::{Context, Env};

use super::{clock, log, platform};
use crate::campaign::CampaignId;
use crate::counters::{Counted, Tally, object_name};
use crate::refusal::Code;
use crate::time::Timestamp;

/// How long counters have to take them, in milliseconds.
const PATIENCE_MS: u32 = 5_000;

thread_local! {
    static TALLY: RefCell<Tally> = RefCell::default();
}

/// Whose request it is, as far as it was proven: what a stranger only says is not counted for
/// anybody.
#[derive(Default)]
pub(super) struct Known {
    /// Of the till, once its signature is right; 0 for none, and for a stranger.
    pub(super) chain: Cell<u16>,
    /// Of the coupon, once its token is right, or of a redemption's id, once it is one of a live
    /// campaign.
    pub(super) campaign: Cell<Option<CampaignId>>,
}

impl Known {
    /// The request was refused.
    pub(super) fn refused(&self, code: Code) {
        refused(self.campaign.get(), self.chain.get(), code, clock::now());
    }

    /// An item of it was.
    pub(super) fn item_refused(&self, campaign: Option<CampaignId>, code: Code) {
        refused(campaign, self.chain.get(), code, clock::now());
    }
}

/// Counts one.
pub(super) fn refused(campaign: Option<CampaignId>, chain: u16, code: Code, now: Timestamp) {
    TALLY.with_borrow_mut(|tally| tally.refused(campaign, chain, code.meaning().code, now));
}

/// Passes on what was counted a while ago, after the answer.
pub(super) fn pass_on_if_due(env: &Env, context: &Context) {
    if TALLY.with_borrow(|tally| tally.is_due(clock::now())) {
        let env = env.clone();
        context.wait_until(async move { pass_on(&env).await });
    }
}

/// Passes on all that was counted.
pub(super) async fn pass_on(env: &Env) {
    let counted = TALLY.with_borrow_mut(Tally::take);
    let passed = counted.into_iter().map(async |(campaign, counted)| {
        let name = object_name(campaign);
        if let Err(why) = send(env, &name, &counted).await {
            log::event("refusals-not-counted", clock::now(), &name, &why);
        }
    });
    join_all(passed).await;
}

async fn send(env: &Env, name: &str, counted: &Counted) -> Result<(), String> {
    let namespace = Reflect::get(env, &"COUNTERS".into()).unwrap_or_default();
    let counted = serde_json::to_string(counted).map_err(|why| why.to_string())?;
    let sent = platform::count(&namespace, name, &counted, PATIENCE_MS).await;
    sent.map_err(|why| platform::reason(&why))
}
