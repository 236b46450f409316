//! A shop's statement: what it redeemed on a day, in one place although the entries are in many.
//!
//! A consumer of the [`journal`](crate::journal): each shard sends it the entries of its shops, and
//! it keeps them by shop and time, so that a question goes to one object, however many shards there
//! are. Read in this order: [`bucket`] says which object, [`progress`] what it has of each shard,
//! [`book`] how it takes and answers, [`line`] and [`schema`] what is stored.
//!
//! In scope: taking parcels, each entry once whatever the network repeats, and adding up. Out of
//! scope: sending them (`edge`), and who may ask (`policy`).

pub mod book;
pub mod bucket;
pub mod cursor;
pub mod line;
pub mod progress;
pub mod question;
pub mod report;
pub mod schema;
mod sql;
#[cfg(test)]
mod tests;

pub use book::{Book, BookError};
pub use bucket::Bucket;
pub use cursor::{Cursor, Position};
pub use line::Line;
pub use question::{MAX_LINES, Period, Question};
pub use report::{Count, Report, Total};
