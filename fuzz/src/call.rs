//! The call that the Worker sends to a ledger shard.

use coupon_edge::ledger::Call;

use super::json;

/// The input is a call's JSON.
pub fn holds(data: &[u8]) {
    let Some(call) = Call::parse(data) else { return };
    json::accepted(data);
    let written = serde_json::to_vec(&call).expect("a call can be written");
    assert_eq!(Call::parse(&written), Some(call));
    json::assert_strict(&json::accepted(&written), |data| Call::parse(data).is_some());
}
