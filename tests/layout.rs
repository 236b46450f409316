//! The layout that `docs/` promises, held against the files.
#![allow(missing_docs, reason = "a test is nobody's library")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};

struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    fn is_under(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    /// The lines with a number from 1, without those that are comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(project().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// The files of a folder with this ending, paths from the project.
fn files(folder: &str, ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![project().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|have| have == ending) {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(project()).unwrap().to_owned();
                found.push(Source { path, text });
            }
        }
    }
    assert!(!found.is_empty(), "no *.{ending} in {folder}");
    found
}

fn rust() -> Vec<Source> {
    let folders = ["src", "tests", "fuzz/src", "fuzz/fuzz_targets"];
    folders.into_iter().flat_map(|folder| files(folder, "rs")).collect()
}

#[track_caller]
fn assert_none(offenders: &[String], rule: &str) {
    assert!(offenders.is_empty(), "{rule}:\n{}", offenders.join("\n"));
}

/// Lines of code for which `offends` holds, as `path:line: text`.
fn offending_lines(sources: &[Source], offends: impl Fn(&str) -> bool) -> Vec<String> {
    let lines = sources.iter().flat_map(|source| {
        let lines = source.code().filter(|(_, line)| offends(line));
        lines.map(|(number, line)| format!("{}:{number}: {}", source.path.display(), line.trim()))
    });
    lines.collect()
}

/// Whether the name stands in the text, not as a part of a longer one.
fn names(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + name.len()..].starts_with(part))
}

fn names_worker(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let names_path = code.match_indices("worker::").any(|(at, _)| {
        !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
    });
    let code = code.trim_start().trim_start_matches("pub ");
    names_path
        || ["use worker", "extern crate worker"].iter().any(|start| {
            code.strip_prefix(start).is_some_and(|rest| rest.starts_with([':', ';', ' ']))
        })
}

#[test]
fn only_the_edge_names_the_platform() {
    let core: Vec<_> =
        files("src", "rs").into_iter().filter(|source| !source.is_under("src/edge")).collect();
    assert_none(&offending_lines(&core, names_worker), "`worker` outside src/edge");
    let edge: Vec<_> =
        files("src", "rs").into_iter().filter(|source| source.is_under("src/edge")).collect();
    assert!(!offending_lines(&edge, names_worker).is_empty(), "the search finds nothing");
}

#[test]
fn the_judge_knows_nothing_of_the_ledger() {
    let judge: Vec<_> = rust().into_iter().filter(|file| file.is_under("src/prove")).collect();
    let judge: Vec<_> =
        judge.into_iter().filter(|file| !file.is_under("src/prove/tests")).collect();
    assert!(!judge.is_empty());
    let offenders = offending_lines(&judge, |line| line.contains("ledger"));
    assert_none(&offenders, "what judges the ledger must not be made of it");
}

#[test]
fn the_search_for_worker_finds_it_and_nothing_else() {
    for yes in [
        "use worker::Env;",
        "    use worker as w;",
        "pub use worker::{Env};",
        "extern crate worker;",
        "let now = worker::Date::now();",
        "fn f(env: &worker::Env) {}",
    ] {
        assert!(names_worker(yes), "{yes}");
    }
    for no in ["use workerd::Start;", "// use worker::Env", "my_worker::f()", "self::worker::f()"] {
        assert!(!names_worker(no), "{no}");
    }
}

#[test]
fn no_file_is_over_300_lines() {
    let offenders: Vec<_> = rust()
        .iter()
        .map(|source| (source.text.lines().count(), source))
        .filter(|(lines, _)| *lines > 300)
        .map(|(lines, source)| format!("{}: {lines}", source.path.display()))
        .collect();
    assert_none(&offenders, "over 300 lines");
}

#[test]
fn every_file_begins_by_saying_what_it_is() {
    let offenders: Vec<_> = rust()
        .iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.path.display().to_string())
        .collect();
    assert_none(&offenders, "no `//!` in the first line");
}

#[test]
fn no_module_is_called_utils() {
    let vague = ["util", "utils", "helper", "helpers", "misc", "common"];
    let offenders: Vec<_> = rust()
        .iter()
        .flat_map(|source| source.path.iter().map(move |part| (source, part)))
        .filter(|(_, part)| vague.contains(&part.to_str().unwrap().trim_end_matches(".rs")))
        .map(|(source, _)| source.path.display().to_string())
        .collect();
    assert_none(&offenders, "a module whose name says nothing");
    let declared = |line: &str| {
        let mut words = line.trim().trim_end_matches([';', '{']).split_whitespace();
        words.any(|word| word == "mod") && words.any(|word| vague.contains(&word))
    };
    assert_none(&offending_lines(&rust(), declared), "a module whose name says nothing");
}

#[test]
fn one_file_appends_to_the_ledger() {
    let mut sources = files("src", "rs");
    sources.retain(|source| !source.path.to_str().unwrap().contains("/tests"));
    let writers: Vec<_> = sources
        .iter()
        .filter(|source| source.code().any(|(_, line)| line.contains("INSERT INTO entry")))
        .map(|source| source.path.to_str().unwrap())
        .collect();
    assert_eq!(writers, ["src/ledger/statement.rs"]);
    // And nothing rewrites, deletes or replaces.
    let rewrites = |line: &str| {
        let line = line.to_ascii_uppercase();
        ["UPDATE ENTRY", "DELETE FROM", "REPLACE INTO", "OR REPLACE", "DO UPDATE", "DROP TABLE"]
            .iter()
            .any(|words| line.contains(words))
    };
    sources.retain(|source| source.is_under("src/ledger") || source.is_under("src/edge"));
    assert_none(&offending_lines(&sources, rewrites), "the ledger only grows");
}

