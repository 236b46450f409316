//! `docs/receipts.md`, held against the code: its worked example, its fields, and its client, which
//! verifies with a library that is not ours.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use coupon_edge::api::Receipt;
use coupon_edge::jws::{PublicKeys, SigningKeys, Typ};
use serde_json::Value;

const DOC: &str = include_str!("../docs/receipts.md");

/// RFC 8037 appendix A.1.
const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const OTHER: &str = "TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs";

fn keys() -> SigningKeys {
    SigningKeys::parse(SEED).unwrap()
}

/// The line of the doc that begins like this.
fn line(beginning: &str) -> &'static str {
    DOC.lines().find(|line| line.starts_with(beginning)).expect(beginning)
}

fn payload() -> &'static str {
    line(r#"{"iss""#)
}

#[test]
fn the_worked_example_is_right() {
    assert_eq!(line(r#"{"keys""#), keys().public().jwks());
    assert_eq!(line("eyJ"), keys().sign(Typ::Receipt, payload()));
    let receipt = Receipt::read(payload()).unwrap();
    assert_eq!(serde_json::to_string(&receipt).unwrap(), payload());
    let fields: Value = serde_json::from_str(payload()).unwrap();
    for name in fields.as_object().unwrap().keys().map(String::as_str).chain(["reversed_at"]) {
        assert!(DOC.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn the_client_is_printed_as_it_is() {
    let client = include_str!("clients/verify_receipt.mjs");
    assert!(DOC.contains(&format!("\n{client}```\n")), "docs/receipts.md has another:\n{client}");
}

#[test]
fn a_library_of_others_takes_what_we_take_and_nothing_else() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(root.join("node_modules/jose").exists(), "jose is missing: run ./scripts/setup first");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    fs::write(&file, keys().public().jwks()).unwrap();
    let ours = PublicKeys::parse_jwks(&keys().public().jwks()).unwrap();
    let node = |receipt: &str| {
        let client = root.join("tests/clients/verify_receipt.mjs");
        let output = Command::new("node").arg(client).arg(&file).arg(receipt).output().unwrap();
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        (output.status.success(), text)
    };
    let good = keys().sign(Typ::Receipt, payload());
    assert_eq!(node(&good), (true, "redeemed R1.IAAAAQAKAAAAAAEC\n".to_owned()));

    let other = SigningKeys::parse(OTHER).unwrap();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    let dearer = payload().replace("3000", "9000");
    let (_, dearer) = keys().sign(Typ::Receipt, &dearer).split_once('.').map(owned).unwrap();
    let (dearer, _) = dearer.split_once('.').unwrap();
    let none = coupon_edge::base64url::encode(br#"{"alg":"none"}"#);
    for (what, receipt) in [
        ("of another key", other.sign(Typ::Receipt, payload())),
        ("of another use", keys().sign(Typ::ArchiveHead, payload())),
        ("altered", format!("{header}.{dearer}.{signature}")),
        ("unsigned", format!("{none}.{}.", signed.split_once('.').unwrap().1)),
        ("cut off", good[..good.len() - 4].to_owned()),
    ] {
        let (taken, said) = node(&receipt);
        assert!(!taken, "{what}: {said}");
        assert!(ours.verify(Typ::Receipt, &receipt).is_err(), "{what}");
    }
}

fn owned((head, tail): (&str, &str)) -> (String, String) {
    (head.to_owned(), tail.to_owned())
}
