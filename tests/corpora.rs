//! The parsers' properties, on every committed input: what fuzzing began with, and what it found.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    reason = "a test, and what it shares with the fuzz targets"
)]

#[path = "../fuzz/src/lib.rs"]
mod properties;

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use properties::TARGETS;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn stems(folder: &str) -> BTreeSet<String> {
    let stem = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    entries(&fuzz().join(folder)).iter().map(stem).collect()
}

#[test]
fn every_committed_input_keeps_the_properties() {
    let mut failed = Vec::new();
    for (target, holds) in TARGETS {
        let seeds = entries(&fuzz().join("corpus").join(target));
        assert!(seeds.len() >= 5, "{target} has only {} seeds", seeds.len());
        let found = fuzz().join("regressions").join(target);
        let found = if found.exists() { entries(&found) } else { Vec::new() };
        for path in seeds.iter().chain(&found) {
            let input = fs::read(path).unwrap();
            if catch_unwind(|| holds(&input)).is_err() {
                failed.push(path.display().to_string());
            }
        }
    }
    assert!(failed.is_empty(), "a property does not hold for\n{}", failed.join("\n"));
}

#[test]
fn targets_corpora_and_programs_are_the_same() {
    let targets: BTreeSet<_> = TARGETS.iter().map(|(target, _)| (*target).to_owned()).collect();
    assert_eq!(targets.len(), TARGETS.len(), "a target stands twice");
    assert_eq!(stems("corpus"), targets, "fuzz/corpus");
    assert_eq!(stems("fuzz_targets"), targets, "fuzz/fuzz_targets");
    assert!(stems("regressions").is_subset(&targets), "fuzz/regressions");
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    let programs = manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/"));
    let programs: BTreeSet<_> =
        programs.map(|it| it.trim_end_matches(".rs\"").to_owned()).collect();
    assert_eq!(programs, targets, "fuzz/Cargo.toml");
    for target in &targets {
        let program = fuzz().join("fuzz_targets").join(format!("{target}.rs"));
        let runs = format!("coupon_edge_fuzz::{target}::holds(");
        assert!(fs::read_to_string(program).unwrap().contains(&runs), "{target} runs another");
    }
}
