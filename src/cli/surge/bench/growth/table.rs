//! Medians over the rounds, for a person, for a program and for a page.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::super::work::Kind;
use super::balance::Balance;
use super::row::{Figures, Row};
use super::start::StartFigures;
use crate::cli::outcome::Outcome;
use crate::cli::surge::results::rounded;

/// How much more a call may cost in the fullest shard than in the emptiest.
const FLAT: f64 = 1.2;

/// Milliseconds of CPU in which a Worker has to be parsed and its global scope run: Cloudflare's
/// limit since October 2025; it was 400 before.
const START_LIMIT_MS: f64 = 1000.0;

/// All that was measured; the emptiest shard first.
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    pub(super) start: StartFigures,
    pub(super) balance: Vec<Balance>,
}

impl Table {
    pub(super) fn outcome(&self) -> Outcome {
        Outcome { text: self.markdown(), json: self.json() }
    }

    /// Each shard with the figures of each kind of call.
    fn figures(&self) -> Vec<(&Row, Vec<(Kind, Figures)>)> {
        let Some(emptiest) = self.rows.first() else { return Vec::new() };
        let all = self.rows.iter().map(|row| {
            let kinds = emptiest.kinds().map(|kind| (kind, row.figures(kind, emptiest)));
            (row, kinds.collect())
        });
        all.collect()
    }

    /// The highest ratio of any kind of call in any shard.
    fn growth(&self) -> f64 {
        let figures = self.figures();
        let ratios = figures.iter().flat_map(|(_, kinds)| kinds.iter().map(|(_, it)| it.ratio));
        ratios.fold(1.0, f64::max)
    }

    fn markdown(&self) -> String {
        let mut text = "| rows at the start | at the end |".to_owned();
        let mut line = "|---:|---:|".to_owned();
        for kind in self.rows.first().into_iter().flat_map(Row::kinds) {
            let _ = write!(text, " {kind}: CPU µs | to the first | p50 ms |");
            line += "---:|---:|---:|";
        }
        text += " MB per million rows | first answer after a start, ms |\n";
        text += &line;
        text += "---:|---:|";
        for (row, kinds) in self.figures() {
            let _ = write!(text, "\n| {} | {} |", row.start.rows, row.end.rows);
            for (_, Figures { cpu_us, p50_ms, ratio }) in kinds {
                let _ = write!(text, " {cpu_us:.0} | {ratio:.2} | {p50_ms:.1} |");
            }
            let _ = write!(text, " {:.0} | {:.0} |", row.mb_per_million(), row.opened_ms());
        }
        let growth = self.growth();
        let within = if growth <= FLAT { "within" } else { "NOT within" };
        let _ = write!(text, "\n\nThe most is {growth:.2} times the first row, {within} {FLAT}.");
        let StartFigures { ours_ms, floor_ms, ours_cpu_ms, floor_cpu_ms, added_cpu_ms } =
            self.start;
        let _ = write!(
            text,
            "\n\n| workerd, until it answers a first `GET` | ms | CPU ms |\n|---|---:|---:|\n\
             | a Worker that does nothing | {floor_ms:.0} | {floor_cpu_ms:.0} |\n\
             | ours, `/healthz` | {ours_ms:.0} | {ours_cpu_ms:.0} |\n\
             | the difference; the platform allows {START_LIMIT_MS:.0} ms of CPU | | {added_cpu_ms:.0} |\n\n\
             | shards | fullest by mean, random serials | counting serials |\n|---:|---:|---:|"
        );
        for Balance { shards, random, counting } in &self.balance {
            let _ = write!(text, "\n| {shards} | {random:.3} | {counting:.3} |");
        }
        text
    }

    fn json(&self) -> Value {
        let rows = self.figures().into_iter().map(|(row, kinds)| {
            let mut figures = Map::new();
            for (kind, Figures { cpu_us, p50_ms, ratio }) in kinds {
                let calls = json!({
                    "cpu_us": rounded(cpu_us),
                    "p50_ms": rounded(p50_ms),
                    "to_the_first": rounded(ratio),
                });
                figures.insert(kind.to_string(), calls);
            }
            figures.insert("rows_at_end".to_owned(), json!(row.end.rows));
            figures.insert("file_bytes".to_owned(), json!(row.start.bytes));
            figures.insert("mb_per_million_rows".to_owned(), rounded(row.mb_per_million()));
            figures.insert("first_redemption_ms".to_owned(), rounded(row.opened_ms()));
            (row.start.rows.to_string(), Value::Object(figures))
        });
        let balance = self.balance.iter().map(|it| {
            let of = json!({ "random": rounded(it.random), "counting": rounded(it.counting) });
            (it.shards.to_string(), of)
        });
        json!({
            "rows": rows.collect::<Map<_, _>>(),
            "growth": rounded(self.growth()),
            "flat": self.growth() <= FLAT,
            "start": {
                "ours_ms": rounded(self.start.ours_ms),
                "floor_ms": rounded(self.start.floor_ms),
                "ours_cpu_ms": rounded(self.start.ours_cpu_ms),
                "floor_cpu_ms": rounded(self.start.floor_cpu_ms),
                "added_cpu_ms": rounded(self.start.added_cpu_ms),
                "limit_cpu_ms": START_LIMIT_MS,
            },
            "fullest_shard_by_mean": balance.collect::<Map<_, _>>(),
        })
    }
}
