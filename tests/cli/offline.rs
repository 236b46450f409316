//! A campaign whose tokens are of version 2: anyone can verify its coupons with a public key.

use std::fs;

use crate::desk::Desk;
use coupon_edge::token::{KeyId, Keyring, PublicKey, UnverifiedToken, Version};
use serde_json::{Value, json};

const ID: &str = "536870913";
const FILE: &str = "issuer/campaigns/536870913.json";

/// A desk with an issuer and campaign 536870913.
fn desk(options: &[&str]) -> Desk {
    let desk = Desk::new();
    desk.done(&["init"]);
    let create = ["campaign", "create", "--name", "Tea", "--currency", "CNY"];
    let window = ["--from", "2026-02-06T00:00:00Z", "--until", "2026-02-23T00:00:00Z"];
    desk.done(&[&create[..], &window, options].concat());
    desk
}

fn issue(desk: &Desk, out: &str) -> String {
    let issue = ["issue", "--campaign", ID, "--count", "3", "--value", "2500", "--out", out];
    desk.done(&issue);
    let text = fs::read_to_string(desk.path(out)).unwrap();
    assert_eq!(text.lines().count(), 3);
    text.lines().next().unwrap().to_owned()
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn read(desk: &Desk, file: &str) -> Value {
    json_of(&fs::read_to_string(desk.path(file)).unwrap())
}

#[test]
fn the_edge_gets_the_public_keys_and_no_more() {
    let desk = desk(&["--token-version", "2"]);
    assert_eq!(read(&desk, FILE)["token_version"], 2);
    let old = issue(&desk, "old");
    desk.done(&["campaign", "rotate", ID]);
    let new = issue(&desk, "new");
    assert!(old.starts_with("C2.") && old.len() == 135, "{old}");

    let secrets = read(&desk, "issuer/edge-secrets.json");
    let coupon_keys = secrets["COUPON_KEYS"].as_str().unwrap();
    let keyring = Keyring::parse(coupon_keys).unwrap();
    for (token, kid) in [(&old, 1), (&new, 2)] {
        let token = UnverifiedToken::parse(token).unwrap();
        assert_eq!(token.verify(&keyring).unwrap().key().kid, kid);
    }
    let told = json_of(&desk.done(&["campaign", "public-key", ID, "--json"]));
    assert_eq!(told, json!({ "campaign": 536_870_913, "public_keys": json_of(coupon_keys) }));
    let shown = json_of(&desk.done(&["campaign", "show", ID, "--json"]));
    assert_eq!(shown["token_version"], 2);
    assert!(desk.done(&["campaign", "show", ID]).contains("tokens         version 2\n"));
}

#[test]
fn a_till_verifies_with_public_keys_alone() {
    let desk = desk(&["--token-version", "2"]);
    let token = issue(&desk, "coupons");
    let known = desk.done(&["inspect", &token, "--json"]);
    assert_eq!(json_of(&known)["authentic"], true);
    desk.done(&["campaign", "rotate", ID]);
    let keys = desk.done(&["campaign", "public-key", ID]);
    let keys: Vec<_> = keys.lines().collect();
    assert_eq!(keys.len(), 2);
    for key in &keys {
        let (id, key) = key.split_once('=').unwrap();
        assert!(KeyId::parse(id).is_some() && PublicKey::parse(key).is_some(), "{id} {key}");
    }

    // Somewhere else: no issuer, no network.
    let inspect = |token: &str, keys: &[&str]| {
        let keys = keys.iter().flat_map(|key| ["--public-key", key]);
        let args = ["inspect", token, "--json", "--dir", "none"].into_iter().chain(keys);
        desk.coupon(&args.collect::<Vec<_>>())
    };
    assert_eq!(inspect(&token, &keys), (0, known, String::new()));
    let (code, stdout, _) = inspect(&token, &keys[1..]);
    assert_eq!((code, &json_of(&stdout)["authentic"]), (0, &Value::Null), "the other kid's");
    let swapped = keys[1].replace("536870913/2", "536870913/1");
    let forged = token.replacen(&token[60..64], "AAAA", 1);
    for (token, key) in [(&token, swapped.as_str()), (&forged, keys[0])] {
        let (code, stdout, stderr) = inspect(token, &[key]);
        assert_eq!((code, stdout.as_str()), (3, ""), "{stderr}");
        assert!(stderr.contains("token-forged"), "{stderr}");
    }
    let bare = keys[0].replace("ed25519:", "");
    for wrong in [&bare, "536870913=ed25519:A", &keys[0][..keys[0].len() - 1]] {
        let (code, _, stderr) = inspect(&token, &[wrong]);
        assert_eq!(code, 2, "{wrong}");
        assert!(stderr.contains("a public key is CAMPAIGN/KID=ed25519:"), "{stderr}");
    }
    let (code, _, stderr) = desk.coupon(&["inspect", &forged]);
    assert_eq!(code, 3);
    assert!(stderr.contains("token-forged: this issuer did not sign it"), "{stderr}");
}

#[test]
fn a_file_that_does_not_say_it_is_of_version_1() {
    let desk = desk(&[]);
    let mut file = read(&desk, FILE);
    assert_eq!(file.as_object_mut().unwrap().remove("token_version"), Some(json!(1)));
    fs::write(desk.path(FILE), file.to_string()).unwrap();
    let token = issue(&desk, "coupons");
    assert_eq!(UnverifiedToken::parse(&token).unwrap().version(), Version::One);
    assert_eq!(desk.coupon(&["inspect", &token]).0, 0);
    let (code, _, stderr) = desk.coupon(&["campaign", "public-key", ID]);
    assert_eq!(code, 1);
    assert!(stderr.contains("has no public key: its tokens are of version 1"), "{stderr}");
}

#[test]
fn a_version_never_changes_and_there_are_two() {
    let desk = desk(&["--token-version", "2"]);
    issue(&desk, "coupons");
    let mut file = read(&desk, FILE);
    file["token_version"] = 1.into();
    fs::write(desk.path(FILE), file.to_string()).unwrap();
    for args in [
        &["issue", "--campaign", ID, "--count", "1", "--value", "1", "--out", "x"][..],
        &["campaign", "rotate", ID],
        &["campaign", "show", ID],
    ] {
        let (code, _, stderr) = desk.coupon(args);
        assert_eq!(code, 1, "{args:?}");
        assert!(stderr.contains("coupons of version 2 are out"), "{stderr}");
    }
    file["token_version"] = 3.into();
    fs::write(desk.path(FILE), file.to_string()).unwrap();
    let (code, _, stderr) = desk.coupon(&["campaign", "show", ID]);
    assert_eq!(code, 1);
    assert!(stderr.contains("a token's version is 1 or 2"), "{stderr}");
    let create = ["campaign", "create", "--name", "x", "--currency", "CNY", "--token-version", "3"];
    let window = ["--from", "2026-02-06T00:00:00Z", "--until", "2026-02-23T00:00:00Z"];
    let (code, _, stderr) = desk.coupon(&[&create[..], &window].concat());
    assert_eq!(code, 2);
    assert!(stderr.contains("a token's version is 1 or 2"), "{stderr}");
}
