//! The Durable Object: one ledger shard, with its SQLite.

use std::cell::RefCell;

use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;

use super::clock;
use super::object_storage::ObjectStorage;
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
    shard: RefCell<Option<LedgerShard<ObjectStorage>>>,
}

#[wasm_bindgen]
impl LedgerObject {
    /// The shard whose SQLite this is.
    #[wasm_bindgen(constructor)]
    pub fn new(sql: JsValue) -> Self {
        let shard = RefCell::new(open(&sql).ok());
        Self { sql, shard }
    }

    /// Takes a [`Call`], gives a status, a space, and with status 200 a
    /// [`Reply`](crate::ledger::Reply), else why not. Nothing is awaited, so no other call comes in
    /// between.
    pub fn handle(&self, call: &str) -> String {
        let (status, body) = self.answer(call);
        format!("{status} {body}")
    }
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
        match shard.handle(call, clock::now()) {
            Ok(reply) => match serde_json::to_string(&reply) {
                Ok(reply) => (200, reply),
                Err(why) => (500, why.to_string()),
            },
            Err(ShardError::Database(why)) => (503, why),
            Err(why) => (500, format!("{why:?}")),
        }
    }
}

fn open(sql: &JsValue) -> Result<LedgerShard<ObjectStorage>, SchemaError<String>> {
    LedgerShard::open(ObjectStorage::new(sql.clone()))
}
