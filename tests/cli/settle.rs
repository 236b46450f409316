//! `coupon settle` as a process that can be killed.

use std::fs;
use std::process::Stdio;

use crate::desk::Desk;
use serde_json::Value;

/// Bytes of the database after which a pull is killed. It commits after some 14 MB each.
const KILLED_AT: [u64; 6] = [1, 2 << 20, 8 << 20, 16 << 20, 20 << 20, 32 << 20];

const PULL: [&str; 9] = [
    "--json",
    "settle",
    "pull",
    "--archive",
    "mirror",
    "--jwks",
    "mirror/keys.json",
    "--db",
    "killed.sqlite",
];

#[test]
fn a_pull_that_is_killed_goes_on_and_loads_each_entry_once() {
    let desk = Desk::new();
    let curve = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/surge/2026-02-06.csv");
    let count = "500000";
    desk.done(&["settle", "generate", "--out", "mirror", "--entries", count, "--curve", curve]);

    let mut killed = 0;
    for bytes in KILLED_AT {
        let mut pull = desk.command(&PULL);
        let mut child = pull.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while child.try_wait().unwrap().is_none() {
            let size = fs::metadata(desk.path("killed.sqlite")).map_or(0, |file| file.len());
            if size >= bytes {
                child.kill().unwrap();
                child.wait().unwrap();
                killed += 1;
                break;
            }
            std::thread::yield_now();
        }
    }
    assert!(killed >= 4, "only {killed} pulls were killed");

    let last: Value = serde_json::from_str(&desk.done(&PULL)).unwrap();
    let (new, all) = (&last["campaigns"][0]["new"], &last["campaigns"][0]["entries"]);
    // The pulls before were not for nothing.
    assert!(new.as_u64().unwrap() <= all.as_u64().unwrap() - 200_000, "{new} of {all}");
    desk.done(&[&PULL[..8], &["whole.sqlite"]].concat());
    let files = |db: &str| {
        let none = ["--offline-allowance", "count=0,value=0"];
        desk.done(&[&["settle", "close", "--db", db, "--period", "p"], &none[..]].concat());
        desk.done(&[
            "settle",
            "files",
            "--db",
            db,
            "--period",
            "p",
            "--out",
            &format!("{db}.files"),
            "--one-file",
        ]);
        ["lines.csv", "shops.csv", "control.json"]
            .map(|name| fs::read(desk.path(&format!("{db}.files/{name}"))).unwrap())
    };
    assert!(files("killed.sqlite") == files("whole.sqlite"), "the files differ");
}
