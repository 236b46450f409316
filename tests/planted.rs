//! The planted defects (`tests/planted/`): each still applies to the source, and none of them is in
//! it or can be switched on in it. `./scripts/planted` builds with them and shows what catches each.
#![allow(missing_docs, reason = "a test is nobody's library")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder with this ending.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![project().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|have| have == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no *.{ending} in {folder}");
    found
}

#[track_caller]
fn assert_none(offenders: &[String], rule: &str) {
    assert!(offenders.is_empty(), "{rule}:\n{}", offenders.join("\n"));
}

#[test]
fn every_patch_still_applies_to_the_source() {
    let planted = files("tests/planted", "patch");
    assert!(planted.len() >= 16, "only {}", planted.len());
    let patches = [planted, files("tests/variants", "patch")].concat();
    let offenders = patches.iter().filter_map(|patch| {
        let mut check = Command::new("git");
        check.args(["apply", "--check"]).arg(patch).current_dir(project());
        let output = check.output().unwrap();
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        (!output.status.success()).then_some(why)
    });
    assert_none(&offenders.collect::<Vec<_>>(), "make these patches anew");
}

#[test]
fn every_planted_defect_says_what_it_costs_and_what_catches_it() {
    let mut offenders = files("tests/planted", "patch");
    offenders.retain(|patch| {
        let text = fs::read_to_string(patch).unwrap();
        let about: Vec<_> = text.lines().take_while(|line| line.starts_with('#')).collect();
        let has = |field: &str| about.iter().any(|line| line.starts_with(field));
        // And it changes the source only: not a test, not how the Worker is built.
        let changed: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("+++ ")).collect();
        let source = |file: &&str| file.starts_with("b/src/") && !file.contains("/tests");
        let good = has("# Cost: ") && has("# Caught by: ") && !changed.is_empty();
        !(good && changed.iter().all(source))
    });
    let offenders: Vec<_> = offenders.iter().map(|patch| patch.display().to_string()).collect();
    assert_none(&offenders, "no Cost, no Caught by, or not a change of src");
}

/// What the compiler may be told to leave out, and what it may be given from outside.
const CONDITIONS: [&str; 3] = ["test", "target_arch = \"wasm32\"", "not(target_arch = \"wasm32\")"];
const GIVEN: [&str; 4] = [
    "\"CARGO_PKG_VERSION\"",
    "\"CARGO_PKG_DESCRIPTION\"",
    "\"CARGO_PKG_LICENSE\"",
    // Where the project is: tests look for their vectors there.
    "\"CARGO_MANIFEST_DIR\"",
];

/// What makes a line of source depend on how, where or with what it is built; `None` if nothing.
fn switch(line: &str) -> Option<&'static str> {
    let code = line.split("//").next().unwrap_or_default();
    let after = |at: usize, name: &str| &code[at + name.len()..];
    for name in ["cfg(", "cfg!(", "cfg_attr("] {
        for (at, _) in code.match_indices(name) {
            let rest = after(at, name);
            let allowed = CONDITIONS
                .iter()
                .any(|it| rest.strip_prefix(it).is_some_and(|end| end.starts_with(')')));
            if name != "cfg(" || !allowed {
                return Some("a condition of the compiler");
            }
        }
    }
    for (at, name) in code.match_indices("env!(") {
        if code[..at].ends_with("option_")
            || !GIVEN.iter().any(|it| after(at, name).starts_with(it))
        {
            return Some("a value from the build's environment");
        }
    }
    ["debug_assertions", "#[path", "include!("].into_iter().find(|name| code.contains(name))
}

#[test]
fn nothing_in_the_source_can_switch_a_defect_on() {
    let mut offenders = Vec::new();
    for path in files("src", "rs") {
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            if let Some(why) = switch(line) {
                offenders.push(format!(
                    "{}:{}: {why}: {}",
                    path.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    assert_none(&offenders, "the source is not the same for every build");

    let manifest = fs::read_to_string(project().join("Cargo.toml")).unwrap();
    for section in ["[features]", "[patch", "[replace", "rustflags", "build ="] {
        assert!(!manifest.contains(section), "Cargo.toml has {section}");
    }
    for file in ["build.rs", ".cargo/config.toml", ".cargo/config"] {
        assert!(!project().join(file).exists(), "{file} can change what is built");
    }
}

#[test]
fn the_search_for_switches_finds_them() {
    for yes in [
        "#[cfg(feature = \"planted\")]",
        "#[cfg(not(test))]",
        "if cfg!(debug_assertions) {",
        "#[cfg_attr(planted, path = \"planted.rs\")]",
        "#[cfg(any(test, planted))]",
        "let planted = option_env!(\"PLANTED\");",
        "let planted = env!(\"PLANTED\");",
    ] {
        assert!(switch(yes).is_some(), "{yes}");
    }
    for no in ["#[cfg(test)]", "version: env!(\"CARGO_PKG_VERSION\"),", "// #[cfg(planted)]"] {
        assert_eq!(switch(no), None, "{no}");
    }
}

/// The edge is built from the source and nothing beside it.
#[test]
fn what_builds_the_worker_knows_nothing_of_planted_defects() {
    let mut builders = vec!["scripts/build", "scripts/setup", "wrangler.toml", "local/edge.capnp"]
        .into_iter()
        .map(|file| project().join(file))
        .collect::<Vec<_>>();
    builders.extend(files("src", "rs"));
    let offenders: Vec<_> = builders
        .iter()
        .filter(|file| fs::read_to_string(file).unwrap().contains("planted"))
        .map(|file| file.display().to_string())
        .collect();
    assert_none(&offenders, "names planted defects");
}
