//! Whose journal an entry is in.

use serde::{Deserialize, Serialize};

use crate::campaign::Shard;
use crate::money::Currency;
use crate::object::objects;

/// The shard whose journal it is, and the currency of its amounts: a campaign's never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Origin {
    /// The shard.
    pub shard: Shard,
    /// The currency.
    pub currency: Currency,
}

objects!(Origin);

/// Which life of a shard: 1 at first, one more each time that it goes on from a backup. Sequence
/// numbers after the backup are then given a second time, to other entries.
pub type Incarnation = u32;
