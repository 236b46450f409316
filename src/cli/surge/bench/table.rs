//! Medians over the rounds, for a person, for a program and for a page.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use super::chart;
use super::sample::Sample;
use crate::cli::load::percentile;
use crate::cli::outcome::Outcome;

/// What was measured, by target, in the order of the first round.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<(String, Vec<Sample>)>,
    /// Found by something else.
    others: Vec<(String, f64)>,
}

/// Ratios that are asked for by name: how often the first answers where the second does once.
const RATIOS: [(&str, &str, &str); 12] = [
    ("redeem_vs_js", "ours: redeem", "js: redeem"),
    ("check_vs_js", "ours: check", "js: check"),
    ("redeem_vs_floor", "ours: redeem", "floor: insert"),
    ("redeem_vs_floor_with_body", "ours: redeem", "floor: carry"),
    ("redeem_archive_away_vs_there", "ours, archive away: redeem", "ours: redeem"),
    ("forged_vs_body", "ours: forged", "floor: body"),
    ("single_vs_redis", "ours: redeem", "nginx: redeem"),
    ("batch100_vs_redis_pipelined", "ours: batch of 100", "nginx: batch of 100"),
    ("redeem_on_disk_vs_js", "ours: redeem on disk", "js: redeem on disk"),
    ("redeem_on_disk_vs_floor", "ours: redeem on disk", "floor: insert on disk"),
    ("single_on_disk_vs_redis", "ours: redeem on disk", "nginx: redeem on disk"),
    (
        "batch100_on_disk_vs_redis_pipelined",
        "ours: batch of 100 on disk",
        "nginx: batch of 100 on disk",
    ),
];

/// A name, and the target whose figure it is.
type Named = (&'static str, &'static str, fn(&Figures) -> f64);

/// Figures that are asked for by name.
const FIGURES: [Named; 6] = [
    ("batch100_coupons_per_s", "ours: batch of 100", |it| it.per_s),
    ("batch100_on_disk_coupons_per_s", "ours: batch of 100 on disk", |it| it.per_s),
    ("p50_ms_at_half_load", "ours: redeem at half load", |it| it.p50_ms),
    ("p99_ms_at_half_load", "ours: redeem at half load", |it| it.p99_ms),
    ("p50_ms_archive_away", "ours, archive away: redeem at half load", |it| it.p50_ms),
    ("p99_ms_archive_away", "ours, archive away: redeem at half load", |it| it.p99_ms),
];

/// A target's medians.
pub(super) struct Figures {
    pub(super) per_s: f64,
    cpu_us: f64,
    p50_ms: f64,
    p99_ms: f64,
    own_share: f64,
    broken_percent: f64,
}

impl Table {
    /// Nothing measured yet, and figures that something else found.
    pub(super) fn with(others: &[(String, f64)]) -> Self {
        Self { rows: Vec::new(), others: others.to_vec() }
    }

    pub(super) fn add(&mut self, name: &str, sample: Sample) {
        match self.rows.iter_mut().find(|(have, _)| have == name) {
            Some((_, samples)) => samples.push(sample),
            None => self.rows.push((name.to_owned(), vec![sample])),
        }
    }

    /// The median of a target's rates.
    pub(super) fn per_s(&self, name: &str) -> Option<f64> {
        self.figures().find(|(have, _)| *have == name).map(|(_, figures)| figures.per_s)
    }

    /// The table and the ratios.
    pub(super) fn outcome(&self) -> Outcome {
        Outcome { text: self.markdown(), json: self.json() }
    }

