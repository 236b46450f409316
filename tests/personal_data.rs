//! What is stored is what docs/security.md says is stored: nothing about a person comes in unnoticed.

#![allow(missing_docs, reason = "a test is nobody's library")]
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;

use coupon_edge::{counters, ledger, statement};
use rusqlite::Connection;

/// The columns of all tables that these migrations make, but for their own.
fn columns(migrations: &[&str]) -> BTreeSet<String> {
    let database = Connection::open_in_memory().unwrap();
    migrations.iter().for_each(|sql| database.execute_batch(sql).unwrap());
    let sql = "SELECT it.name FROM sqlite_schema, pragma_table_info(sqlite_schema.name) it \
               WHERE sqlite_schema.type = 'table'";
    let mut query = database.prepare(sql).unwrap();
    query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn every_column_that_is_stored_is_documented_and_no_other() {
    let stored: BTreeSet<String> =
        [ledger::schema::MIGRATIONS, statement::schema::MIGRATIONS, counters::MIGRATIONS]
            .into_iter()
            .flat_map(columns)
            .collect();
    let page = fs::read_to_string("docs/security.md").unwrap();
    let section = page.split("## Personal data").nth(1).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let first_cells = rows.filter_map(|row| row.split('|').nth(1));
    let named = first_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let documented: BTreeSet<String> = named.map(str::to_owned).collect();
    assert_eq!(stored, documented);
}
