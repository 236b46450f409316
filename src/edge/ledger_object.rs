//! The Durable Object: one ledger shard, with its SQLite.

use std::cell::RefCell;

use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::worker_sys::DurableObjectState;
use worker::{Result, SqlStorage, SqlStorageValue, State};

use super::clock;
use crate::ledger::database::{Cell, Database, Executed, Row, Value};
use crate::ledger::schema::SchemaError;
use crate::ledger::shard::ShardError;
use crate::ledger::{Call, LedgerShard};

/// One ledger shard. The platform runs at most one instance of it in the world, one event at a
/// time while no I/O is awaited, and holds back what it answers until what it wrote is durable.
#[wasm_bindgen]
pub struct LedgerObject {
    state: State,
    // None while it cannot be opened: an object cannot be refused its making, and what kept it
    // from opening may pass.
    shard: RefCell<Option<LedgerShard<ObjectStorage>>>,
}

#[wasm_bindgen]
impl LedgerObject {
    /// The shard whose storage this is.
    #[wasm_bindgen(constructor)]
    pub fn new(state: DurableObjectState) -> Self {
        let state = State::from(state);
        let shard = RefCell::new(open(&state).ok());
        Self { state, shard }
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
            match open(&self.state) {
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
            Err(ShardError::Database(why)) => (503, why.to_string()),
            Err(why) => (500, format!("{why:?}")),
        }
    }
}

fn open(
    state: &State,
) -> std::result::Result<LedgerShard<ObjectStorage>, SchemaError<worker::Error>> {
    LedgerShard::open(ObjectStorage(state.storage().sql()))
}

/// The object's SQLite.
#[derive(Debug)]
struct ObjectStorage(SqlStorage);

impl Database for ObjectStorage {
    type Error = worker::Error;

    fn run(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<Executed> {
        let parameters = parameters.iter().map(|value| match *value {
            Value::Null => SqlStorageValue::Null,
            // Below 2⁵³ by the types of the core, so the float that it becomes is exact.
            Value::Integer(number) => SqlStorageValue::Float(number as f64),
            Value::Blob(bytes) => SqlStorageValue::Blob(bytes.to_vec()),
            Value::Text(text) => SqlStorageValue::String(text.to_owned()),
        });
        let cursor = self.0.exec(sql, parameters.collect::<Vec<_>>())?;
        let rows = cursor.raw().map(|row| row?.into_iter().map(cell).collect());
        let rows = rows.collect::<Result<Vec<Row>>>()?;
        let rows_written = u32::try_from(cursor.rows_written()).unwrap_or(u32::MAX);
        Ok(Executed { rows, rows_written })
    }
}

fn cell(value: SqlStorageValue) -> Result<Cell> {
    match value {
        SqlStorageValue::Null => Ok(Cell::Null),
        SqlStorageValue::Integer(number) => Ok(Cell::Integer(number)),
        SqlStorageValue::String(text) => Ok(Cell::Text(text)),
        SqlStorageValue::Blob(bytes) => Ok(Cell::Blob(bytes)),
        SqlStorageValue::Boolean(_) | SqlStorageValue::Float(_) => {
            Err(worker::Error::from("a type that the ledger does not store"))
        }
    }
}
