//! An issuer, an edge and its tills, for one test.

mod edge;
mod issuer;
mod request;

pub use edge::{Edge, KvMode};
pub use issuer::{Issuer, now_s, till_key};
pub use request::{Answer, Till};
