//! `coupon inspect`: what it shows, and that it shows nothing that is not vouched for.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::desk::Desk;
use serde_json::{Value, json};

/// A desk with an issuer, and a coupon of it.
fn desk() -> (Desk, String) {
    let desk = Desk::with_campaign("Tea", "2026-02-06T00:00:00Z", "2026-02-23T00:00:00Z");
    let args = [
        "issue",
        "--campaign",
        "536870913",
        "--count",
        "1",
        "--value",
        "2500",
        "--scope",
        "0x5",
        "--out",
        "coupon.txt",
    ];
    desk.done(&args);
    let token = fs::read_to_string(desk.path("coupon.txt")).unwrap().trim().to_owned();
    (desk, token)
}

fn with_last(token: &str, last: char) -> String {
    format!("{}{last}", &token[..70])
}

#[test]
fn an_authentic_coupon_is_shown_in_full() {
    let (desk, token) = desk();
    let (code, stdout, _) = desk.coupon(&["inspect", &token, "--json"]);
    assert_eq!(code, 0);
    let shown: Value = serde_json::from_str(&stdout).unwrap();
    let shard = shown["shard"].as_u64().unwrap();
    assert!(shard < 16);
    assert_eq!(shown["serial"].as_str().unwrap().len(), 16);
    let expected = json!({
        "campaign": 536_870_913,
        "shards": 16,
        "shard": shard,
        "object": format!("c536870913/{shard}"),
        "kid": 1,
        "serial": shown["serial"],
        "value": 2500,
        "not_before": "2026-02-06T00:00:00.000Z",
        "not_after": "2026-02-23T00:00:00.000Z",
        "scope": 5,
        "groups": [0, 2],
        "authentic": true,
    });
    assert_eq!(shown, expected);

    let (code, stdout, _) = desk.coupon(&["inspect", &token]);
    assert_eq!(code, 0);
    for line in ["value        2500 minor units", "scope        groups 0, 2", "authentic    yes"] {
        assert!(stdout.lines().any(|shown| shown == line), "{line}\n{stdout}");
    }
}

#[test]
fn a_line_is_read_from_stdin() {
    let (desk, token) = desk();
    let mut command = desk.command(&["inspect", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{token}\r\nanother line\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().contains("authentic    yes"));
}

#[test]
fn malformed_and_forged_coupons_are_refused() {
    let (desk, token) = desk();
    let forged = with_last(&token, if token.ends_with('A') { 'B' } else { 'A' });
    let cases = [
        (forged.as_str(), "coupon: token-forged: "),
        (
            &token[..70],
            "coupon: token-malformed: a token is exactly 71 ASCII characters, or 135 in version 2",
        ),
        (&with_last(&token, '='), "coupon: token-malformed: after C1."),
        (
            &token.replacen("C1.", "C2.", 1),
            "coupon: token-malformed: a token of 71 characters begins with C1.",
        ),
        ("S1.x", "coupon: signature-invalid: a key id is S1."),
    ];
    for (text, why) in cases {
        let (code, stdout, stderr) = desk.coupon(&["inspect", text]);
        assert_eq!((code, stdout.as_str()), (3, ""), "{text}");
        assert!(stderr.starts_with(why), "{stderr}");
    }
    let (code, stdout, stderr) = desk.coupon(&["inspect", &forged, "--json"]);
    assert_eq!((code, stdout.as_str()), (3, ""));
    let error: Value = serde_json::from_str(&stderr).unwrap();
    assert_eq!(error, json!({ "error": "token-forged: this issuer did not sign it" }));
}

#[test]
fn what_is_not_verified_is_not_shown() {
    let (desk, token) = desk();
    // Without keys, and with another issuer's, who has no such campaign.
    assert_eq!(desk.coupon(&["init", "--dir", "other"]).0, 0);
    for (dir, why) in [("none", "not checked"), ("other", "unknown key")] {
        let (code, stdout, _) = desk.coupon(&["inspect", &token, "--dir", dir]);
        assert_eq!(code, 0);
        assert!(stdout.contains("campaign   536870913\nkid        1\n"), "{stdout}");
        assert!(stdout.contains(why) && stdout.contains("not shown"), "{stdout}");
        assert!(!stdout.contains("2500"), "{stdout}");
        let (_, stdout, _) = desk.coupon(&["inspect", &token, "--dir", dir, "--json"]);
        let shown: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(shown["authentic"], Value::Null);
        assert_eq!(shown.as_object().unwrap().len(), 4);
    }
}

#[test]
fn a_key_id_is_shown() {
    let (code, stdout, _) =
        Desk::new().coupon(&["inspect", "S1.AQIDBAUGBwgJCgsMEAINDg8Q", "--json"]);
    assert_eq!(code, 0);
    let expected = json!({
        "shop": 0x0102_0304,
        "till": 0x0506,
        "chain": 0x0708,
        "groups": [2, 3, 8, 9, 11, 17, 19, 24, 27],
        "root": 1,
        "issue": 2,
        "expires": "1976-12-10T00:19:28.000Z",
    });
    assert_eq!(serde_json::from_str::<Value>(&stdout).unwrap(), expected);
}
