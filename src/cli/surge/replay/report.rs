//! What a replay has to say: to a person, for a page, to a program.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::findings::Findings;
use super::plan::clock;
use super::waits::Waits;
use crate::cli::outcome::table;

/// Rows of the table of the day.
const PARTS: usize = 18;

const MIB: f64 = 1_048_576.0;

/// The figures and the verdict, one under the other.
pub(super) fn text(findings: &Findings) -> String {
    let rows = rows(findings);
    let rows: Vec<_> = rows.iter().map(|(name, value)| (*name, value.clone())).collect();
    format!("{}\n\n{}", table(&rows), verdict(findings))
}

/// The same as a page, with the day in parts and the chart.
pub(super) fn markdown(findings: &Findings, name: &str) -> String {
    let mut page = format!("# {}\n\n![Asked and answered]({name}.svg)\n\n", title(findings));
    let _ = write!(page, "{}\n\n| | |\n|---|---|\n", verdict(findings));
    for (name, value) in rows(findings) {
        let _ = writeln!(page, "| {name} | {value} |");
    }
    page += "\n| day's clock | asked/s | answered/s | retries/s | p50 ms | p99 ms, worst second | \
             most waiting | edge, share of a core |\n|---|---:|---:|---:|---:|---:|---:|---:|\n";
    let seconds = &findings.record.seconds;
    for part in seconds.chunks(seconds.len().div_ceil(PARTS).max(1)) {
        let count = part.len() as f64;
        let mean =
            |of: &dyn Fn(&super::record::Second) -> f64| part.iter().map(of).sum::<f64>() / count;
        let _ = writeln!(
            page,
            "| {} | {:.0} | {:.0} | {:.1} | {:.1} | {:.0} | {} | {:.2} |",
            part.last().map_or(String::new(), |second| clock(second.clock)),
            mean(&|second| f64::from(second.asked)),
            mean(&|second| f64::from(second.answered)),
            mean(&|second| f64::from(second.retries)),
            mean(&|second| second.p50_ms),
            part.iter().map(|second| second.p99_ms).fold(0.0, f64::max),
            part.iter().map(|second| second.backlog).max().unwrap_or(0),
            mean(&|second| second.edge_share),
        );
    }
    page
}

/// The same for a program.
pub(super) fn json(findings: &Findings) -> Value {
    let Findings { plan, seed, record, standing, resident_bytes } = findings;
    let [edge_share, own_share] = findings.shares();
    let seconds = record.seconds.iter().map(|second| {
        json!([
            second.clock.round(),
            second.asked,
            second.answered,
            second.retries,
            second.backlog,
            rounded(second.p50_ms),
            rounded(second.p99_ms),
            rounded(second.edge_share),
        ])
    });
    json!({
        "held": findings.failed().is_empty(),
        "failed": findings.failed(),
        "times": plan.times,
        "share": plan.share,
        "compress": plan.compress,
        "from_s": plan.from,
        "until_s": plan.until,
        "seconds": rounded(plan.seconds()),
        "seed": seed,
        "peak_clock_s": rounded(plan.clock_at(plan.peak())),
        "peak_per_s_of_all": rounded(plan.rate_of_all(plan.peak())),
        "peak_per_s": rounded(plan.rate(plan.peak())),
        "customers": record.customers,
        "asked": record.asked,
        "accepted": record.accepted,
        "refused": record.refusals(),
        "refused_by_code": record.refused,
        "given_up": record.given_up,
        "wrong": record.wrong,
        "adds_up": record.adds_up(),
        "tries": record.tries,
        "came_again": record.came_again,
        "exactly_once": standing.is_exactly_once(),
        "coupons": {
            "redeemed_once": standing.once,
            "redeemed_twice": standing.twice,
            "given_back": standing.given_back,
            "refused_by_mistake": standing.by_nobody,
            "unknown": standing.unknown,
            "forged_and_redeemed": standing.forged,
        },
        "busiest_minute": {
            "asked_per_s": rounded(record.most(60, |second| second.asked.into()).1),
            "answered_per_s": rounded(record.most(60, |second| second.answered.into()).1),
            "edge_share": rounded(record.most(60, |second| second.edge_share).1),
        },
        "wait_ms": waits(&record.waits),
        "peak_wait_ms": waits(&record.peak_waits),
        "edge_us_per_request": rounded(findings.edge_us()),
        "edge_share": rounded(edge_share),
        "edge_most_resident_bytes": resident_bytes,
        "generator_share": rounded(own_share),
        "generator_late_p99_ms": rounded(record.late.per_mille(990)),
        "generator_was_late": findings.generator_was_late(),
        "second_is":
            ["clock_s", "asked", "answered", "retries", "waiting", "p50_ms", "p99_ms", "edge_share"],
        "by_second": seconds.collect::<Vec<_>>(),
    })
}

fn waits(waits: &Waits) -> Value {
    let of = |part| rounded(waits.per_mille(part));
    let most = rounded(waits.most_ms());
    json!({ "p50": of(500), "p90": of(900), "p99": of(990), "p999": of(999), "most": most })
}

/// Three decimals say more than the noise lets them.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

pub(super) fn title(findings: &Findings) -> String {
    let plan = &findings.plan;
    format!("6 February 2026, {} times over: one instance of {}", plan.times, plan.share)
}

