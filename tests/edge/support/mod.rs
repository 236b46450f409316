//! An issuer, an edge and its tills, for one test.

mod audit;
mod edge;
mod issuer;
mod request;
mod resign;
mod stand_in;
mod wire;

pub use edge::{Edge, KvMode};
pub use issuer::{Issuer, now_s, till_key};
pub use request::{Answer, Call, Till, item, order};
pub use stand_in::{Shards, StandIn};
pub use wire::{Sent, Wire, read_answer};
