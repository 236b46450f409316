//! Refusals that the instances passed on. In memory: they begin anew with the object.

use std::collections::BTreeMap;

use super::Counted;

/// How many kinds are counted apart: more than a campaign has chains that are refused often.
const MAX_KINDS: usize = 10_000;

/// Refusals of one campaign, by chain and code.
#[derive(Debug, Default)]
pub struct Refusals(BTreeMap<(u16, String), u64>);

impl Refusals {
    /// Adds what an instance counted. When there are too many kinds, further ones are counted
    /// without their chain.
    pub fn add(&mut self, Counted(counted): Counted) {
        for (chain, code, count) in counted {
            let mut kind = (chain, code);
            if self.0.len() >= MAX_KINDS && !self.0.contains_key(&kind) {
                kind.0 = 0;
            }
            let sum = self.0.entry(kind).or_default();
            *sum = sum.saturating_add(count);
        }
    }

    /// All of them: chain, code and how many.
    pub fn all(&self) -> Vec<(u16, String, u64)> {
        self.0.iter().map(|((chain, code), count)| (*chain, code.clone(), *count)).collect()
    }
}
