//! The policies in this instance's memory, and fetching them from KV.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use futures_util::future::join;
use worker::js_sys::Reflect;
use worker::{Context, Env};

use super::log::{Log, event};
use super::{clock, platform};
use crate::campaign::CampaignId;
use crate::policy::{CampaignPolicy, Freshness, Held, Policy, PolicyKeys, ShopsPolicy, open};
use crate::refusal::Fault;
use crate::time::Timestamp;

/// The binding of the KV namespace.
const KV: &str = "POLICY";

/// A KV that takes longer counts as out of reach.
const KV_TIMEOUT_MS: u32 = 2000;

/// The policies in memory. Bounded: only campaigns that have a key are asked for.
pub(super) struct Policies {
    campaigns: Rc<Memory<CampaignPolicy>>,
    shops: Rc<Memory<ShopsPolicy>>,
}

/// One kind of them, by KV key. Shared with refreshes that outlive the request behind which they
/// run.
struct Memory<P> {
    keys: PolicyKeys,
    held: RefCell<HashMap<String, Held<P>>>,
}

/// The request on whose behalf a policy is looked up.
#[derive(Clone, Copy)]
pub(super) struct Behalf<'a> {
    pub(super) env: &'a Env,
    pub(super) context: &'a Context,
    pub(super) log: &'a Log,
}

impl Policies {
    /// Nothing in memory yet.
    pub(super) fn new(keys: PolicyKeys) -> Self {
        Self { campaigns: Rc::new(Memory::new(keys.clone())), shops: Rc::new(Memory::new(keys)) }
    }

    /// The campaign's policy in force.
    pub(super) async fn campaign(
        &self,
        campaign: CampaignId,
        behalf: Behalf<'_>,
    ) -> Result<Rc<CampaignPolicy>, Fault> {
        self.campaigns.current(&CampaignPolicy::kv_key_of(campaign), behalf).await
    }

    /// The shops' policy in force.
    pub(super) async fn shops(&self, behalf: Behalf<'_>) -> Result<Rc<ShopsPolicy>, Fault> {
        self.shops.current(ShopsPolicy::KV_KEY, behalf).await
    }

    /// Fetches both at once, because a shard has seen a newer one.
    pub(super) async fn refresh(&self, campaign: CampaignId, behalf: Behalf<'_>) {
        let kv_key = CampaignPolicy::kv_key_of(campaign);
        behalf.log.kv_read();
        behalf.log.kv_read();
        join(
            self.campaigns.refresh(&kv_key, behalf.env),
            self.shops.refresh(ShopsPolicy::KV_KEY, behalf.env),
        )
        .await;
    }
}

impl<P: Policy + 'static> Memory<P> {
    fn new(keys: PolicyKeys) -> Self {
        Self { keys, held: RefCell::default() }
    }

    async fn current(self: &Rc<Self>, kv_key: &str, on: Behalf<'_>) -> Result<Rc<P>, Fault> {
        let now = clock::now();
        match self.freshness(kv_key, now) {
            Freshness::Fresh => {}
            Freshness::RefreshBehind => {
                on.log.kv_read();
                self.asking(kv_key, now);
                let (memory, env, kv_key) = (Rc::clone(self), on.env.clone(), kv_key.to_owned());
                on.context.wait_until(async move { memory.refresh(&kv_key, &env).await });
            }
            Freshness::RefreshFirst => {
                on.log.kv_read();
                self.refresh(kv_key, on.env).await;
            }
        }
        let held = self.held.borrow();
        held.get(kv_key)
            .and_then(|held| held.in_force(clock::now()))
            .ok_or_else(|| Fault::Busy(format!("no {kv_key} in force")))
    }

    fn freshness(&self, kv_key: &str, now: Timestamp) -> Freshness {
        let held = self.held.borrow();
        held.get(kv_key).map_or(Freshness::RefreshFirst, |held| held.freshness(now))
    }

    fn asking(&self, kv_key: &str, now: Timestamp) {
        if let Some(held) = self.held.borrow_mut().get_mut(kv_key) {
            held.asking(now);
        }
    }

    /// Asks KV once. What cannot be used leaves the last good one in place and a line in the log.
    async fn refresh(&self, kv_key: &str, env: &Env) {
        self.asking(kv_key, clock::now());
        let taken = match fetch(kv_key, env).await {
            Ok(published) => self.take(kv_key, &published),
            Err(why) => Err(why),
        };
        if let Err(why) = taken {
            event("policy-not-taken", clock::now(), kv_key, &why);
            if let Some(held) = self.held.borrow_mut().get_mut(kv_key) {
                held.asked_in_vain();
            }
        }
    }

    fn take(&self, kv_key: &str, published: &str) -> Result<(), String> {
        let policy = open::<P>(kv_key, published, &self.keys).map_err(|why| why.to_string())?;
        let now = clock::now();
        let mut memory = self.held.borrow_mut();
        match memory.get_mut(kv_key) {
            Some(held) => held.replace(policy, now).map_err(|why| why.to_string()),
            None => {
                memory.insert(kv_key.to_owned(), Held::new(policy, now));
                Ok(())
            }
        }
    }
}

async fn fetch(kv_key: &str, env: &Env) -> Result<String, String> {
    let namespace = Reflect::get(env, &KV.into()).map_err(|_| format!("{KV} is not bound"))?;
    match platform::published(&namespace, kv_key, KV_TIMEOUT_MS).await {
        Ok(Some(published)) => Ok(String::from(published)),
        Ok(None) => Err("nothing is published".to_owned()),
        Err(why) => Err(format!("KV: {}", platform::reason(&why))),
    }
}
