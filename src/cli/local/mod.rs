//! The edge on this machine: the built Worker on workerd, its storage on disk, and a small server
//! that gives it policies in place of Workers KV; another one keeps its archive in place of R2.
//!
//! The same code starts the edge for `coupon dev` and for the tests, which kill it and take KV away.
//!
//! One workerd is one thread, so there the Worker waits whenever the ledger does. Where that would
//! hide what is looked at, Worker and ledger run apart: two processes, HTTP in between.

mod issuer;
mod kv;
mod r2;
mod workerd;

pub(crate) use issuer::{Issued, Issuer, Published};
pub use kv::{KvAnswer, KvServer};
pub use r2::{R2Server, R2Trouble};
pub use workerd::{Start, Workerd, free_port};
