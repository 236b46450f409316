//! The object's SQLite, as the ledger sees it.

use std::fmt::{self, Formatter};
use std::ptr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use worker::js_sys::{Array, JsString, Uint8Array};
use worker::wasm_bindgen::JsValue;

use super::platform;
use crate::ledger::database::{Cell, Database, Executed, Value};

/// The SQLite of a Durable Object.
#[derive(Debug)]
pub(super) struct ObjectStorage {
    sql: JsValue,
    /// The statements that were run, as the platform has them: a text that it knows already need
    /// not be carried over again.
    statements: Vec<(&'static str, JsString)>,
}

impl ObjectStorage {
    pub(super) fn new(sql: JsValue) -> Self {
        Self { sql, statements: Vec::new() }
    }

    fn statement(&mut self, sql: &'static str) -> JsString {
        let known = self.statements.iter().find(|(known, _)| ptr::eq(*known, sql));
        match known {
            Some((_, statement)) => statement.clone(),
            None => {
                let statement = JsString::from(sql);
                self.statements.push((sql, statement.clone()));
                statement
            }
        }
    }
}

impl Database for ObjectStorage {
    type Error = String;

    fn run(&mut self, sql: &'static str, parameters: &[Value<'_>]) -> Result<Executed, String> {
        let statement = self.statement(sql);
        let parameters = parameters.iter().map(|value| match *value {
            Value::Null => JsValue::NULL,
            // Below 2⁵³ by the types of the core, so the float that it becomes is exact.
            Value::Integer(number) => JsValue::from_f64(number as f64),
            Value::Blob(bytes) => Uint8Array::from(bytes).into(),
            Value::Text(text) => JsValue::from_str(text),
        });
        let executed = platform::run(&self.sql, &statement, &parameters.collect::<Array>())
            .map_err(|why| platform::reason(&why))?;
        let (rows_written, rows) = serde_json::from_str::<(u32, Vec<Vec<Column>>)>(&executed)
            .map_err(|why| format!("a row that the ledger does not store: {why}"))?;
        let row = |row: Vec<Column>| row.into_iter().map(|column| column.0).collect();
        Ok(Executed { rows: rows.into_iter().map(row).collect(), rows_written })
    }
}

/// A value of a row, as `platform.js` writes it.
struct Column(Cell);

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ColumnVisitor).map(Self)
    }
}

struct ColumnVisitor;

impl<'de> Visitor<'de> for ColumnVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("null, an integer, a text or bytes")
    }

    fn visit_unit<E: Error>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Cell, E> {
        Ok(Cell::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Cell, E> {
        i64::try_from(number).map(Cell::Integer).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut bytes: A) -> Result<Cell, A::Error> {
        let text = bytes.next_element::<&str>()?.unwrap_or_default();
        URL_SAFE_NO_PAD.decode(text).map(Cell::Blob).map_err(A::Error::custom)
    }
}