    /// Writes `latest.json`, `latest.md` and `latest.svg` into a folder.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
        };
        write("latest.json", &format!("{:#}\n", self.json()))?;
        write("latest.md", &format!("{}\n", self.markdown()))?;
        // At half load the rate was given and not found.
        let found = self.figures().filter(|(name, _)| !name.ends_with("half load"));
        let bars: Vec<_> = found.map(|(name, it)| (name.to_owned(), it.per_s)).collect();
        write("latest.svg", &chart::bars("Answers a second", &bars)?)
    }

    fn figures(&self) -> impl Iterator<Item = (&str, Figures)> {
        self.rows.iter().map(|(name, samples)| {
            let of = |what: &dyn Fn(&Sample) -> f64| median(samples.iter().map(what).collect());
            let figures = Figures {
                per_s: of(&Sample::rate),
                cpu_us: of(&Sample::server_us),
                p50_ms: of(&|sample| sample.wait(50)),
                p99_ms: of(&|sample| sample.wait(99)),
                own_share: of(&Sample::own_share),
                broken_percent: of(&Sample::broken_percent),
            };
            (name.as_str(), figures)
        })
    }

    /// The median over the rounds of one rate by the other's of the same round.
    fn ratio(&self, one: &str, other: &str) -> Option<f64> {
        let of = |name: &str| self.rows.iter().find(|(have, _)| have == name);
        let pairs = of(one)?.1.iter().zip(&of(other)?.1);
        Some(median(pairs.map(|(one, other)| one.rate() / other.rate()).collect()))
    }

    fn ratios(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str, f64)> {
        RATIOS.iter().filter_map(|(name, one, other)| {
            self.ratio(one, other).map(|ratio| (*name, *one, *other, ratio))
        })
    }

    fn markdown(&self) -> String {
        let mut text = String::from(
            "| target | answers/s (batch: coupons/s) | server's CPU µs | p50 ms | p99 ms | broken % | generator's share of a core |\n\
             |---|---:|---:|---:|---:|---:|---:|",
        );
        for (name, it) in self.figures() {
            let Figures { per_s, cpu_us, p50_ms, p99_ms, own_share, broken_percent } = it;
            let _ = write!(
                text,
                "\n| {name} | {per_s:.0} | {cpu_us:.0} | {p50_ms:.1} | {p99_ms:.1} | {broken_percent:.2} | {own_share:.2} |"
            );
        }
        text += "\n\n| ratio | of | to | |\n|---|---|---|---:|";
        for (name, one, other, ratio) in self.ratios() {
            let _ = write!(text, "\n| `{name}` | {one} | {other} | {ratio:.2} |");
        }
        if !self.others.is_empty() {
            text += "\n\n| figure | |\n|---|---:|";
        }
        for (name, figure) in &self.others {
            let _ = write!(text, "\n| `{name}` | {} |", thousandths(*figure));
        }
        text
    }

    fn json(&self) -> Value {
        let mut all = Map::new();
        for (name, _, _, ratio) in self.ratios() {
            all.insert(name.to_owned(), rounded(ratio));
        }
        for (name, target, figure) in FIGURES {
            let of = self.figures().find(|(have, _)| *have == target);
            all.extend(of.map(|(_, it)| (name.to_owned(), rounded(figure(&it)))));
        }
        all.extend(self.others.iter().map(|(name, figure)| (name.clone(), rounded(*figure))));
        let targets = self.figures().map(|(name, it)| {
            let figures = json!({
                "per_s": rounded(it.per_s),
                "cpu_us": rounded(it.cpu_us),
                "p50_ms": rounded(it.p50_ms),
                "p99_ms": rounded(it.p99_ms),
                "broken_percent": rounded(it.broken_percent),
                "generator_share": rounded(it.own_share),
            });
            (name.to_owned(), figures)
        });
        all.insert("targets".to_owned(), Value::Object(targets.collect()));
        all.into()
    }
}

/// Three decimals say more than the noise lets them.
fn rounded(value: f64) -> Value {
    json!(thousandths(value))
}

fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn median(values: Vec<f64>) -> f64 {
    percentile(values, 50)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cli::load::Answer;

    /// So many answers in a second, the n-th after n milliseconds.
    fn sample(answers: u32) -> Sample {
        let mut sample = Sample::of_coupons(1);
        let answer = Answer { status: 200, retry_after: None, last: false, body: Vec::new() };
        for ms in 1..=answers {
            sample.add(Duration::from_millis(ms.into()), &answer, true, true);
        }
        sample.end(Duration::from_secs(1), &[], Default::default()).unwrap();
        sample
    }

    fn table() -> Table {
        let mut table =
            Table::with(&[("verify_us".to_owned(), 0.638_81), ("bytes".to_owned(), 3e5)]);
        for (ours, floor) in [(100, 400), (300, 600), (200, 1000)] {
            table.add("floor: insert", sample(floor));
            table.add("ours: redeem", sample(ours));
        }
        table.add("ours: redeem at half load", sample(101));
        table
    }

    #[test]
    fn a_ratio_is_the_median_of_those_within_a_round() {
        assert_eq!(table().json()["redeem_vs_floor"], 0.25);
        assert_eq!(table().per_s("ours: redeem"), Some(200.0));
        assert_eq!(table().per_s("js: redeem"), None);
    }

    #[test]
    fn figures_stand_by_their_names_and_what_was_not_measured_does_not() {
        let json = table().json();
        assert_eq!(
            (&json["p50_ms_at_half_load"], &json["p99_ms_at_half_load"]),
            (&51.0.into(), &100.0.into())
        );
        assert_eq!((&json["verify_us"], &json["bytes"]), (&0.639.into(), &300_000.0.into()));
        assert!(json.get("batch100_coupons_per_s").is_none() && json.get("redeem_vs_js").is_none());
        let markdown = table().markdown();
        for line in ["| `verify_us` | 0.639 |", "| `bytes` | 300000 |"] {
            assert!(markdown.lines().any(|have| have == line), "{line} in\n{markdown}");
        }
    }

    #[test]
    fn the_chart_shows_rates_that_were_found() {
        let folder = tempfile::tempdir().unwrap();
        table().write(folder.path()).unwrap();
        let chart = fs::read_to_string(folder.path().join("latest.svg")).unwrap();
        assert!(chart.contains("ours: redeem  200") && !chart.contains("half load"), "{chart}");
    }
}
