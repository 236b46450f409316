//! The Durable Object: one ledger shard, with its SQLite.

use std::cell::RefCell;

use worker::{
    DurableObject, Env, Request, Response, Result, SqlStorage, SqlStorageValue, State,
    durable_object,
};

use super::clock;
use crate::ledger::database::{Cell, Database, Executed, Row, Value};
use crate::ledger::schema::SchemaError;
use crate::ledger::shard::ShardError;
use crate::ledger::{Call, LedgerShard};

/// One ledger shard. The platform runs at most one instance of it in the world, one event at a
/// time while no I/O is awaited, and holds back what it answers until what it wrote is durable.
#[durable_object(fetch)]
pub struct LedgerObject {
    state: State,
    // None while it cannot be opened: an object cannot be refused its making, and what kept it
    // from opening may pass.
    shard: RefCell<Option<LedgerShard<ObjectStorage>>>,
}

impl DurableObject for LedgerObject {
    fn new(state: State, _env: Env) -> Self {
        let shard = RefCell::new(open(&state).ok());
        Self { state, shard }
    }

    /// Takes a [`Call`], gives a [`Reply`](crate::ledger::Reply).
    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Some(call) = Call::parse(&request.bytes().await?) else {
            return Response::error("not a call of this version", 400);
        };
        // From here to the reply nothing is awaited, so no other call comes in between.
        let Ok(mut shard) = self.shard.try_borrow_mut() else {
            return Response::error("in use", 503);
        };
        if shard.is_none() {
            match open(&self.state) {
                Ok(opened) => *shard = Some(opened),
                Err(why) => return Response::error(format!("cannot be opened: {why:?}"), 503),
            }
        }
        let Some(shard) = shard.as_mut() else {
            return Response::error("not open", 503);
        };
        match shard.handle(call, clock::now()) {
            Ok(reply) => Response::from_json(&reply),
            Err(ShardError::Database(why)) => Response::error(why.to_string(), 503),
            Err(why) => Response::error(format!("{why:?}"), 500),
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
