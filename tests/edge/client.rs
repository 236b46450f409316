//! Clients that have no code of ours: any implementation of RFC 9421 can call the edge.

use std::path::Path;
use std::process::Command;

use crate::support::Edge;

/// Runs a script of `tests/clients` with `url keyid secret token key`; it prints the status and the
/// body.
fn run(interpreter: &str, script: &str, arguments: &[&str]) -> (u16, String) {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = project.join("tests/clients").join(script);
    assert!(path.exists(), "{} is missing", path.display());
    let output = Command::new(interpreter)
        .arg(&path)
        .args(arguments)
        .current_dir(project)
        .output()
        .unwrap_or_else(|why| panic!("{interpreter} does not start: {why}"));
    let (out, err) = (output.stdout, output.stderr);
    let out = String::from_utf8(out).unwrap();
    let told = String::from_utf8_lossy(&err);
    let (status, body) = out.trim().split_once(' ').unwrap_or_else(|| panic!("{out}{told}"));
    (status.parse().unwrap_or_else(|_| panic!("{out}{told}")), body.to_owned())
}

fn redeems(interpreter: &str, script: &str) {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let (keyid, secret) = (till.attributes.keyid(), till.key.reveal());
    let token = edge.issuer.coupon();
    let call = |secret: &str, token: &str, key: &str| {
        run(interpreter, script, &[&edge.url, &keyid, secret, token, key])
    };

    let other_secret = edge.till(8, 1).key.reveal();
    let (status, body) = call(&other_secret, &token, "bill-1");
    assert_eq!(status, 401, "another till's secret: {body}");

    let (status, first) = call(&secret, &token, "bill-1");
    assert_eq!(status, 201, "{first}");
    let redeemed: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!((&redeemed["shop"], &redeemed["discount"]), (&7.into(), &2500.into()), "{first}");
    let (status, again) = call(&secret, &token, "bill-1");
    assert_eq!((status, again), (200, first), "the same key: the same answer");

    let (status, body) = call(&secret, &token, "bill-2");
    assert_eq!(status, 409, "another key: {body}");
    assert!(body.contains("already-redeemed"), "{body}");
}

/// Signs with the npm package `http-message-signatures`.
#[test]
fn a_client_in_javascript_redeems() {
    redeems("node", "redeem.mjs");
}

#[test]
fn a_client_in_python_redeems() {
    redeems("python3", "redeem.py");
}

#[test]
fn a_client_of_shell_and_openssl_redeems() {
    redeems("bash", "redeem.sh");
}
