//! When requests leave.

use rand::RngExt as _;
use rand::rngs::StdRng;

/// What a request waits for before it leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Arrivals {
    /// So many tills, each of which asks anew once it has its answer.
    Closed(usize),
    /// So many requests a second, whatever the answers.
    Open(f64),
}

/// How long after the one before somebody comes, where one comes in a unit of time on the average.
/// Customers know nothing of each other: gaps of a Poisson process.
pub(crate) fn gap(lots: &mut StdRng) -> f64 {
    -(1.0 - lots.random::<f64>()).ln()
}
