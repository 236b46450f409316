//! What a replay came to, and whether it held.

use super::plan::Plan;
use super::record::Record;
use super::tally::Standing;

/// This process was late by more than that: the run says more of it than of the edge. Milliseconds,
/// of all but one in a hundred requests.
const LATE_MS: f64 = 50.0;

/// A run, and all that is said of it.
pub(super) struct Findings {
    pub(super) plan: Plan,
    pub(super) seed: u64,
    pub(super) record: Record,
    pub(super) standing: Standing,
    /// The most memory that the edge held.
    pub(super) resident_bytes: u64,
}

impl Findings {
    /// What must not be, in words; nothing when it held.
    pub(super) fn failed(&self) -> Vec<String> {
        let Self { record, standing, .. } = self;
        let mut failed = Vec::new();
        if record.wrong > 0 {
            let first = record.first_wrong.join("\n  ");
            failed.push(format!("{} wrong answers, the first:\n  {first}", record.wrong));
        }
        for (count, what) in [
            (standing.twice, "coupons redeemed twice"),
            (standing.by_nobody, "coupons that everybody was refused and nobody had"),
            (standing.forged, "forged coupons redeemed"),
        ] {
            if count > 0 {
                failed.push(format!("{count} {what}"));
            }
        }
        if !record.adds_up() {
            failed.push("accepted, refused and given up are not what was asked".to_owned());
        }
        if record.accepted == 0 {
            failed.push("nothing was accepted".to_owned());
        }
        failed
    }

    /// Whether the generator was what was slow.
    pub(super) fn generator_was_late(&self) -> bool {
        self.record.late.per_mille(990) > LATE_MS
    }

    /// The share of a core over the whole run: of the edge, and of the generator.
    pub(super) fn shares(&self) -> [f64; 2] {
        let seconds = &self.record.seconds;
        let count = seconds.len().max(1) as f64;
        let edge: f64 = seconds.iter().map(|second| second.edge_share).sum();
        let own: f64 = seconds.iter().map(|second| second.own_share).sum();
        [edge / count, own / count]
    }

    /// Processor time of the edge for a request that went over the wire, in microseconds.
    pub(super) fn edge_us(&self) -> f64 {
        let [edge, _] = self.shares();
        edge * self.record.seconds.len() as f64 * 1e6 / self.record.tries.max(1) as f64
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::curve::Curve;
    use super::super::points::Point;
    use super::*;

    /// An hour with an order a second, ten times over, half of it, in a minute.
    pub(in crate::cli::surge::replay) fn plan() -> Plan {
        let points = [(0.0, 0.0), (1.0, 3600.0)].map(|(hours, orders)| Point {
            hours,
            orders,
            source: "a test".to_owned(),
        });
        let curve = Curve::through(&points).unwrap();
        Plan::new(curve, 10.0, 2, 60.0, (None, None)).unwrap()
    }

    /// A run of one request that was accepted, or the run that this makes of it.
    pub(in crate::cli::surge::replay) fn findings(change: impl FnOnce(&mut Findings)) -> Findings {
        let plan = plan();
        let mut record = Record::default();
        record.ask();
        record.send(Some(0.5));
        record.accept(2.0, true);
        record.close(60.0, 0, [0.5, 0.25]);
        let standing = Standing { once: 1, ..Standing::default() };
        let mut it = Findings { plan, seed: 1, record, standing, resident_bytes: 1 };
        change(&mut it);
        it
    }

    #[test]
    fn a_run_without_fault_holds() {
        assert_eq!(findings(|_| ()).failed(), [""; 0]);
    }

    #[test]
    fn whatever_must_not_be_is_named() {
        for (change, word) in [
            ((|it| it.record.note_wrong("x".into(), 1.0, false)) as fn(&mut Findings), "1 wrong"),
            (|it| it.standing.twice = 1, "redeemed twice"),
            (|it| it.standing.by_nobody = 1, "nobody had"),
            (|it| it.standing.forged = 1, "forged"),
            (|it| it.record.ask(), "are not what was asked"),
            (|it| it.record.accepted = 0, "nothing was accepted"),
        ] {
            let failed = findings(change).failed();
            assert!(failed.iter().any(|it| it.contains(word)), "{word}: {failed:?}");
        }
    }

    #[test]
    fn a_late_generator_is_said() {
        assert!(!findings(|_| ()).generator_was_late());
        let late = |it: &mut Findings| (0..9).for_each(|_| it.record.send(Some(60.0)));
        assert!(findings(late).generator_was_late());
    }

    #[test]
    fn what_a_request_cost_is_of_those_that_were_sent() {
        let it = findings(|it| it.record.send(None));
        assert_eq!(it.shares(), [0.5, 0.25]);
        // Half a second of a core for two.
        assert!((it.edge_us() - 250_000.0).abs() < 1e-6);
    }
}
