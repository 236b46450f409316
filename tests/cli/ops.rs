//! `coupon ops` and `coupon top`.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::desk::Desk;
use coupon_edge::operator::{Operators, TokenHash};
use serde_json::{Value, json};

fn told(desk: &Desk) -> String {
    let secrets = fs::read(desk.path("issuer/edge-secrets.json")).unwrap();
    let secrets: Value = serde_json::from_slice(&secrets).unwrap();
    secrets["OPS_KEYS"].as_str().unwrap().to_owned()
}

#[test]
fn a_token_is_printed_once_and_its_hash_goes_to_the_edge() {
    let desk = Desk::new();
    desk.done(&["init"]);
    assert_eq!(told(&desk), "none", "nobody is an operator until somebody says so");
    let (code, token, said) = desk.coupon(&["ops", "credential", "create", "prometheus"]);
    let token = token.trim_end();
    assert_eq!((code, token.len(), &token[..3]), (0, 46, "O1."));
    assert!(said.contains("npx wrangler secret bulk ./issuer/edge-secrets.json"), "{said}");
    let made = desk.done(&["--json", "ops", "credential", "create", "top"]);
    let made: Value = serde_json::from_str(&made).unwrap();
    let second = made["token"].as_str().unwrap();
    let hashes = [token, second].map(|it| TokenHash::of(it).to_string());
    assert_eq!(told(&desk), hashes.join(","));
    for file in fs::read_dir(desk.path("issuer")).unwrap() {
        let path = file.unwrap().path();
        let text = if path.is_file() { fs::read_to_string(&path).unwrap() } else { String::new() };
        assert!(!text.contains(token) && !text.contains(&token[3..]), "{}", path.display());
    }
    let listed = desk.done(&["ops", "credential", "list"]);
    assert!(listed.contains("prometheus  20") && listed.contains("top         20"), "{listed}");
    assert!(!listed.contains("O1.") && !listed.contains(&hashes[0]), "{listed}");

    let (code, _, said) = desk.coupon(&["ops", "credential", "create", "top"]);
    assert_eq!(code, 1);
    assert!(said.contains("there is a token for top"), "{said}");
    assert_eq!(desk.coupon(&["ops", "credential", "create", "a b"]).0, 2);
    assert_eq!(desk.coupon(&["ops", "credential", "revoke", "nobody"]).0, 1);
    // Whatever else writes the secrets keeps them.
    desk.done(&["keys", "rotate", "receipt"]);
    assert_eq!(told(&desk), hashes.join(","));
    desk.done(&["ops", "credential", "revoke", "prometheus"]);
    assert_eq!(told(&desk), hashes[1]);
    assert!(
        Operators::parse(&told(&desk)).unwrap().admit(Some(&format!("Bearer {second}"))).is_ok()
    );
    desk.done(&["ops", "credential", "revoke", "top"]);
    assert_eq!(told(&desk), "none");
    assert_eq!(desk.done(&["ops", "credential", "list"]), "There is no token.\n");
}

const TEXT: &str = "# TYPE coupon_entries counter
coupon_entries_total{campaign=\"536870913\",chain=\"7\",kind=\"redemption\"} 31
coupon_refusals_total{campaign=\"0\",chain=\"0\",code=\"signature-invalid\"} 3
coupon_up{campaign=\"0\"} 1
coupon_up{campaign=\"536870913\"} 1
# EOF
";

/// Answers once to whoever calls; gives its address, and what it was asked.
fn stand_in(status: &str, body: &str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            asked.push(byte[0]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(asked).unwrap()
    });
    (url, asked)
}

fn top(desk: &Desk, url: &str, further: &[&str]) -> (i32, String, String) {
    let args = ["top", "--edge", url, "--token-file", "token", "--once"];
    desk.coupon(&[&args[..], further].concat())
}

#[test]
fn top_shows_what_the_edge_says_and_says_what_is_wrong() {
    let desk = Desk::new();
    fs::write(desk.path("token"), "O1.secret\n").unwrap();
    let (url, asked) = stand_in("200 OK", TEXT);
    let (code, stdout, stderr) = top(&desk, &url, &[]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    for line in [
        "No campaign known",
        "  0 redeemed, 0 reversed, 3 refused",
        "  refused    signature-invalid 3",
        "Campaign 536870913: 0 of 0 shards heard of",
        "  31 redeemed, 0 reversed, 0 refused",
        "  chains     7 31",
    ] {
        assert!(stdout.lines().any(|it| it == line), "{line} in:\n{stdout}");
    }
    let asked = asked.join().unwrap().to_lowercase();
    assert!(asked.starts_with("get /v1/ops/metrics http/1.1\r\n"), "{asked}");
    assert!(asked.contains("authorization: bearer o1.secret\r\n"), "{asked}");

    let (url, _) = stand_in("200 OK", TEXT);
    let (_, stdout, _) = top(&desk, &url, &["--json"]);
    let shown: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(shown[1]["chains"]["7"], json!({ "total": 31, "per_second": null }));

    for (status, body, exit, why) in [
        ("401 Unauthorized", "", 3, "does not take the token"),
        ("404 Not Found", "", 1, "is it an edge?"),
        ("503 Service Unavailable", "", 1, "answered 503"),
        ("200 OK", "<html>", 1, "something else than counters"),
        ("200 OK", &TEXT.replace("31", "many"), 1, "line 2: no whole number"),
    ] {
        let (url, _) = stand_in(status, body);
        let (code, stdout, stderr) = top(&desk, &url, &[]);
        assert_eq!((code, stdout.as_str()), (exit, ""), "{status} {stderr}");
        assert!(stderr.contains(why) && !stderr.contains("secret"), "{stderr}");
    }
    let (code, _, stderr) = top(&desk, "http://127.0.0.1:9", &[]);
    assert_eq!(code, 1);
    assert!(stderr.contains("no answer from http://127.0.0.1:9"), "{stderr}");
    fs::remove_file(desk.path("token")).unwrap();
    assert!(top(&desk, "http://127.0.0.1:9", &[]).2.contains("cannot read token"));
}