fn verdict(findings: &Findings) -> String {
    let failed = findings.failed();
    let mut text = match failed.is_empty() {
        true => {
            "Held: each coupon once, every answer right, and the sum is what was asked.".to_owned()
        }
        false => format!("NOT held: {}", failed.join("; ")),
    };
    if findings.generator_was_late() {
        text += " The generator was late: waits say more of this machine than of the edge.";
    }
    text
}

fn rows(findings: &Findings) -> Vec<(&'static str, String)> {
    let Findings { plan, record, standing, .. } = findings;
    let [edge_share, own_share] = findings.shares();
    let peak = plan.peak();
    let of_waits = |waits: &Waits| {
        let [p50, p90, p99, p999] = [500, 900, 990, 999].map(|part| waits.per_mille(part));
        format!("{p50:.1}, {p90:.1}, {p99:.1}, {p999:.1} ms; longest {:.0} ms", waits.most_ms())
    };
    let list = |of: &std::collections::BTreeMap<&str, u64>| {
        let all: Vec<_> = of.iter().map(|(name, count)| format!("{name} {count}")).collect();
        if all.is_empty() { "none".to_owned() } else { all.join(", ") }
    };
    let busiest =
        |of: fn(&super::record::Second) -> u32| record.most(60, |second| of(second).into()).1;
    vec![
        ("replayed", format!("{} to {} of the day", clock(plan.from), clock(plan.until))),
        (
            "the day's clock went",
            format!("{} times as fast: {:.0} s", plan.compress, plan.seconds()),
        ),
        ("customers a second at the peak", {
            let (all, here) = (plan.rate_of_all(peak), plan.rate(peak));
            let at = clock(plan.clock_at(peak));
            format!("{all:.0} for all instances at {at}; 1/{} of them here: {here:.0}", plan.share)
        }),
        ("customers", record.customers.to_string()),
        ("requests asked", record.asked.to_string()),
        ("accepted", record.accepted.to_string()),
        ("refused, rightly", format!("{} ({})", record.refusals(), list(&record.refused))),
        ("given up", record.given_up.to_string()),
        ("wrong answers", record.wrong.to_string()),
        ("came again because of", list(&record.came_again)),
        ("coupons redeemed once", standing.once.to_string()),
        ("redeemed twice", standing.twice.to_string()),
        ("given back", standing.given_back.to_string()),
        ("refused to all although free", standing.by_nobody.to_string()),
        ("of which somebody gave up", standing.unknown.to_string()),
        ("busiest minute: asked, answered", {
            let (asked, answered) = (busiest(|it| it.asked), busiest(|it| it.answered));
            format!("{asked:.0}, {answered:.0} a second")
        }),
        ("wait p50, p90, p99, p99.9", of_waits(&record.waits)),
        ("the same in the peak's minute", of_waits(&record.peak_waits)),
        ("edge: processor for a request", format!("{:.0} µs", findings.edge_us())),
        ("edge: share of a core", {
            let most = record.most(60, |second| second.edge_share).1;
            format!("{edge_share:.2}, in its busiest minute {most:.2}")
        }),
        ("edge: most memory", format!("{:.0} MiB", findings.resident_bytes as f64 / MIB)),
        ("generator: share of a core", format!("{own_share:.2}")),
        ("generator: late, p99", format!("{:.1} ms", record.late.per_mille(990))),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::findings::tests::findings;
    use super::*;

    #[test]
    fn the_verdict_is_on_every_report() {
        let held = "Held: each coupon once, every answer right, and the sum is what was asked.";
        let good = findings(|_| ());
        assert!(text(&good).ends_with(held), "{}", text(&good));
        assert!(markdown(&good, "x").contains(held));
        assert_eq!(
            (&json(&good)["held"], &json(&good)["exactly_once"]),
            (&json!(true), &json!(true))
        );
        let bad = findings(|it| it.standing.twice = 3);
        assert!(text(&bad).ends_with("NOT held: 3 coupons redeemed twice"), "{}", text(&bad));
        assert!(markdown(&bad, "x").contains("NOT held: 3 coupons redeemed twice"));
        let there = json(&bad);
        assert_eq!((&there["held"], &there["exactly_once"]), (&json!(false), &json!(false)));
    }

    #[test]
    fn a_generator_that_was_late_is_on_the_report() {
        let late = findings(|it| (0..9).for_each(|_| it.record.send(Some(60.0))));
        assert!(text(&late).contains("The generator was late"), "{}", text(&late));
    }

    #[test]
    fn the_report_says_what_part_of_what_was_served() {
        let it = findings(|it| it.record.refuse("token-forged", 1.0, false));
        for row in [
            "10 for all instances at ",
            "; 1/2 of them here: 5",
            "60 times as fast: 60 s",
            "1 (token-forged 1)",
        ] {
            assert!(text(&it).contains(row), "{row} in\n{}", text(&it));
        }
        let page = markdown(&it, "peak");
        assert!(
            page.starts_with("# 6 February 2026, 10 times over: one instance of 2\n"),
            "{page}"
        );
        assert!(page.contains("(peak.svg)") && page.contains("| 0:01 | 1 | 1 |"), "{page}");
        assert_eq!((&json(&it)["peak_per_s"], &json(&it)["refused"]), (&json!(5.0), &json!(1)));
    }
}
