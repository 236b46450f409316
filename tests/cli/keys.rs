//! `coupon keys`: rotation, and an issuer of before there were such keys.

use std::fs;

use crate::desk::Desk;
use coupon_edge::jws::{SigningKeys, Typ};
use serde_json::{Value, json};

const KEYS: &str = "issuer/keys.json";
const SECRETS: &str = "issuer/edge-secrets.json";

fn parsed(desk: &Desk, name: &str) -> Value {
    serde_json::from_slice(&fs::read(desk.path(name)).unwrap()).unwrap()
}

/// The keys that the edge is told of.
fn told(desk: &Desk, name: &str) -> SigningKeys {
    SigningKeys::parse(parsed(desk, SECRETS)[name].as_str().unwrap()).unwrap()
}

#[test]
fn a_rotated_key_signs_and_the_old_one_still_verifies() {
    let desk = Desk::new();
    desk.done(&["init"]);
    let (before, archive) = (told(&desk, "RECEIPT_KEYS"), told(&desk, "ARCHIVE_KEYS"));
    assert_ne!(before.signer(), archive.signer(), "each use has a key of its own");
    let old = before.sign(Typ::Receipt, "{}");
    let seed = parsed(&desk, KEYS)["receipt_keys"][0].as_str().unwrap().to_owned();

    let said = desk.done(&["keys", "rotate", "receipt"]);
    assert!(said.contains("npx wrangler secret bulk ./issuer/edge-secrets.json"), "{said}");
    let after = told(&desk, "RECEIPT_KEYS");
    assert!(said.contains(after.signer().kid()) && said.contains(before.signer().kid()), "{said}");
    assert_ne!(after.signer(), before.signer());
    assert!(after.public().verify(Typ::Receipt, &old).is_ok());
    assert_eq!(told(&desk, "ARCHIVE_KEYS").signer(), archive.signer());
    // The old seed is nowhere any more.
    for file in [KEYS, SECRETS] {
        assert!(!fs::read_to_string(desk.path(file)).unwrap().contains(&seed), "{file}");
    }
    let listed = parsed(&desk, KEYS)["receipt_keys"].clone();
    assert_eq!(listed[1], SigningKeys::retired(&before.signer()).as_str());

    // One that leaked is not listed; those before it stay.
    let json = desk.done(&["keys", "rotate", "receipt", "--leaked", "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let last = told(&desk, "RECEIPT_KEYS");
    assert_eq!((&json["use"], &json["listed"]), (&json!("receipt"), &json!(false)));
    assert_eq!(
        (&json["kid"], &json["before"]),
        (&json!(last.signer().kid()), &json!(after.signer().kid()))
    );
    assert!(last.public().verify(Typ::Receipt, &after.sign(Typ::Receipt, "{}")).is_err());
    assert!(last.public().verify(Typ::Receipt, &old).is_ok());
    // Nothing that is done later forgets a key.
    desk.done(&["init"]);
    fs::remove_file(desk.path(SECRETS)).unwrap();
    desk.done(&["init"]);
    assert_eq!(told(&desk, "RECEIPT_KEYS").public(), last.public());
    desk.done(&["keys", "rotate", "archive"]);
    assert_ne!(told(&desk, "ARCHIVE_KEYS").signer(), archive.signer());
    assert_eq!(desk.coupon(&["keys", "rotate", "coupon"]).0, 2);
}

/// Makes the directory what it was before there were these keys.
fn age(desk: &Desk) -> Value {
    let [mut keys, mut secrets] = [parsed(desk, KEYS), parsed(desk, SECRETS)];
    for name in ["receipt_keys", "archive_keys"] {
        assert!(keys.as_object_mut().unwrap().remove(name).is_some());
    }
    for name in ["RECEIPT_KEYS", "ARCHIVE_KEYS"] {
        assert!(secrets.as_object_mut().unwrap().remove(name).is_some());
    }
    fs::write(desk.path(KEYS), keys.to_string()).unwrap();
    fs::write(desk.path(SECRETS), secrets.to_string()).unwrap();
    keys
}

#[test]
fn an_issuer_of_an_earlier_version_gets_the_keys_it_lacks_and_keeps_the_others() {
    let desk = Desk::with_campaign("Tea", "2026-01-01T00:00:00Z", "2105-01-01T00:00:00Z");
    let old = age(&desk);
    // What does not need them leaves the file alone.
    desk.done(&["campaign", "list"]);
    desk.done(&["campaign", "publish", "536870913"]);
    assert_eq!(parsed(&desk, KEYS), old);

    for command in
        [&["init"][..], &["campaign", "rotate", "536870913"], &["keys", "rotate", "receipt"]]
    {
        let old = age_again(&desk);
        let said = desk.done(command);
        let new = parsed(&desk, KEYS);
        for name in ["issuer_root", "pos_roots", "policy_key"] {
            assert_eq!(new[name], old[name], "{command:?}");
        }
        for name in ["RECEIPT_KEYS", "ARCHIVE_KEYS"] {
            let entries = new[name.to_ascii_lowercase()].as_array().unwrap();
            let entries: Vec<_> = entries.iter().map(|it| it.as_str().unwrap()).collect();
            assert_eq!(parsed(&desk, SECRETS)[name], entries.join(","), "{command:?}");
            assert!(!entries.iter().any(|entry| said.contains(entry)), "{command:?}");
        }
    }
    // Made once: the next command finds them.
    let keys = parsed(&desk, KEYS);
    assert!(desk.done(&["init"]).contains("nothing changed"));
    desk.done(&["campaign", "rotate", "536870913"]);
    assert_eq!(parsed(&desk, KEYS), keys);
}

fn age_again(desk: &Desk) -> Value {
    if parsed(desk, KEYS).get("receipt_keys").is_some() { age(desk) } else { parsed(desk, KEYS) }
}

#[test]
fn init_names_what_it_added_to_an_earlier_issuer() {
    let desk = Desk::new();
    desk.done(&["init"]);
    age(&desk);
    let told: Value = serde_json::from_str(&desk.done(&["init", "--json"])).unwrap();
    assert_eq!(told["made"], json!(["./issuer/keys.json", "./issuer/edge-secrets.json"]));
}

#[test]
fn keys_that_cannot_be_read_are_not_replaced() {
    let desk = Desk::new();
    desk.done(&["init"]);
    let mut keys = parsed(&desk, KEYS);
    keys["receipt_keys"] = json!(["almost-a-secret"]);
    fs::write(desk.path(KEYS), keys.to_string()).unwrap();
    for command in [&["init"][..], &["keys", "rotate", "receipt"]] {
        let (code, _, stderr) = desk.coupon(command);
        assert_eq!(code, 1);
        assert!(stderr.contains("keys.json is damaged"), "{stderr}");
        assert!(!stderr.contains("almost"), "{stderr}");
    }
    assert_eq!(parsed(&desk, KEYS), keys);
}

#[test]
fn there_is_room_for_many_old_keys_and_then_it_is_said() {
    let desk = Desk::new();
    desk.done(&["init"]);
    let mut keys = parsed(&desk, KEYS);
    let old = (0..97_u8).map(|n| {
        let seed = coupon_edge::base64url::encode(&[n; 32]);
        SigningKeys::retired(&SigningKeys::parse(&seed).unwrap().signer())
    });
    let old: Vec<_> = old.map(Value::String).collect();
    keys["receipt_keys"].as_array_mut().unwrap().extend(old);
    fs::write(desk.path(KEYS), keys.to_string()).unwrap();
    let (code, _, stderr) = desk.coupon(&["keys", "rotate", "receipt"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("RECEIPT_KEYS") && stderr.contains("take old keys out"), "{stderr}");
    assert_eq!(parsed(&desk, KEYS), keys, "nothing was rotated");
}
