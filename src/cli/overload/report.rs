//! What a run has to say: to a person, to a program, and for the evidence in `docs/`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::record::{Record, Second};
use super::verdict::{FACTOR, Findings};
use crate::cli::outcome::table;

const MIB: f64 = 1_048_576.0;

/// The figures and the verdict, one under the other.
pub(super) fn text(findings: &Findings) -> String {
    let rows = rows(findings);
    let rows: Vec<_> = rows.iter().map(|(name, value)| (*name, value.clone())).collect();
    let failed = findings.failed();
    let verdict = if failed.is_empty() {
        "held".to_owned()
    } else {
        format!("NOT held: {}", failed.join("; "))
    };
    format!("{}\n\n{verdict}", table(&rows))
}

/// The same, with the overload second by second, as a part of a Markdown document.
pub(super) fn markdown(findings: &Findings) -> String {
    let mut page = String::from("| | |\n|---|---|\n");
    for (name, value) in rows(findings) {
        let _ = writeln!(page, "| {name} | {value} |");
    }
    page += "\nThe overload, second by second:\n\n\
             | s | offered | accepted | shed | other | no answer | p50 ms | p99 ms | MiB |\n\
             |---|---|---|---|---|---|---|---|---|\n";
    for (index, second) in findings.overload.seconds.iter().enumerate() {
        let Second { offered, accepted, shed, other, no_answer, .. } = second;
        let [p50, p99] = [50, 99].map(|percent| second.wait(percent));
        let mib = second.resident as f64 / MIB;
        let _ = writeln!(
            page,
            "| {} | {offered} | {accepted} | {shed} | {other} | {no_answer} | {p50:.0} | {p99:.0} | {mib:.0} |",
            index + 1
        );
    }
    page
}

/// The same for a program.
pub(super) fn json(findings: &Findings) -> Value {
    let seconds = |record: &Record| -> Vec<Value> {
        let second = |second: &Second| {
            json!({
                "offered": second.offered,
                "accepted": second.accepted,
                "shed": second.shed,
                "other": second.other,
                "no_answer": second.no_answer,
                "p50_ms": second.wait(50),
                "p99_ms": second.wait(99),
                "resident_bytes": second.resident,
            })
        };
        record.seconds.iter().map(second).collect()
    };
    json!({
        "held": findings.failed().is_empty(),
        "failed": findings.failed(),
        "tills": findings.tills,
        "sustainable_per_s": findings.sustainable(),
        "accepted_per_s_under_overload": findings.under_overload(),
        "ratio": findings.ratio(),
        "ratio_after_the_ledger_hung": findings.recovered(),
        "accepted_per_s_with_strangers": findings.with_strangers(),
        "verified": findings.verified,
        "lost": findings.lost,
        "sustainable": seconds(&findings.sustained),
        "overload": seconds(&findings.overload),
        "afterwards": seconds(&findings.afterwards),
        "strangers": seconds(&findings.strangers),
    })
}

fn rows(findings: &Findings) -> Vec<(&'static str, String)> {
    let Findings { sustained, overload, strangers, .. } = findings;
    let wait = |record: &Record| {
        let [p50, p99] = [50, 99].map(|percent| record.wait(percent));
        format!("{p50:.0} ms, {p99:.0} ms")
    };
    let mib = |bytes: u64| format!("{:.0} MiB", bytes as f64 / MIB);
    let per_s = |rate: f64| format!("{rate:.0} a second");
    let sum = |of: fn(&Second) -> u32| overload.sum(of).to_string();
    vec![
        ("sustainable: accepted", per_s(findings.sustainable())),
        ("tills at once for it", findings.tills.to_string()),
        ("its waits, p50 and p99", wait(sustained)),
        ("overload: offered", format!("{FACTOR} times that for {} s", overload.seconds.len())),
        ("accepted", per_s(findings.under_overload())),
        ("of the sustainable", format!("{:.0} %", findings.ratio() * 100.0)),
        ("its waits, p50 and p99", wait(overload)),
        ("offered in all", sum(|second| second.offered)),
        ("accepted in all", sum(|second| second.accepted)),
        ("shed (503)", sum(|second| second.shed)),
        ("other answers", sum(|second| second.other)),
        ("no answer", sum(|second| second.no_answer)),
        ("memory before, most during", {
            let [before, most] = [findings.resident_before, overload.most_resident()].map(mib);
            format!("{before}, {most}")
        }),
        ("after the ledger hung: of that", format!("{:.0} %", findings.recovered() * 100.0)),
        ("with strangers: offered", per_s(strangers.median(|second| second.offered))),
        ("accepted", per_s(findings.with_strangers())),
        ("its waits, p50 and p99", wait(strangers)),
        ("strangers cut off", findings.cut_off.to_string()),
        ("most memory", mib(strangers.most_resident())),
        ("accepted, asked for after SIGKILL", findings.verified.to_string()),
        ("of those lost or changed", findings.lost.to_string()),
    ]
}
