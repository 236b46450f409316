//! What was found, and whether the edge held.

use super::record::Record;

/// How many times the sustainable load is offered.
pub(super) const FACTOR: f64 = 4.0;

/// What must be left of the best throughput.
const LEAST_RATIO: f64 = 0.8;

/// What the Worker's process may hold. A Worker of ten lines of JavaScript holds over 400 MiB with
/// 4,000 connections, most of it garbage that is not collected yet; an instance may have 128 MiB.
const MOST_RESIDENT: u64 = 1024 << 20;

/// How much more it may hold at the end of the overload than in the middle of it.
const MOST_GROWTH: f64 = 1.25;

/// What was found.
pub(super) struct Findings {
    /// How many tills at once gave the best throughput.
    pub(super) tills: usize,
    pub(super) sustained: Record,
    pub(super) overload: Record,
    /// Under overload, after the ledger had hung.
    pub(super) afterwards: Record,
    pub(super) strangers: Record,
    /// How often a stranger was cut off.
    pub(super) cut_off: u32,
    pub(super) resident_before: u64,
    /// Accepted redemptions that were asked for again after the kill.
    pub(super) verified: usize,
    /// Those of them without the same answer.
    pub(super) lost: usize,
}

impl Findings {
    /// Accepted calls a second when nobody asks for more than is answered.
    pub(super) fn sustainable(&self) -> f64 {
        self.sustained.median(|second| second.accepted)
    }

    /// Accepted calls a second under overload.
    pub(super) fn under_overload(&self) -> f64 {
        self.overload.median(|second| second.accepted)
    }

    /// How much of the sustainable load is left under overload.
    pub(super) fn ratio(&self) -> f64 {
        self.under_overload() / self.sustainable().max(1.0)
    }

    /// How much of the throughput under overload is back once the ledger has hung.
    pub(super) fn recovered(&self) -> f64 {
        let late = self.afterwards.seconds.len() / 2;
        let late = Record { seconds: self.afterwards.seconds.iter().skip(late).cloned().collect() };
        late.median(|second| second.accepted) / self.under_overload().max(1.0)
    }

    /// Accepted calls a second while strangers hold connections.
    pub(super) fn with_strangers(&self) -> f64 {
        self.strangers.median(|second| second.accepted)
    }

    /// What did not hold; empty when all did.
    pub(super) fn failed(&self) -> Vec<String> {
        let mut failed = Vec::new();
        let mut must = |holds: bool, what: String| {
            if !holds {
                failed.push(what);
            }
        };
        let ratio = self.ratio();
        must(ratio >= LEAST_RATIO, format!("{:.0} % of the throughput is left", ratio * 100.0));
        let recovered = self.recovered();
        must(
            recovered >= LEAST_RATIO,
            format!("{:.0} % is back after the ledger hung", recovered * 100.0),
        );
        let offered = self.strangers.median(|second| second.offered);
        let ratio = self.with_strangers() / offered.max(1.0);
        must(ratio >= LEAST_RATIO, format!("{:.0} % beside strangers", ratio * 100.0));
        let most = self.overload.most_resident().max(self.strangers.most_resident());
        must(most <= MOST_RESIDENT, format!("{} MiB of memory", most >> 20));
        let growth = self.overload.growth();
        must(
            growth <= MOST_GROWTH,
            format!("memory still grows, by {growth:.2} in the second half"),
        );
        must(self.verified > 0, "nothing was accepted".to_owned());
        must(self.lost == 0, format!("{} accepted redemptions are lost", self.lost));
        failed
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::Second;
    use super::*;

    fn steady(offered: u32, accepted: u32, resident: u64) -> Record {
        let second = Second { offered, accepted, resident, ..Second::default() };
        Record { seconds: vec![second; 10] }
    }

    fn good() -> Findings {
        Findings {
            tills: 16,
            sustained: steady(100, 100, 90 << 20),
            overload: steady(400, 80, 100 << 20),
            afterwards: steady(400, 64, 100 << 20),
            strangers: steady(50, 50, 100 << 20),
            cut_off: 0,
            resident_before: 80 << 20,
            verified: 1000,
            lost: 0,
        }
    }

    #[test]
    fn a_run_can_fail_in_each_way() {
        assert!(good().failed().is_empty());
        let spoilers: [fn(&mut Findings); 7] = [
            |it| it.overload = steady(400, 79, 100 << 20),
            |it| it.afterwards = steady(400, 63, 100 << 20),
            |it| it.strangers = steady(50, 39, 100 << 20),
            |it| it.strangers = steady(50, 50, 1025 << 20),
            |it| {
                for (second, more) in it.overload.seconds.iter_mut().zip(1..) {
                    second.resident += more << 23;
                }
            },
            |it| it.verified = 0,
            |it| it.lost = 1,
        ];
        for spoil in spoilers {
            let mut findings = good();
            spoil(&mut findings);
            assert_eq!(findings.failed().len(), 1, "{:?}", findings.failed());
        }
    }
}
