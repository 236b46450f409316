//! The Durable Object of some shops' statements, with its SQLite.

use std::cell::RefCell;

use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{JsError, JsValue};

use super::object_storage::ObjectStorage;
use crate::api::StatementBody;
use crate::journal::Parcel;
use crate::ledger::schema::SchemaError;
use crate::statement::{Book, Question};

/// The statements of some shops. What is taken is not acknowledged before it is durable: the platform
/// holds the answer back until then.
#[wasm_bindgen]
pub struct StatementObject {
    sql: JsValue,
    // None while it cannot be opened: an object cannot be refused its making, and what kept it
    // from opening may pass.
    book: RefCell<Option<Book<ObjectStorage>>>,
}

#[wasm_bindgen]
impl StatementObject {
    /// The statements whose SQLite this is.
    #[wasm_bindgen(constructor)]
    pub fn new(sql: JsValue) -> Self {
        let book = RefCell::new(open(&sql).ok());
        Self { sql, book }
    }

    /// Takes a [`Parcel`], gives a [`Received`](crate::journal::Received), both as JSON. Throws if
    /// it could not: the shard sends it again.
    pub fn receive(&self, parcel: &str) -> Result<String, JsError> {
        let parcel = Parcel::parse(parcel.as_bytes()).ok_or(JsError::new("not a parcel"))?;
        self.with_book(|book| book.receive(&parcel))
    }

    /// Takes a [`Question`], gives a [`StatementBody`], both as JSON. Throws if it could not.
    pub fn ask(&self, question: &str) -> Result<String, JsError> {
        let question = Question::parse(question);
        let question = question.ok_or(JsError::new("not a question of this version"))?;
        self.with_book(|book| {
            let report = book.ask(&question).map_err(|why| format!("{why:?}"))?;
            StatementBody::new(&question, report).map_err(str::to_owned)
        })
    }
}

impl StatementObject {
    /// Nothing is awaited, so no other call comes in between.
    fn with_book<T: serde::Serialize, E: std::fmt::Debug>(
        &self,
        work: impl FnOnce(&mut Book<ObjectStorage>) -> Result<T, E>,
    ) -> Result<String, JsError> {
        let failed = |why: &dyn std::fmt::Debug| JsError::new(&format!("{why:?}"));
        let mut book = self.book.try_borrow_mut().map_err(|why| failed(&why))?;
        if book.is_none() {
            *book = Some(open(&self.sql).map_err(|why| failed(&why))?);
        }
        let book = book.as_mut().ok_or(JsError::new("not open"))?;
        let answer = work(book).map_err(|why| failed(&why))?;
        serde_json::to_string(&answer).map_err(|why| failed(&why))
    }
}

fn open(sql: &JsValue) -> Result<Book<ObjectStorage>, SchemaError<String>> {
    Book::open(ObjectStorage::new(sql.clone()))
}
