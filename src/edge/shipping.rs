//! Shipping a shard's journal, from its alarm: what is unsent goes to each consumer, and one that
//! fails holds up no other. Nothing here is on the way of a redemption.

mod archive;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_util::future::{join, join_all};
use worker::js_sys::Reflect;
use worker::wasm_bindgen::JsValue;

use super::object_storage::ObjectStorage;
use super::{clock, log, platform};
use crate::counters;
use crate::journal::outbox::OutboxError;
use crate::journal::{Consumer, Outbox, Parcel, Received, pace};
use crate::ledger::LedgerShard;
use crate::statement::Bucket;
use crate::time::Timestamp;

/// A shard that is opened when it can be.
pub(super) type Shard = Rc<RefCell<Option<LedgerShard<ObjectStorage>>>>;

/// What ships a shard's journal.
pub(super) struct Shipper {
    shard: Shard,
    env: JsValue,
    /// Until when it is at work, unless it gets further meanwhile; in milliseconds.
    busy_until: Cell<u64>,
    /// Whether it is known how far the archive goes.
    looked: Cell<bool>,
    /// How often each consumer failed in a row, in the order of [`Consumer::ALL`].
    failures: [Cell<u32>; 3],
}

/// Most entries of a parcel, and most parcels in a row: then others get their turn.
const PARCEL: usize = 1_000;
const IN_A_ROW: usize = 50;

/// How long a consumer has for a parcel or a segment, in milliseconds.
const PATIENCE_MS: u32 = 20_000;

/// How long a shipment is at work that was not heard of, in milliseconds. The platform may give up an
/// event half-way, and then nothing of it ever comes back, not even its end.
const LEASE_MS: u64 = PATIENCE_MS as u64 + 10_000;

impl Shipper {
    pub(super) fn new(shard: Shard, env: JsValue) -> Self {
        Self {
            shard,
            env,
            busy_until: Cell::default(),
            looked: Cell::default(),
            failures: Default::default(),
        }
    }

    /// Ships what is unsent; to the archive also segments that are not full if they waited long
    /// enough, or if `all` is to go. Gives the milliseconds until there is more to do, if there is.
    pub(super) async fn ship(&self, all: bool) -> Option<u32> {
        if clock::now().millis() < self.busy_until.get() {
            return Some(1_000);
        }
        self.goes_on();
        // Before anything is sent: who was put back to a backup would give numbers a second time.
        let looked = self.look().await;
        let archive = async {
            looked?;
            self.archive(all).await
        };
        let archive = self.judged(Consumer::Archive, archive);
        let statements = self.judged(Consumer::Statements, self.statements());
        join(archive, statements).await;
        // Last, because it also tells how far the others are.
        self.judged(Consumer::Counters, self.counters()).await;
        self.busy_until.set(0);
        self.next()
    }

    fn goes_on(&self) {
        self.busy_until.set(clock::now().millis() + LEASE_MS);
    }

    /// When the next alarm is due.
    pub(super) fn next(&self) -> Option<u32> {
        let now = clock::now();
        let waits = Consumer::ALL.iter().zip(&self.failures).filter_map(|(consumer, failures)| {
            let (campaign, oldest) = self
                .outbox(|outbox| {
                    let head = *consumer == Consumer::Archive && outbox.head_is_due()?;
                    let oldest = outbox.progress(*consumer)?.oldest.or(head.then_some(now));
                    Ok(outbox.journal()?.zip(oldest))
                })
                .map(|found| found.map(|(it, oldest)| (it.origin.shard.campaign(), oldest)))
                .unwrap_or(None)?;
            if failures.get() > 0 {
                return Some(pace::backoff_ms(failures.get()));
            }
            let due = match consumer {
                Consumer::Archive => pace::segment_delay_ms(campaign),
                Consumer::Statements | Consumer::Counters => pace::delay_ms(campaign).into(),
            };
            let wait = due.saturating_sub(now.millis_since(oldest));
            Some(u32::try_from(wait).unwrap_or(u32::MAX).max(1))
        });
        waits.min()
    }

    async fn judged(&self, consumer: Consumer, work: impl Future<Output = Result<(), String>>) {
        let done = work.await;
        let place = Consumer::ALL.iter().position(|it| *it == consumer).unwrap_or_default();
        let Some(failures) = self.failures.get(place) else { return };
        match done {
            Ok(()) => failures.set(0),
            Err(why) => {
                failures.set(failures.get().saturating_add(1));
                log::event("shipping-failed", clock::now(), consumer.name(), &why);
            }
        }
    }

