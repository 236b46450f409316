//! The Durable Object of a campaign's counters. It also asks the campaign's shards to report, those
//! too that nobody redeems at: so it is known until when there is nothing that was not shipped.

use std::cell::RefCell;

use futures_util::future::join_all;
use worker::js_sys::{self, Reflect};
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;

use super::object_storage::ObjectStorage;
use super::{clock, log, platform};
use crate::counters::{Backlog, MIGRATIONS, Progress, Refusals, Reports, Said, Totals};
use crate::journal::{Consumer, Parcel};
use crate::ledger::schema::migrate;

/// The counters of one campaign.
#[wasm_bindgen]
pub struct CounterObject {
    env: JsValue,
    totals: RefCell<Totals<ObjectStorage>>,
    reports: RefCell<Reports>,
    refusals: RefCell<Refusals>,
}

/// How long a shard has to report, in milliseconds.
const PATIENCE_MS: u32 = 30_000;

#[wasm_bindgen]
impl CounterObject {
    /// The counters whose SQLite this is.
    #[wasm_bindgen(constructor)]
    pub fn new(sql: JsValue, env: JsValue) -> Self {
        let counters = Self {
            env,
            totals: RefCell::new(Totals(ObjectStorage::new(sql))),
            reports: RefCell::default(),
            refusals: RefCell::default(),
        };
        // What the shards reported is forgotten. Whose they are is not: they are asked again.
        let origin = counters.totals().and_then(|mut totals| totals.origin()).ok().flatten();
        counters.reports.replace(Reports::of_campaign(origin));
        counters
    }

    /// Takes a parcel and how far the shard's consumers are, gives a
    /// [`Received`](crate::journal::Received), or why it could not be taken. Nothing is awaited.
    pub fn receive(&self, parcel: &str, progress: &str) -> String {
        self.take(parcel, progress).unwrap_or_else(|why| why)
    }

    /// Takes refusals that an instance counted.
    pub fn count(&self, counted: &str) {
        if let (Ok(counted), Ok(mut refusals)) =
            (serde_json::from_str(counted), self.refusals.try_borrow_mut())
        {
            refusals.add(counted);
        }
    }

    /// What there is to say, a [`Said`] as JSON, or why not.
    pub fn show(&self) -> String {
        match self.said() {
            Ok(said) => serde_json::to_string(&said).unwrap_or_default(),
            Err(why) => why,
        }
    }

    /// Milliseconds until the shards are to be asked to report; -1 if it is not known whose they are.
    pub fn wait(&self) -> i32 {
        let wait = self.reports.try_borrow().map_or(Some(1_000), |it| it.wait_ms(clock::now()));
        wait.map_or(-1, |wait| i32::try_from(wait).unwrap_or(i32::MAX))
    }

    /// Asks the shards that were silent for long.
    pub async fn ask(&self) {
        let silent = self.reports.try_borrow_mut().map(|mut it| it.silent(clock::now()));
        let Ok(namespace) = Reflect::get(&self.env, &"LEDGER".into()) else { return };
        let asked = silent.unwrap_or_default().into_iter().map(async |origin| {
            let name = origin.shard.object_name();
            let origin = serde_json::to_string(&origin).unwrap_or_default();
            if let Err(why) = platform::report(&namespace, &name, &origin, PATIENCE_MS).await {
                log::event("shard-silent", clock::now(), &name, &platform::reason(&why));
            }
        });
        join_all(asked).await;
    }
}

impl CounterObject {
    fn take(&self, parcel: &str, progress: &str) -> Result<String, String> {
        let parcel = Parcel::parse(parcel.as_bytes()).ok_or("not a parcel of this version")?;
        let progress: [Progress; 3] =
            serde_json::from_str(progress).map_err(|why| why.to_string())?;
        let mut totals = self.totals()?;
        let received = totals.receive(&parcel)?;
        let mut reports = self.reports.try_borrow_mut().map_err(|why| why.to_string())?;
        if reports.campaign().is_none() {
            totals.remember(parcel.origin)?;
        }
        reports.heard(parcel.origin, progress, clock::now());
        if let Some(newest) = parcel.entries.last() {
            reports.entry(newest.at);
        }
        serde_json::to_string(&received).map_err(|why| why.to_string())
    }

    fn said(&self) -> Result<Said, String> {
        let now = clock::now();
        let reports = self.reports.try_borrow().map_err(|why| why.to_string())?;
        let refusals = self.refusals.try_borrow().map_err(|why| why.to_string())?;
        let entries = self.totals()?.by_chain()?.into_iter();
        let entries = entries.map(|((chain, kind), sum)| (chain, kind.to_owned(), sum));
        let consumers = Consumer::ALL.map(|consumer| {
            let (unsent, oldest, complete) = reports.of(consumer);
            Backlog {
                consumer: consumer.name().to_owned(),
                entries: unsent,
                age_s: oldest.map_or(0, |at| now.millis_since(at) / 1000),
                complete_until: complete.map(|at| at.seconds()),
            }
        });
        let heard_of = reports.heard_of();
        Ok(Said {
            entries: entries.collect(),
            refusals: refusals.all(),
            consumers: if heard_of > 0 { consumers.to_vec() } else { Vec::new() },
            heard_of,
            silent_s: reports.oldest_report().map(|at| now.millis_since(at) / 1000),
        })
    }

    /// The totals, their tables brought up to date: that is done once, and reads little after that.
    fn totals(&self) -> Result<std::cell::RefMut<'_, Totals<ObjectStorage>>, String> {
        let mut totals = self.totals.try_borrow_mut().map_err(|why| why.to_string())?;
        migrate(&mut totals.0, MIGRATIONS).map_err(|why| format!("{why:?}"))?;
        Ok(totals)
    }
}
