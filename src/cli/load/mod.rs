//! Load on an edge of this machine: tills that sign what they send, and their connections. Only
//! 127.0.0.1 is ever called.
//!
//! In scope: what goes over the wire. How much of it, and what is made of the answers, is `overload`'s
//! and `surge`'s.

mod arrivals;
mod connection;
pub(crate) mod places;
mod tills;

pub(crate) use arrivals::{Arrivals, gap};
pub(crate) use connection::{Answer, Connection};
pub(crate) use tills::{Ask, Tills};

/// The value below which so many of a hundred are; 0 of none.
pub(crate) fn percentile(mut values: Vec<f64>, percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = values.len().saturating_sub(1) * percent / 100;
    values.get(index).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_values() {
        let values = || (1..=101).rev().map(f64::from).collect::<Vec<_>>();
        assert_eq!([0, 50, 99, 100].map(|p| percentile(values(), p)), [1.0, 51.0, 100.0, 101.0]);
        assert_eq!(percentile(Vec::new(), 50), 0.0);
    }
}