    /// The shops' statements: each object gets the entries of its shops.
    async fn statements(&self) -> Result<(), String> {
        self.parcels(Consumer::Statements, async |parcel| {
            let namespace = self.binding("STATEMENT")?;
            let sent = Bucket::split(&parcel).map(async |(bucket, parcel)| {
                let name = bucket.object_name();
                let parcel = serde_json::to_string(&parcel).map_err(|why| why.to_string())?;
                received(platform::deliver(&namespace, &name, &parcel, None, PATIENCE_MS).await)
            });
            let mut least = None::<u64>;
            for said in join_all(sent).await {
                if let Received::Behind { has } = said? {
                    least = Some(least.map_or(has, |least| least.min(has)));
                }
            }
            Ok(least.map_or(Received::Taken, |has| Received::Behind { has }))
        })
        .await
    }

    /// The campaign's counters, with how far each consumer is.
    async fn counters(&self) -> Result<(), String> {
        self.parcels(Consumer::Counters, async |parcel| {
            let namespace = self.binding("COUNTERS")?;
            let name = counters::object_name(Some(parcel.origin.shard.campaign()));
            let progress = self.outbox(|outbox| {
                let [archive, statements, _] = Consumer::ALL;
                let archive = outbox.progress(archive)?;
                let statements = outbox.progress(statements)?;
                // With this parcel.
                let mut counters = outbox.progress(Consumer::Counters)?;
                counters.unsent = outbox.tip()?.0.saturating_sub(parcel.until);
                counters.oldest = counters.oldest.filter(|_| counters.unsent > 0);
                counters.complete_until = parcel.complete_until;
                Ok([archive, statements, counters])
            })?;
            let progress = serde_json::to_string(&progress).map_err(|why| why.to_string())?;
            let parcel = serde_json::to_string(&parcel).map_err(|why| why.to_string())?;
            received(
                platform::deliver(&namespace, &name, &parcel, Some(&progress), PATIENCE_MS).await,
            )
        })
        .await
    }

    /// Sends parcels until the consumer has all. One without entries goes out too, if it is the
    /// first: it says until when the consumer is complete.
    async fn parcels(
        &self,
        consumer: Consumer,
        send: impl AsyncFn(Parcel) -> Result<Received, String>,
    ) -> Result<(), String> {
        for turn in 0..IN_A_ROW {
            let Some(parcel) = self.outbox(|outbox| outbox.next_parcel(consumer, PARCEL))? else {
                return Ok(());
            };
            let (after, until) = (parcel.after, parcel.until);
            if turn > 0 && after == until {
                return Ok(());
            }
            self.goes_on();
            let has = match send(parcel).await? {
                Received::Taken => until,
                Received::Behind { has } => has,
            };
            if has != after {
                self.outbox(|outbox| outbox.has(consumer, has))?;
            }
        }
        Ok(())
    }

    /// Says that no entry will get a time of before now.
    pub(super) fn promise(&self, now: Timestamp) -> Result<(), String> {
        let mut shard = self.shard.try_borrow_mut().map_err(|_| "in use".to_owned())?;
        let shard = shard.as_mut().ok_or("not open")?;
        shard.promise(now).map_err(|why| format!("{why:?}"))
    }

    pub(super) fn outbox<T>(
        &self,
        ask: impl FnOnce(&mut Outbox<'_, ObjectStorage>) -> Result<T, OutboxError<String>>,
    ) -> Result<T, String> {
        let mut shard = self.shard.try_borrow_mut().map_err(|_| "in use".to_owned())?;
        let shard = shard.as_mut().ok_or("not open")?;
        ask(&mut shard.outbox()).map_err(|why| format!("{why:?}"))
    }

    fn binding(&self, name: &str) -> Result<JsValue, String> {
        let bound = Reflect::get(&self.env, &name.into()).unwrap_or_default();
        if bound.is_undefined() { Err(format!("{name} is not bound")) } else { Ok(bound) }
    }
}

fn received(said: Result<worker::js_sys::JsString, JsValue>) -> Result<Received, String> {
    let said = String::from(said.map_err(|why| platform::reason(&why))?);
    serde_json::from_str(&said).map_err(|_| said)
}
