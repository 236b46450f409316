//! The port to SQLite, through `rusqlite`.

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};

use crate::ledger::database::{Cell, Database, Executed, Value};

#[derive(Debug)]
pub(crate) struct Sqlite(pub(crate) Connection);

impl Sqlite {
    pub(crate) fn in_memory() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        // A plan does not depend on the values bound: without this each statement is parsed anew.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).unwrap();
        Self(connection)
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            // As a floating point number, because that is how the edge binds it.
            Value::Integer(number) => ValueRef::Real(*number as f64),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

impl Database for Sqlite {
    type Error = rusqlite::Error;

    fn run(&mut self, sql: &str, parameters: &[Value<'_>]) -> rusqlite::Result<Executed> {
        let mut statement = self.0.prepare_cached(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
        let mut executed = Executed::default();
        while let Some(row) = rows.next()? {
            let cells = (0..columns).map(|column| {
                Ok(match row.get_ref(column)? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(number) => Cell::Integer(number),
                    ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
                    ValueRef::Text(text) => Cell::Text(String::from_utf8(text.to_vec()).unwrap()),
                    ValueRef::Real(number) => panic!("a floating point number: {number}"),
                })
            });
            executed.rows.push(cells.collect::<rusqlite::Result<_>>()?);
        }
        Ok(executed)
    }
}
