//! `coupon surge replay` as CI runs it: a day in seconds against the built edge on workerd, and the
//! same against an edge that says yes to everybody.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::desk::Desk;

/// About 260 customers in four seconds, with enough of each kind to be met.
const SHORT: [&str; 16] = [
    "--times",
    "10",
    "--share",
    "1/40",
    "--compress",
    "8100",
    "--duplicates",
    "10",
    "--double-scans",
    "10",
    "--forged",
    "10",
    "--reversals",
    "10",
    "--seed",
    "7",
];

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Replays in JSON against the edge of this project.
fn replay(desk: &Desk, project: &Path, more: &[&str]) -> (i32, Value) {
    let project = project.to_str().unwrap();
    let curve = self::project().join("bench/surge/2026-02-06.csv");
    let fixed =
        ["--json", "surge", "replay", "--project", project, "--curve", curve.to_str().unwrap()];
    let (code, stdout, stderr) = desk.coupon(&[&fixed[..], &SHORT, more].concat());
    let report = serde_json::from_str(&stdout);
    (code, report.unwrap_or_else(|why| panic!("{why}: {stdout}{stderr}")))
}

/// The same, until no customer had to give up because the machine stood still. Each time all is right,
/// or all is wrong.
fn replay_well(desk: &Desk, project: &Path, code: i32, more: &[&str]) -> Value {
    let mut replays = (0..3).map(|_| replay(desk, project, more)).inspect(|(ended, report)| {
        assert_eq!((*ended, &report["held"]), (code, &(code == 0).into()), "{report}");
    });
    let well = replays.find(|(_, report)| number(report, "given_up") == 0);
    well.expect("the machine stood still each time").1
}

fn number(report: &Value, name: &str) -> u64 {
    report[name].as_u64().unwrap_or_else(|| panic!("no {name} in {report}"))
}

#[test]
fn a_day_in_seconds_adds_up_and_every_answer_is_right() {
    let desk = Desk::new();
    let folder = desk.path("results");
    fs::create_dir(&folder).unwrap();
    let report = replay_well(&desk, project(), 0, &["--write", folder.to_str().unwrap()]);
    let [customers, asked, accepted, refused, given_up, wrong] =
        ["customers", "asked", "accepted", "refused", "given_up", "wrong"]
            .map(|name| number(&report, name));
    assert_eq!(accepted + refused + given_up + wrong, asked, "{report}");
    assert_eq!((wrong, &report["failed"]), (0, &Value::Array(vec![])));
    assert!(customers > 200 && asked > customers && accepted > customers / 2, "{report}");
    for code in ["already-redeemed", "token-forged"] {
        assert!(number(&report["refused_by_code"], code) > 5, "{report}");
    }
    let coupons = &report["coupons"];
    assert_eq!(number(coupons, "redeemed_twice") + number(coupons, "forged_and_redeemed"), 0);
    assert!(number(coupons, "given_back") > 5, "{report}");
    for (file, begins) in [
        ("surge.json", "{"),
        ("surge.md", "# 6 February 2026, 10 times over"),
        ("surge.svg", "<svg"),
    ] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        assert!(text.starts_with(begins), "{file}: {text}");
    }
}

/// A project whose Worker says yes to everybody, as the first that asks.
fn credulous(desk: &Desk) -> PathBuf {
    let folder = desk.path("credulous");
    for part in ["build", "local"] {
        fs::create_dir_all(folder.join(part)).unwrap();
    }
    for part in ["local/edge.capnp", "build/index_bg.wasm"] {
        fs::copy(project().join(part), folder.join(part)).unwrap();
    }
    symlink(project().join("node_modules"), folder.join("node_modules")).unwrap();
    let worker = r#"
        export class LedgerObject {}
        const yes = { id: "R1.yes", discount: 2500, to_pay: 500 };
        export default { fetch: () => Response.json(yes, { status: 201 }) };
    "#;
    fs::write(folder.join("build/index.js"), worker).unwrap();
    folder
}

#[test]
fn an_edge_that_says_yes_to_everybody_fails() {
    let desk = Desk::new();
    let project = credulous(&desk);
    let report = replay_well(&desk, &project, 1, &[]);
    assert!(number(&report, "wrong") > 50, "{report}");
    for broken in ["redeemed_twice", "forged_and_redeemed"] {
        assert!(number(&report["coupons"], broken) > 5, "{broken}: {report}");
    }
    let failed = report["failed"].to_string();
    for words in ["wrong answers", "redeemed twice", "forged coupons redeemed"] {
        assert!(failed.contains(words), "{words}: {failed}");
    }
}

#[test]
fn a_rate_that_cannot_be_produced_is_refused_with_a_share_that_can() {
    let project = project().to_str().unwrap();
    let all = ["surge", "replay", "--times", "10", "--share", "1/1", "--project", project];
    let (code, stdout, stderr) = Desk::new().coupon(&all);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("one generator makes 3000 at most"), "{stderr}");
    assert!(stderr.contains("take a smaller share, --share 1/4"), "{stderr}");
}