#[test]
fn every_dependency_is_accounted_for() {
    let document = read("docs/dependencies.md");
    let mut inside = false;
    let mut crates = Vec::new();
    for line in (read("Cargo.toml") + &read("fuzz/Cargo.toml")).lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if let (true, false, Some((name, _))) =
            (inside, line.starts_with('#'), line.split_once('='))
        {
            crates.push(name.trim().to_owned());
        }
    }
    assert!(crates.len() > 20, "only {crates:?}");
    crates.retain(|name| name != "coupon-edge");
    crates.retain(|name| !names(&document, name));
    assert_none(&crates, "not in docs/dependencies.md");
}

/// The bindings of an edge.
const BINDINGS: &str = "POLICY LEDGER STATEMENT COUNTERS ARCHIVE COUPON_KEYS POS_ROOTS RECEIPT_KEYS ARCHIVE_KEYS OPS_KEYS POLICY_KEYS AUTHORITIES";

#[test]
fn hosted_edge_local_edge_and_source_agree_on_bindings() {
    let (hosted, local) = (read("wrangler.toml"), read("local/edge.capnp"));
    let edge = files("src/edge", "rs");
    for name in BINDINGS.split(' ') {
        assert!(local.contains(&format!("(name = \"{name}\",")), "{name} is not bound locally");
        // Secrets are not in wrangler.toml; there stands how they are set.
        assert!(names(&hosted, name), "wrangler.toml does not know {name}");
        let quoted = format!("\"{name}\"");
        assert!(
            edge.iter().any(|source| source.code().any(|(_, line)| line.contains(&quoted))),
            "the source does not use {name}"
        );
    }
    // No binding beside these.
    let bindings = local.split("bindings = [").nth(1).and_then(|rest| rest.split("],").next());
    assert_eq!(bindings.unwrap().matches("(name = ").count(), BINDINGS.split(' ').count());
    let value = |text: &str, name: &str| {
        let (_, rest) = text.split_once(name).unwrap_or_else(|| panic!("no {name}"));
        rest.split('"').nth(1).unwrap().to_owned()
    };
    assert_eq!(value(&hosted, "compatibility_date"), value(&local, "compatibilityDate"));
    for class in ["LedgerObject", "StatementObject", "CounterObject"] {
        let (bound, made) = (format!("_name = \"{class}\""), format!("classes = [\"{class}\"]"));
        assert!(hosted.contains(&bound) && hosted.contains(&made), "{class}");
        let local_class = format!("uniqueKey = \"coupon-edge-{class}\", enableSql = true");
        assert!(local.contains(&local_class), "{class}");
        let class = format!("pub struct {class}");
        assert!(edge.iter().any(|source| source.text.contains(&class)), "no {class}");
    }
}

/// No storage option that answers before a write is durable.
#[test]
fn nothing_bypasses_the_output_gate() {
    // In two parts, so that this file is none that has it.
    let forbidden = [concat!("allow", "Unconfirmed"), concat!("allow", "_unconfirmed")];
    let mut sources = rust();
    for (folder, ending) in [("local", "capnp"), ("build", "js")] {
        if project().join(folder).exists() {
            sources.extend(files(folder, ending));
        }
    }
    sources.push(Source { path: "wrangler.toml".into(), text: read("wrangler.toml") });
    let offends = |line: &str| forbidden.iter().any(|option| line.contains(option));
    assert_none(
        &offending_lines(&sources, offends),
        "a write may be answered before it is durable",
    );
}

/// The Worker and the packages of npm are made of what was locked.
#[test]
fn every_package_is_locked_by_its_checksum() {
    let ours = "\nname = \"coupon-edge\"\n";
    let packages = read("Cargo.lock");
    let packages: Vec<_> = packages.split("[[package]]").skip(1).collect();
    assert!(packages.len() > 100 && packages.iter().any(|package| package.starts_with(ours)));
    for package in packages.iter().filter(|package| !package.starts_with(ours)) {
        let registry = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        assert!(package.contains(registry) && package.contains("checksum = "), "{package}");
    }
    let npm: serde_json::Value = serde_json::from_str(&read("package-lock.json")).unwrap();
    let npm = npm["packages"].as_object().unwrap();
    assert!(npm.len() > 50);
    for (name, package) in npm.iter().filter(|(name, _)| !name.is_empty()) {
        assert!(package["integrity"].is_string(), "{name}");
    }
    let setup = read("scripts/setup");
    assert!(setup.contains("npm ci ") && !setup.contains("npm install"));
}

#[test]
fn there_is_no_second_address() {
    let hosted = read("wrangler.toml");
    for off in ["workers_dev = false", "preview_urls = false"] {
        assert!(hosted.lines().any(|line| line == off), "{off}");
    }
}

/// That the library's comparison takes as long whatever the tag, `./scripts/timing` measures.
#[test]
fn tags_are_compared_in_constant_time() {
    for (file, comparison) in [
        ("src/token/v1.rs", "self.tag_of(message).ct_eq(tag).into()"),
        ("src/till/credential.rs", "self.sign(base).ct_eq(tag).into()"),
        ("src/operator.rs", "hash.as_bytes().ct_eq(shown.as_bytes())"),
    ] {
        assert!(read(file).contains(comparison), "{file}");
    }
}
