//! What the edge and this process take of the machine.

use std::time::{Duration, Instant};

use super::super::bench::cpu;
use super::edge::Edge;

/// What the processes had run at a moment.
pub(super) struct Reading {
    pub(super) at: Instant,
    run: [Duration; 2],
}

impl Reading {
    pub(super) fn now(edge: &Edge, at: Instant) -> anyhow::Result<Self> {
        Ok(Self { at, run: [cpu::of(&[edge.process()])?, cpu::of(&[std::process::id()])?] })
    }

    /// Shares of a core since then: of the edge, and of this process.
    pub(super) fn shares_since(&self, before: &Self) -> [f64; 2] {
        let took = (self.at - before.at).as_secs_f64().max(1e-3);
        let [edge, own] = self.run;
        let [edge_before, own_before] = before.run;
        [(edge, edge_before), (own, own_before)]
            .map(|(after, before)| after.saturating_sub(before).as_secs_f64() / took)
    }
}
