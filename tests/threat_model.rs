//! docs/threat-model.md and docs/guarantees.md, held against the tests that they name.
#![allow(missing_docs, reason = "a test is nobody's library")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What every entry without a test must say.
const OPEN: &str = "Not stopped";

/// Files whose every test shows that an attack fails, so that the threat model has them all.
const ATTACKS: [&str; 5] = [
    "tests/forgery.rs",
    "tests/edge/attacks/captured.rs",
    "tests/edge/attacks/headers.rs",
    "tests/edge/attacks/strain.rs",
    "tests/edge/attacks/stranger.rs",
];

fn read(path: &str) -> String {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(project.join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// The attacks of the threat model: each is a paragraph that begins with its number, such as `A07`.
fn attacks(document: &str) -> Vec<(&str, String)> {
    let paragraphs = document.split("\n\n").map(str::trim);
    let numbered = paragraphs.filter(|text| text.starts_with("**A"));
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    numbered.map(|text| (text[3..].split(' ').next().unwrap(), words(text))).collect()
}

/// The tests that a text names, as `file::test`.
fn named(text: &str) -> Vec<(&str, &str)> {
    let quoted = text.split('`').skip(1).step_by(2);
    let paths = quoted.filter(|word| word.contains(".rs::"));
    paths.map(|word| word.split_once("::").unwrap()).collect()
}

/// The names of the tests in a source.
fn tests_of(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut marked = false;
    for line in source.lines().map(str::trim) {
        if let (true, Some(rest)) = (marked, line.strip_prefix("fn ")) {
            found.extend(rest.split('(').next().map(str::to_owned));
        }
        marked = line == "#[test]" || (marked && line.starts_with("#["));
    }
    found
}

fn assert_named_tests_exist(document: &str) {
    let text = read(document);
    let named = named(&text);
    assert!(!named.is_empty(), "{document} names no test");
    for (file, test) in named {
        assert!(tests_of(&read(file)).contains(test), "{document}: no test {test} in {file}");
    }
}

#[test]
fn every_attack_has_a_test_or_is_said_not_to_be_stopped() {
    let document = read("docs/threat-model.md");
    let attacks = attacks(&document);
    assert!(attacks.len() >= 45, "only {} attacks", attacks.len());
    let marks = document
        .match_indices("**A")
        .filter(|(at, _)| document[at + 3..].starts_with(|c: char| c.is_ascii_digit()));
    assert_eq!(attacks.len(), marks.count(), "an attack inside a paragraph");
    for (index, (number, text)) in attacks.iter().enumerate() {
        assert_eq!(*number, format!("{:02}", index + 1), "numbers have no gap: {text}");
        assert!(!named(text).is_empty() || text.contains(OPEN), "neither test nor bound: {text}");
    }
}

#[test]
fn the_tests_that_are_named_exist() {
    for document in ["docs/threat-model.md", "docs/guarantees.md"] {
        assert_named_tests_exist(document);
    }
}

#[test]
fn every_test_of_an_attack_is_in_the_threat_model() {
    let document = read("docs/threat-model.md");
    for file in ATTACKS {
        let tests = tests_of(&read(file));
        assert!(!tests.is_empty(), "{file} has no test");
        for test in tests {
            assert!(document.contains(&format!("`{file}::{test}`")), "{file}::{test} is not named");
        }
    }
}

#[test]
fn what_is_read_is_what_is_written() {
    let document = "text **A01 no**\n\n**A01 – x.** `src/a.rs::b` and `c`.\nNot\n\n**A02 – y.**\n";
    let texts = attacks(document);
    assert_eq!(texts.iter().map(|(number, _)| *number).collect::<Vec<_>>(), ["01", "02"]);
    assert_eq!(named(document), [("src/a.rs", "b")]);
    let source = "#[test]\n#[ignore]\nfn one() {\nfn none() {\n    #[test]\n    fn two(x: u8) {";
    assert_eq!(tests_of(source).into_iter().collect::<Vec<_>>(), ["one", "two"]);
}
