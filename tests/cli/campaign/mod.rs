//! `coupon campaign`: what is signed for the edge, and what the edge is told in secret.

mod create;
mod publish;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::desk::Desk;
use coupon_edge::campaign::CampaignId;
use coupon_edge::policy::{CampaignPolicy, PolicyKeys, Rejected, ShopsPolicy, open};
use coupon_edge::till::PosRoots;
use coupon_edge::token::{KeyId, Keyring, UnverifiedToken};
use serde_json::{Value, json};

const ID: &str = "536870913";
const KV_KEY: &str = "policy/536870913";
const DRAFT: &str = "issuer/campaigns/536870913.json";
const PUBLISHED: &str = "issuer/published/policy/536870913";
const CREATE: [&str; 10] = [
    "campaign",
    "create",
    "--name",
    "Spring tea",
    "--currency",
    "CNY",
    "--from",
    "2036-02-06T00:00:00Z",
    "--until",
    "2036-02-23T00:00:00Z",
];

/// A desk with an issuer and campaign 536870913.
fn desk() -> Desk {
    let desk = Desk::new();
    assert_eq!(desk.coupon(&["init"]).0, 0);
    let (code, _, stderr) = create(&desk, &[]);
    assert_eq!(code, 0, "{stderr}");
    desk
}

fn create(desk: &Desk, options: &[&str]) -> (i32, String, String) {
    desk.coupon(&[CREATE.as_slice(), options].concat())
}

fn publish(desk: &Desk, options: &[&str]) -> (i32, String) {
    let (code, stdout, stderr) =
        desk.coupon(&[["campaign", "publish", ID].as_slice(), options].concat());
    (code, stdout + &stderr)
}

/// Publishes; gives the answer for a program.
fn published(desk: &Desk, options: &[&str]) -> Value {
    let (code, said) = publish(desk, &[options, &["--json"]].concat());
    assert_eq!(code, 0, "{said}");
    serde_json::from_str(&said).unwrap()
}

fn show(desk: &Desk) -> Value {
    let (code, stdout, stderr) = desk.coupon(&["campaign", "show", ID, "--json"]);
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

fn text(desk: &Desk, name: &str) -> String {
    fs::read_to_string(desk.path(name)).unwrap()
}

fn parsed(desk: &Desk, name: &str) -> Value {
    serde_json::from_str(&text(desk, name)).unwrap()
}

/// Edits the draft by hand.
fn edit(desk: &Desk, field: &str, value: Value) {
    let mut draft = parsed(desk, DRAFT);
    *draft["policy"].pointer_mut(field).unwrap() = value;
    fs::write(desk.path(DRAFT), serde_json::to_string_pretty(&draft).unwrap()).unwrap();
}

/// The public key that `coupon init` prints.
fn policy_key(desk: &Desk) -> String {
    let (_, stdout, _) = desk.coupon(&["init"]);
    stdout.split_whitespace().last().unwrap().to_owned()
}

fn opened(desk: &Desk) -> CampaignPolicy {
    let keys = PolicyKeys::parse(&policy_key(desk)).unwrap();
    open(KV_KEY, &text(desk, PUBLISHED), &keys).unwrap()
}

fn policy_key_of_new(desk: &Desk) -> String {
    assert_eq!(desk.coupon(&["init"]).0, 0);
    policy_key(desk)
}

/// Puts a program called `npx` first on the path; gives the path.
fn npx(desk: &Desk, script: &str) -> String {
    fs::create_dir_all(desk.path("bin")).unwrap();
    let npx = desk.path("bin/npx");
    fs::write(&npx, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&npx, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{}", desk.path("bin").display(), std::env::var("PATH").unwrap())
}
