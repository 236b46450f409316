//! What holds for every command: help, exit codes, JSON, and the keys that `init` makes.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::desk::Desk;
use serde_json::{Value, json};

/// The commands that a help text lists.
fn listed(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = lines.take_while(|line| !line.is_empty()).filter(|line| line.starts_with("  "));
    let names = names.filter_map(|line| line.get(2..)?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_has_an_example() {
    let desk = Desk::new();
    let mut commands = vec![Vec::<String>::new()];
    let mut seen = 0;
    while let Some(command) = commands.pop() {
        let mut args: Vec<_> = command.iter().map(String::as_str).collect();
        args.push("--help");
        let (code, help, _) = desk.coupon(&args);
        assert_eq!(code, 0, "{args:?}");
        assert!(help.contains("Example:"), "{args:?}\n{help}");
        for name in listed(&help) {
            commands.push([command.as_slice(), &[name]].concat());
        }
        seen += 1;
    }
    assert!(seen >= 6, "only {seen} commands were found");
}

#[test]
fn exit_codes_are_told_and_kept() {
    let desk = Desk::new();
    let (_, help, _) = desk.coupon(&["--help"]);
    assert!(help.contains("Exit codes:"));
    assert_eq!(desk.coupon(&["no-such-command"]).0, 2);
    assert_eq!(desk.coupon(&["issue", "--campaign", "1"]).0, 2);
    assert_eq!(desk.coupon(&["inspect", "C1.x"]).0, 3);

    let issue = ["issue", "--campaign", "1", "--count", "1", "--value", "1", "--out", "x"];
    let (code, stdout, stderr) = desk.coupon(&issue);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert_eq!(stderr, "coupon: no issuer in ./issuer: run `coupon init` first, or say --dir\n");
    let (code, stdout, stderr) = desk.coupon(&[&["--json"], issue.as_slice()].concat());
    assert_eq!((code, stdout.as_str()), (1, ""));
    let why = "no issuer in ./issuer: run `coupon init` first, or say --dir";
    assert_eq!(serde_json::from_str::<Value>(&stderr).unwrap(), json!({ "error": why }));
}

#[test]
fn init_twice_changes_nothing() {
    let desk = Desk::new();
    let (code, stdout, _) = desk.coupon(&["init"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("Made an issuer in ./issuer."), "{stdout}");
    let keys = fs::read(desk.path("issuer/keys.json")).unwrap();

    let (code, stdout, _) = desk.coupon(&["init"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("nothing changed"), "{stdout}");
    let (code, stdout, _) = desk.coupon(&["init", "--json"]);
    assert_eq!(code, 0);
    let answer: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(answer, json!({ "dir": "./issuer", "created": false }));
    assert_eq!(fs::read(desk.path("issuer/keys.json")).unwrap(), keys);
}

#[test]
fn keys_are_only_in_their_file_and_only_for_their_owner() {
    let desk = Desk::new();
    // What another program left must not decide who can read the keys.
    fs::create_dir(desk.path("issuer")).unwrap();
    fs::write(desk.path("issuer/keys.json.part"), "left by a killed run").unwrap();
    let (code, stdout, stderr) = desk.coupon(&["init"]);
    assert_eq!(code, 0);
    let path = desk.path("issuer/keys.json");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!desk.path("issuer/keys.json.part").exists());

    let keys: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for secret in [&keys["issuer_root"], &keys["pos_roots"]["0"], &keys["policy_key"]] {
        let secret = secret.as_str().unwrap();
        assert_eq!(secret.len(), 43);
        assert!(!stdout.contains(secret) && !stderr.contains(secret));
    }
    assert_ne!(keys["issuer_root"], keys["pos_roots"]["0"]);
    assert_ne!(keys["issuer_root"], keys["policy_key"]);
}

#[test]
fn damaged_keys_are_not_quoted() {
    let desk = Desk::new();
    fs::create_dir(desk.path("issuer")).unwrap();
    fs::write(desk.path("issuer/keys.json"), "{\"issuer_root\": \"almost-a-secret\"}").unwrap();
    let (code, _, stderr) = desk.coupon(&["init"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("keys.json is damaged at line 1"), "{stderr}");
    assert!(!stderr.contains("almost"), "{stderr}");
}

#[test]
fn the_directory_is_named_by_option_or_environment() {
    let desk = Desk::new();
    assert_eq!(
        desk.command(&["init"]).env("COUPON_DIR", "by-env").output().unwrap().status.code(),
        Some(0)
    );
    assert!(desk.path("by-env/keys.json").exists());
    assert_eq!(desk.coupon(&["init", "--dir", "by-option"]).0, 0);
    assert!(desk.path("by-option/keys.json").exists());
}
