//! The HTTP contract, version 1, without HTTP: calls come in as plain values, answers go out as
//! plain values.
//!
//! In scope: routes, strict reading of requests, answers and problem documents, and the OpenAPI
//! description made from the same tables. Out of scope: sockets and headers' casing, which
//! `edge` translates.

mod answer;
mod batch;
mod conflict;
mod incoming;
mod json;
mod outcome;
mod problem;
mod query;
mod receipt;
mod request;
mod route;
mod statement;

pub use answer::{Answer, CancelBody, CheckBody, HealthBody, RedemptionBody, Replay};
pub use batch::{BatchBody, BatchItem, BatchRequest, ItemBody};
pub use conflict::ConflictBody;
pub use incoming::{Incoming, split_url};
pub use outcome::{Redeemed, cancelled, checked, found, receipt, redeemed, redemption, reversed};
pub use problem::Problem;
pub use query::StatementRequest;
pub use receipt::{Receipt, ReceiptBody};
pub use request::{CancelRequest, CheckRequest, RedeemRequest, ReverseRequest};
pub use route::{Method, Route};
pub use statement::StatementBody;
