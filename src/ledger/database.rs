//! The port to SQLite: the Durable Object's at the edge, `rusqlite` in native tests.

/// A value bound to a parameter. Integers stay below 2⁵³, because the edge binds them as floating
/// point numbers; the columns are INTEGER in STRICT tables, which turns them back exactly.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// An absent text.
    Null,
    /// An integer.
    Integer(u64),
    /// Bytes.
    Blob(&'a [u8]),
    /// A text.
    Text(&'a str),
}

/// A value of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// NULL
    Null,
    /// INTEGER
    Integer(i64),
    /// BLOB
    Blob(Vec<u8>),
    /// TEXT
    Text(String),
}

/// One line of a result.
pub type Row = Vec<Cell>;

/// What a statement did.
#[derive(Clone, Debug, Default)]
pub struct Executed {
    /// What it returned.
    pub rows: Vec<Row>,
    /// Rows of tables and indexes that it wrote: what the platform bills.
    pub rows_written: u32,
}

/// Runs one statement to its end. Nothing else runs in between, and whoever waits for an answer
/// gets it only when what was written is durable: the platform's
/// [output gate](https://blog.cloudflare.com/durable-objects-easy-fast-correct-choose-three/).
pub trait Database {
    /// Why a statement failed. The ledger does not look into it: whoever asked learns that the
    /// outcome is unknown.
    type Error: std::fmt::Debug;

    /// Runs a statement with its parameters `?1`, `?2` …
    ///
    /// # Errors
    /// When the database does. The statement may or may not have taken effect.
    fn run(&mut self, sql: &'static str, parameters: &[Value<'_>])
    -> Result<Executed, Self::Error>;
}
