//! Medians of the runs, for a person, for a program and for a page.

use std::thread;

use serde_json::{Map, Value, json};

use super::child::Run;
use crate::cli::load::percentile;
use crate::cli::outcome::Outcome;
use crate::cli::surge::results::rounded;

/// What was measured, run by run.
#[derive(Debug, Default)]
pub(super) struct Table {
    coupons: u64,
    shops: u32,
    /// A tenth of the coupons.
    pub(super) few: Vec<Run>,
    /// The coupons, on all cores.
    pub(super) many: Vec<Run>,
    /// The same on one core.
    pub(super) one_core: Vec<Run>,
    /// The shops.
    pub(super) enrol: Vec<Run>,
}

/// Of several runs.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Medians {
    wall_s: f64,
    cpu_s: f64,
    /// Of a million bytes.
    peak_mb: f64,
}

/// What a line is about: a name, how many were made, and what it took.
type Line = (&'static str, u64, Medians);

impl Table {
    /// Nothing yet, of so many coupons and shops.
    pub(super) fn of(coupons: u64, shops: u32) -> Self {
        Self { coupons, shops, ..Self::default() }
    }

    pub(super) fn outcome(&self) -> Outcome {
        Outcome { text: self.markdown(), json: self.json() }
    }

    fn lines(&self) -> [Line; 4] {
        [
            ("issue_a_tenth", self.coupons / 10, Medians::of(&self.few)),
            ("issue", self.coupons, Medians::of(&self.many)),
            ("issue_on_one_core", self.coupons, Medians::of(&self.one_core)),
            ("enrol", self.shops.into(), Medians::of(&self.enrol)),
        ]
    }

    fn markdown(&self) -> String {
        let mut text = String::from(
            "| command | coupons or shops | s | CPU s | a second | a second of CPU | peak MB |\n\
             |---|---:|---:|---:|---:|---:|---:|",
        );
        for (name, count, it) in self.lines() {
            let (name, Medians { wall_s, cpu_s, peak_mb }) = (name.replace('_', " "), it);
            let (per_s, per_cpu_s) = (per(count, wall_s), per(count, cpu_s));
            text += &format!(
                "\n| {name} | {count} | {wall_s:.2} | {cpu_s:.2} | {per_s:.0} | {per_cpu_s:.0} | {peak_mb:.1} |"
            );
        }
        let runs = self.many.len();
        text + &format!("\n\nMedians of {runs} runs on {} cores.", cores())
    }

    fn json(&self) -> Value {
        let lines = self.lines().map(|(name, count, it)| {
            let figures = json!({
                "count": count,
                "seconds": rounded(it.wall_s),
                "cpu_seconds": rounded(it.cpu_s),
                "per_s": per(count, it.wall_s).round(),
                "per_cpu_s": per(count, it.cpu_s).round(),
                "peak_mb": rounded(it.peak_mb),
            });
            (name.to_owned(), figures)
        });
        let mut all: Map<_, _> = lines.into_iter().collect();
        all.insert("runs".to_owned(), json!(self.many.len()));
        all.insert("cores".to_owned(), json!(cores()));
        all.into()
    }
}

impl Medians {
    fn of(runs: &[Run]) -> Self {
        let of = |what: fn(&Run) -> f64| percentile(runs.iter().map(what).collect(), 50);
        Self {
            wall_s: of(|run| run.wall.as_secs_f64()),
            cpu_s: of(|run| run.cpu.as_secs_f64()),
            peak_mb: of(|run| run.peak as f64 / 1e6),
        }
    }
}

fn per(count: u64, seconds: f64) -> f64 {
    // Less than a tick of the system's clock is not zero.
    count as f64 / seconds.max(0.001)
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn rates_are_of_the_median_run() {
        let run = |seconds, peak| Run {
            wall: Duration::from_secs(seconds),
            cpu: Duration::from_secs(2 * seconds),
            peak,
        };
        let mut table = Table::of(1000, 30);
        table.many = vec![run(9, 3_000_000), run(1, 1_000_000), run(4, 2_000_000)];
        let json = table.json();
        assert_eq!(json["issue"]["per_s"], 250.0);
        assert_eq!(json["issue"]["per_cpu_s"], 125.0);
        assert_eq!(json["issue"]["peak_mb"], 2.0);
        assert_eq!(json["enrol"]["count"], 30);
        assert!(table.markdown().contains("| issue | 1000 | 4.00 | 8.00 | 250 | 125 | 2.0 |"));
    }
}
