//! An issuer, an edge and its tills, for one test.

mod archive;
mod audit;
mod edge;
mod feed;
mod issuer;
mod metrics;
mod request;
mod resign;
mod stand_in;
mod wire;

use std::time::Duration;

pub use archive::Archive;
pub use edge::{Edge, KvMode};
pub use issuer::{
    ARCHIVE_SEED, Issuer, RECEIPT_SEED, archive_public_keys, issuer_root, now_s, operator_token,
    till_key,
};
pub use metrics::Metrics;
pub use request::{Answer, Call, Till, item, order};
pub use stand_in::{Shards, StandIn};
pub use wire::{Sent, Wire, read_answer};

/// How long a test waits for what has to come: only one that fails waits for so long.
pub const PATIENCE: Duration = Duration::from_secs(90);
