//! `coupon verify-receipt`: what it takes, what it says, and how it ends.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::desk::Desk;
use coupon_edge::base64url;
use coupon_edge::jws::{MAX_BYTES, SigningKeys, Typ};
use serde_json::{Value, json};

const PAYLOAD: &str = r#"{"iss":"coupon-edge","id":"R1.IAAAAQAKAAAAAAEC","campaign":536870913,"shop":7,"till":2,"redeemed_at":"2026-02-06T04:04:05.123Z","order_amount":3000,"discount":2500,"to_pay":500,"currency":"CNY","status":"redeemed","iat":1770350645,"v":1}"#;

fn keys(byte: u8) -> SigningKeys {
    SigningKeys::parse(&base64url::encode(&[byte; 32])).unwrap()
}

/// A desk with the key set of key 1 in jwks.json.
fn desk() -> Desk {
    let desk = Desk::new();
    fs::write(desk.path("jwks.json"), keys(1).public().jwks()).unwrap();
    desk
}

/// Verifies what is given on stdin.
fn verify(desk: &Desk, stdin: &str, options: &[&str]) -> (i32, String, String) {
    let args = [&["verify-receipt", "--jwks", "jwks.json"], options].concat();
    let mut command = desk.command(&args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may end before it has read all.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_genuine_receipt_is_told_in_words() {
    let desk = desk();
    let good = keys(1).sign(Typ::Receipt, PAYLOAD);
    let (code, said, stderr) = verify(&desk, &good, &[]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let kid = keys(1).signer();
    for row in [
        "genuine       yes",
        &format!("key           {}", kid.kid()),
        "says          redeemed 2026-02-06T04:04:05.123Z; whether it was undone later, it cannot say",
        "shop          7",
        "to_pay        500",
    ] {
        assert!(said.lines().any(|line| line == row), "{row}\n{said}");
    }
    let undone = PAYLOAD.replace(
        r#""redeemed","iat":1770350645"#,
        r#""reversed","reversed_at":"2026-02-06T05:00:00.000Z","iat":1770354000"#,
    );
    let (code, said, _) = verify(&desk, &keys(1).sign(Typ::Receipt, &undone), &[]);
    assert_eq!(code, 0);
    assert!(said.contains("and undone 2026-02-06T05:00:00.000Z"), "{said}");

    // From a file, as the edge answers it, for a program.
    fs::write(desk.path("answer"), format!("{}\n", json!({ "receipt": good }))).unwrap();
    let told = desk.done(&["verify-receipt", "answer", "--jwks", "jwks.json", "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let payload: Value = serde_json::from_str(PAYLOAD).unwrap();
    let receipt = json!({ "line": 1, "genuine": true, "kid": kid.kid(), "receipt": payload });
    assert_eq!(told, json!({ "receipts": [receipt] }));
}

#[test]
fn what_is_not_genuine_is_refused_with_a_reason() {
    let desk = desk();
    let good = keys(1).sign(Typ::Receipt, PAYLOAD);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let with_header = |header: &str, signature: &str| {
        format!("{}.{payload}.{signature}", base64url::encode(header.as_bytes()))
    };
    let dear = base64url::encode(PAYLOAD.replace("2500", "9500").as_bytes());
    let kid = keys(1).signer();
    let typed = format!(r#""kid":"{}","typ":"coupon-receipt+jws""#, kid.kid());
    for (receipt, why) in [
        (good[..good.len() - 9].to_owned(), "not base64url of 64 bytes"),
        (signed.to_owned(), "not three parts"),
        (format!("{header}.{dear}.{signature}"), "the signature does not match"),
        (keys(2).sign(Typ::Receipt, PAYLOAD), "no key of the header's kid"),
        (keys(1).sign(Typ::ArchiveHead, PAYLOAD), "signed as something else"),
        (with_header(&format!(r#"{{"alg":"none",{typed}}}"#), ""), "alg is not EdDSA"),
        (with_header(&format!(r#"{{"alg":"HS256",{typed}}}"#), signature), "alg is not EdDSA"),
        (
            with_header(&format!(r#"{{"alg":"none","alg":"EdDSA",{typed}}}"#), signature),
            "once each",
        ),
        (keys(1).sign(Typ::Receipt, &PAYLOAD.replace("\"v\":1", "\"v\":2")), "of version 1"),
        (
            keys(1).sign(Typ::Receipt, &PAYLOAD.replace("\"v\":1", "\"v\":1,\"v\":1")),
            "of version 1",
        ),
        ("A".repeat(MAX_BYTES + 1), "longer than 16 KiB"),
        (r#"{"receipt":"a.b.c","receipt":"a.b.c"}"#.to_owned(), "not as the edge answers"),
        (format!(r#"{{"receipt":"{}"}}"#, "A".repeat(99_999)), "header is not"),
    ] {
        let (code, said, stderr) = verify(&desk, &receipt, &[]);
        assert_eq!((code, stderr.as_str()), (3, ""), "{why}: {said}");
        let because = said.lines().find(|line| line.starts_with("because")).unwrap();
        assert!(because.contains(why) || why == "header is not", "{why}: {said}");
        assert!(!said.contains("2500"), "nothing is said of what it says: {said}");
    }
}

#[test]
fn of_several_each_is_judged_and_one_that_is_wrong_shows_in_the_exit_code() {
    let desk = desk();
    let good = keys(1).sign(Typ::Receipt, PAYLOAD);
    let bad = keys(2).sign(Typ::Receipt, PAYLOAD);
    let (code, told, _) = verify(&desk, &format!("{good}\r\n\n{bad}\n{good}"), &["--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let judged: Vec<_> = told["receipts"].as_array().unwrap().iter().collect();
    let judged: Vec<_> = judged.iter().map(|it| (&it["line"], &it["genuine"])).collect();
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(judged, [(&json!(1), &yes), (&json!(3), &no), (&json!(4), &yes)]);
    assert_eq!(code, 3);
    assert_eq!(verify(&desk, &format!("{good}\n{good}"), &[]).0, 0);
}

#[test]
fn what_cannot_be_read_is_no_verdict() {
    let desk = desk();
    let good = keys(1).sign(Typ::Receipt, PAYLOAD);
    fs::write(desk.path("receipt"), &good).unwrap();
    fs::write(desk.path("empty"), "\n").unwrap();
    fs::write(desk.path("bytes"), b"\xff").unwrap();
    fs::write(desk.path("huge"), vec![b'{'; 70_000]).unwrap();
    fs::write(desk.path("rsa"), r#"{"keys":[{"kty":"RSA"}]}"#).unwrap();
    let renamed = keys(1).public().jwks().replace(keys(1).signer().kid(), "first");
    fs::write(desk.path("renamed"), renamed).unwrap();
    for (receipts, jwks, why) in [
        ("nowhere", "jwks.json", "cannot read nowhere"),
        ("empty", "jwks.json", "empty has no receipt"),
        ("bytes", "jwks.json", "cannot read bytes"),
        ("receipt", "nowhere", "cannot read nowhere"),
        ("receipt", "receipt", "receipt is no key set for receipts"),
        ("receipt", "huge", "more than 65536 bytes"),
        ("receipt", "rsa", "it has no Ed25519 key"),
        ("receipt", "renamed", "is not its thumbprint"),
        ("receipt", "http://127.0.0.1:1/jwks.json", "cannot read http://127.0.0.1:1/jwks.json"),
    ] {
        let (code, stdout, stderr) = desk.coupon(&["verify-receipt", receipts, "--jwks", jwks]);
        assert_eq!((code, stdout.as_str()), (1, ""), "{why}");
        assert!(stderr.contains(why), "{why}: {stderr}");
    }
    assert_eq!(desk.coupon(&["verify-receipt", "receipt"]).0, 2, "keys have to be named");
    let (code, _, stderr) = verify(&desk, &"A\n".repeat(9 * 1024 * 1024), &[]);
    assert_eq!(code, 1);
    assert!(stderr.contains("more than 16777216 bytes"), "{stderr}");
}
