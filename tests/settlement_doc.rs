//! `docs/settlement.md` and `docs/archive.md`, held against the code: the worked example is run word
//! for word, and the reader in Python reads what it made.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::path::Path;
use std::process::Command;

const SETTLEMENT: &str = include_str!("../docs/settlement.md");
const ARCHIVE: &str = include_str!("../docs/archive.md");
const READER: &str = include_str!("clients/read_archive.py");

/// The commands of the worked example, each with what it prints.
fn example() -> Vec<(String, String)> {
    let mut steps = Vec::<(String, String)>::new();
    for block in SETTLEMENT.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push((command.to_owned(), String::new())),
                (None, Some((_, output))) => output.push_str(&format!("{line}\n")),
                (None, None) => panic!("a block that begins without a command: {line}"),
            }
        }
    }
    steps
}

/// Runs a line in the folder and gives what it prints.
fn run(line: &str, folder: &Path) -> String {
    let coupon = Path::new(env!("CARGO_BIN_EXE_coupon")).parent().unwrap();
    let path = format!("{}:{}", coupon.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .env("PATH", path)
        .output()
        .unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[test]
fn the_worked_example_and_the_reader_are_right() {
    let folder = tempfile::tempdir().unwrap();
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::os::unix::fs::symlink(project.join("bench"), folder.path().join("bench")).unwrap();
    let steps = example();
    assert!(steps.len() >= 8, "{}", steps.len());
    for (command, expected) in &steps {
        let output = run(command, folder.path());
        let output: Vec<_> = output.lines().map(str::trim_end).collect();
        let expected: Vec<_> = expected.lines().map(str::trim_end).collect();
        assert_eq!(output, expected, "{command}");
    }

    let reader =
        format!("python3 {} mirror", project.join("tests/clients/read_archive.py").display());
    let verified =
        run("coupon --json settle verify --archive mirror --jwks mirror/keys.json", folder.path());
    let verified: serde_json::Value = serde_json::from_str(&verified).unwrap();
    let shards = verified["shards"].as_array().unwrap();
    let expected: Vec<_> = shards
        .iter()
        .map(|shard| {
            let sums = &shard["end"]["sums"];
            let of =
                |kind: &str| format!("{kind} {}/{}", sums[kind]["count"], sums[kind]["discount"]);
            let kinds = ["redemptions", "reversals", "voids", "conflicts"].map(of).join(" ");
            format!("{} {kinds}", shard["shard"].as_str().unwrap())
        })
        .collect();
    assert_eq!(run(&reader, folder.path()).lines().collect::<Vec<_>>(), expected);

    // And it sees what is wrong.
    let end = "sed -i '$d' mirror/journal/*/00001/001/000000000000001.tsv";
    assert_eq!(run(end, folder.path()), "");
    assert!(run(&reader, folder.path()).contains("ValueError"));
}

#[test]
fn the_reader_is_printed_as_it_is() {
    assert!(ARCHIVE.contains(&format!("\n```python\n{READER}```\n")));
}

#[test]
fn every_fault_is_explained() {
    let names = include_str!("../src/cli/settle/finding.rs").split("fn name(").nth(1).unwrap();
    let names = names.split("\n    }\n").next().unwrap();
    let names: Vec<_> = names.split('"').skip(1).step_by(2).collect();
    assert!(names.len() > 12, "{names:?}");
    for name in names {
        assert!(ARCHIVE.contains(&format!("`{name}`")), "not explained: {name}");
    }
}
