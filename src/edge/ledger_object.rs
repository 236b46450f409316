//! The Durable Object: one ledger shard, with its SQLite.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use worker::js_sys;
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;

use super::object_storage::ObjectStorage;
use super::shipping::{self, Shipper};
use super::{clock, log};
use crate::journal::Origin;
use crate::ledger::schema::SchemaError;
use crate::ledger::shard::ShardError;
use crate::ledger::{Call, LedgerShard};

/// One ledger shard. The platform runs at most one instance of it in the world, one event at a
/// time while no I/O is awaited, and holds back what it answers until what it wrote is durable.
#[wasm_bindgen]
pub struct LedgerObject {
    sql: JsValue,
    // None while it cannot be opened: an object cannot be refused its making, and what kept it
    // from opening may pass.
    shard: shipping::Shard,
    shipper: Shipper,
    /// Whether entries came since the last look at what is to be shipped, and whose.
    unsent: Cell<bool>,
    origin: Cell<Option<Origin>>,
}

#[wasm_bindgen]
impl LedgerObject {
    /// The shard whose SQLite this is.
    #[wasm_bindgen(constructor)]
    pub fn new(sql: JsValue, env: JsValue) -> Self {
        let shard = Rc::new(RefCell::new(open(&sql).ok()));
        let shipper = Shipper::new(Rc::clone(&shard), env);
        // What was not shipped when the last instance ended has to be.
        Self { sql, shard, shipper, unsent: Cell::new(true), origin: Cell::default() }
    }

    /// Takes a [`Call`], gives a status, a space, and with status 200 a
    /// [`Reply`](crate::ledger::Reply), else why not. Nothing is awaited, so no other call comes in
    /// between.
    pub fn handle(&self, call: &str) -> String {
        let (status, body) = self.answer(call);
        format!("{status} {body}")
    }

    /// Milliseconds until the entries that came since the last look are to be shipped; -1 if none
    /// came. An alarm is set only while there is none.
    pub fn due(&self) -> i32 {
        if !self.unsent.replace(false) {
            return -1;
        }
        if let Some(origin) = self.origin.take()
            && let Err(why) = self.shipper.outbox(|outbox| outbox.name(origin))
        {
            log::event("not-shipped", clock::now(), &origin.shard.object_name(), &why);
        }
        milliseconds(self.shipper.next())
    }

    /// Ships what is unsent. Gives the milliseconds until there is more to do; -1 if there is not.
    pub async fn ship(&self) -> i32 {
        milliseconds(self.shipper.ship(false).await)
    }

    /// Tells every consumer that it has all that there is until now, and what there is.
    pub async fn report(&self, origin: String) -> i32 {
        let named = serde_json::from_str::<Origin>(&origin).map_err(|why| why.to_string());
        let named = named.and_then(|origin| self.shipper.outbox(|outbox| outbox.name(origin)));
        if let Err(why) = named.and_then(|()| self.shipper.promise(clock::now())) {
            log::event("not-reported", clock::now(), &origin, &why);
        }
        milliseconds(self.shipper.ship(true).await)
    }
}

/// As JavaScript takes it.
fn milliseconds(wait: Option<u32>) -> i32 {
    wait.map_or(-1, |wait| i32::try_from(wait).unwrap_or(i32::MAX))
}

impl LedgerObject {
    fn answer(&self, call: &str) -> (u16, String) {
        let Some(call) = Call::parse(call.as_bytes()) else {
            return (400, "not a call of this version".to_owned());
        };
        let Ok(mut shard) = self.shard.try_borrow_mut() else {
            return (503, "in use".to_owned());
        };
        if shard.is_none() {
            match open(&self.sql) {
                Ok(opened) => *shard = Some(opened),
                Err(why) => return (503, format!("cannot be opened: {why:?}")),
            }
        }
        let Some(shard) = shard.as_mut() else {
            return (503, "not open".to_owned());
        };
        let origin = call.origin;
        match shard.handle(call, clock::now()) {
            Ok(reply) => {
                if reply.rows_written > 0 {
                    self.unsent.set(true);
                    self.origin.set(Some(origin));
                }
                match serde_json::to_string(&reply) {
                    Ok(reply) => (200, reply),
                    Err(why) => (500, why.to_string()),
                }
            }
            Err(ShardError::Database(why)) => (503, why),
            Err(why) => (500, format!("{why:?}")),
        }
    }
}

fn open(sql: &JsValue) -> Result<LedgerShard<ObjectStorage>, SchemaError<String>> {
    LedgerShard::open(ObjectStorage::new(sql.clone()))
}
