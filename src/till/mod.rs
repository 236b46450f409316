//! Tills: who may redeem, and the credential that proves it.
//!
//! No till is stored at the edge. A till's key id *is* its attributes, and its secret is derived
//! from the key id, so that a signature under it authenticates every attribute.
//!
//! Out of scope: the signature over a request ([`signature`](crate::signature)) and which tills are
//! suspended ([`policy`](crate::policy)).

mod credential;
mod keyid;

pub use credential::{PosRoots, TillKey};
pub use keyid::{KeyVersion, Till};
