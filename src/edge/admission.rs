//! The places of this instance, and giving them back.

use std::cell::RefCell;

use super::clock;
use crate::admission::{Admission, CallLease, Ended, Lease};
use crate::campaign::Shard;
use crate::refusal::Fault;
use crate::time::Timestamp;

/// Room for bodies and for calls to the ledger.
#[derive(Default)]
pub(super) struct Places(RefCell<Admission>);

/// A body that is being read; the place is free again when this goes.
pub(super) struct BodyPlace<'a> {
    places: &'a Places,
    lease: Option<Lease>,
}

/// A call that is under way; the place is free again when this goes.
pub(super) struct CallPlace<'a> {
    places: &'a Places,
    shard: Shard,
    lease: Option<CallLease>,
    since: Timestamp,
}

impl Places {
    /// Room to read a body.
    pub(super) fn body(&self) -> Result<BodyPlace<'_>, Fault> {
        match self.0.borrow_mut().body(clock::now()) {
            Some(lease) => Ok(BodyPlace { places: self, lease: Some(lease) }),
            None => Err(overloaded("no room for another request")),
        }
    }

    /// Room for a call to this shard.
    pub(super) fn call(&self, shard: Shard) -> Result<CallPlace<'_>, Fault> {
        let since = clock::now();
        match self.0.borrow_mut().call(shard, since) {
            Some(lease) => Ok(CallPlace { places: self, shard, lease: Some(lease), since }),
            None => Err(overloaded("no room for another call to the shard")),
        }
    }
}

impl CallPlace<'_> {
    /// The shard that the place is for.
    pub(super) fn shard(&self) -> Shard {
        self.shard
    }

    /// Whether the shard answered, and how long it took, tells how many calls may wait for it.
    pub(super) fn ended(mut self, answered: bool) {
        let now = clock::now();
        let how = match answered {
            true => Ended::After(now.millis_since(self.since)),
            false => Ended::Lost,
        };
        if let Some(lease) = self.lease.take() {
            self.places.0.borrow_mut().call_ended(lease, Some(how), now);
        }
    }
}

impl Drop for BodyPlace<'_> {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            self.places.0.borrow_mut().body_ended(lease);
        }
    }
}

impl Drop for CallPlace<'_> {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            self.places.0.borrow_mut().call_ended(lease, None, clock::now());
        }
    }
}

/// Those who are turned away together do not come back together: in 1 to 4 s.
fn overloaded(what: &'static str) -> Fault {
    let mut chance = [0];
    // Without randomness they come back in step, and some are turned away again.
    let _ = getrandom::fill(&mut chance);
    let [chance] = chance;
    Fault::Overloaded { what, retry_after_s: 1 + chance % 4 }
}
