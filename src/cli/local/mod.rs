//! The edge on this machine: the built Worker on workerd, its storage on disk, and a small server
//! that gives it policies in place of Workers KV.
//!
//! The same code starts the edge for `coupon dev` and for the tests, which kill it and take KV away.

mod kv;
mod workerd;

pub use kv::{KvAnswer, KvServer};
pub use workerd::{Start, Workerd, free_port};
