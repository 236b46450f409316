//! `coupon till`: what it accepts, what it refuses in which words, and what it does about a damaged
//! spool. That it loses nothing when it is killed: `tests/edge/till.rs`.

use std::fs;
use std::io::Write as _;

use crate::desk::Desk;
use serde_json::{Value, json};

const ID: &str = "536870913";

/// A desk with a published campaign of version 2 that takes sales of tills without a network.
struct Counter {
    desk: Desk,
    coupons: Vec<String>,
    public_key: String,
    policy_key: String,
}

impl Counter {
    fn new(from: &str, until: &str, publish: &[&str]) -> Self {
        let desk = Desk::new();
        let policy_key = desk.done(&["init"]).split_whitespace().last().unwrap().to_owned();
        let create = ["campaign", "create", "--name", "Tea", "--currency", "CNY"];
        let window = ["--from", from, "--until", until, "--token-version", "2"];
        desk.done(&[&create[..], &window, &["--minimum-spend", "1000"]].concat());
        desk.done(&[&["campaign", "publish", ID], publish].concat());
        let issue = ["issue", "--campaign", ID, "--count", "4", "--value", "2500"];
        desk.done(&[&issue[..], &["--scope", "0x1", "--out", "coupons.txt"]].concat());
        fs::write(desk.path("list.csv"), "id,chain,groups,name\n17,1,1,A\n18,1,2,B\n").unwrap();
        desk.done(&["shop", "enrol", "list.csv", "--out", "shops.csv", "--tills", "1"]);
        let coupons = fs::read_to_string(desk.path("coupons.txt")).unwrap();
        let public_key = desk.done(&["campaign", "public-key", ID]).trim().to_owned();
        let coupons = coupons.lines().map(str::to_owned).collect();
        Self { desk, coupons, public_key, policy_key }
    }

    fn open() -> Self {
        let allowance = ["--offline", "20,50000,86400"];
        Self::new("2026-01-01T00:00:00Z", "2105-01-01T00:00:00Z", &allowance)
    }

    fn accept(&self, options: &[&str]) -> (i32, String, String) {
        self.accept_with(&self.public_key, &format!("issuer/published/policy/{ID}"), options)
    }

    fn accept_with(&self, key: &str, policy: &str, options: &[&str]) -> (i32, String, String) {
        let till = ["till", "accept", "--spool", "spool", "--shops", "shops.csv"];
        let given = ["--public-key", key, "--policy", policy, "--policy-key", &self.policy_key];
        self.desk.coupon(&[&till[..], &given, options].concat())
    }

    /// It is refused with this exit code and these words.
    fn assert_refused(&self, options: &[&str], code: i32, words: &str) {
        let (exit, stdout, stderr) = self.accept(options);
        assert_eq!((exit, stdout.as_str()), (code, ""), "{options:?} {stderr}");
        assert!(stderr.contains(words), "{options:?} {stderr}");
    }

    fn status(&self) -> Value {
        let said = self.desk.done(&["till", "status", "--spool", "spool", "--json"]);
        serde_json::from_str(&said).unwrap()
    }
}

#[test]
fn a_coupon_is_accepted_once_and_its_sale_is_told_again() {
    let counter = Counter::open();
    let sale = [counter.coupons[0].as_str(), "--amount", "3000", "--txn", "bill-1"];
    let (code, said, stderr) = counter.accept(&sale);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(said, "accepted  bill-1\ndiscount  2500\nto pay    500\n");
    assert_eq!(counter.accept(&sale), (0, said, String::new()), "cut off before it could say so");
    let dearer = [sale[0], "--amount", "3001", "--txn", "bill-1"];
    counter.assert_refused(&dearer, 1, "--txn bill-1 is another sale's");
    let again = [sale[0], "--amount", "3000"];
    counter.assert_refused(&again, 3, "already-redeemed: This coupon was used");
    let status = counter.status();
    assert_eq!(status["oldest"].as_str().map(str::len), Some(24));
    let expected = json!({
        "accepted": 1, "discounts": 2500, "waiting": 1, "oldest": status["oldest"], "outcomes": {},
    });
    assert_eq!(status, expected);
}

#[test]
fn what_it_cannot_vouch_for_it_refuses() {
    let counter = Counter::open();
    let coupon = counter.coupons[0].as_str();
    let forged = coupon.replacen(&coupon[60..64], "AAAA", 1);
    counter.assert_refused(&[&forged, "--amount", "3000"], 3, "token-forged");
    counter.assert_refused(&["C2.A", "--amount", "3000"], 3, "token-malformed");
    let short = format!("C1.{}", "A".repeat(68));
    let words = "token-unknown-key: a coupon of version 1 cannot be verified without a network";
    counter.assert_refused(&[&short, "--amount", "3000"], 3, words);
    counter.assert_refused(&[coupon, "--amount", "999"], 3, "below-minimum-spend");
    counter.assert_refused(&[coupon, "--amount", "0"], 1, "an order is of 1 minor unit or more");
    let wrong = [coupon, "--amount", "3000", "--currency", "EUR"];
    counter.assert_refused(&wrong, 3, "currency-mismatch");
    let outside = [coupon, "--amount", "3000", "--shop", "18"];
    counter.assert_refused(&outside, 3, "out-of-scope");

    let policy = format!("issuer/published/policy/{ID}");
    let sale = [coupon, "--amount", "3000"];
    let other_kid = counter.public_key.replace("/1=", "/2=");
    let (code, _, stderr) = counter.accept_with(&other_kid, &policy, &sale);
    assert_eq!(code, 3);
    assert!(stderr.contains("token-unknown-key"), "{stderr}");
    let (code, _, stderr) = counter.accept_with("536870913/1=x", &policy, &sale);
    assert_eq!(code, 2);
    assert!(stderr.contains("a public key is CAMPAIGN/KID=ed25519:"), "{stderr}");
    let (code, _, stderr) = counter.accept_with(&counter.public_key, "none", &sale);
    assert_eq!(code, 1);
    assert!(stderr.contains("cannot read none"), "{stderr}");
    let text = fs::read_to_string(counter.desk.path(&policy)).unwrap();
    fs::write(counter.desk.path("altered"), text.replace("\"paused\":false", "\"paused\":true"))
        .unwrap();
    let (code, _, stderr) = counter.accept_with(&counter.public_key, "altered", &sale);
    assert_eq!(code, 1);
    assert!(stderr.contains("altered is no policy of campaign 536870913"), "{stderr}");
    assert!(!counter.desk.path("spool/accepted").exists() || counter.status()["accepted"] == 0);
}

#[test]
fn the_window_the_pause_and_the_policys_end_hold_at_the_till() {
    let allowance = ["--offline", "20,50000,86400"];
    let early = Counter::new("2104-01-01T00:00:00Z", "2105-01-01T00:00:00Z", &allowance);
    early.assert_refused(&[&early.coupons[0], "--amount", "3000"], 3, "not-yet-valid");
    let paused = ["--offline", "20,50000,86400", "--pause"];
    let paused = Counter::new("2026-01-01T00:00:00Z", "2105-01-01T00:00:00Z", &paused);
    paused.assert_refused(&[&paused.coupons[0], "--amount", "3000"], 3, "campaign-paused");
    let ending = ["--offline", "20,50000,86400", "--valid-for", "1s"];
    let ending = Counter::new("2026-01-01T00:00:00Z", "2105-01-01T00:00:00Z", &ending);
    // Within a second at the latest.
    let forged = ending.coupons[0].replace("C2.", "C1.");
    let over = std::iter::repeat_with(|| ending.accept(&[&forged, "--amount", "3000"]));
    let over = over.take(2000).find(|(code, ..)| *code == 1).unwrap();
    assert!(over.2.contains("the policy was good until "), "{}", over.2);
    let silent = Counter::new("2026-01-01T00:00:00Z", "2105-01-01T00:00:00Z", &[]);
    let words =
        "malformed-request: offline_at: the campaign takes no sales of tills without a network";
    silent.assert_refused(&[&silent.coupons[0], "--amount", "3000"], 3, words);
}

#[test]
fn a_damaged_spool_is_named_and_a_torn_end_is_cut() {
    let counter = Counter::open();
    for (coupon, txn) in counter.coupons.iter().zip(["a", "b", "c"]) {
        assert_eq!(counter.accept(&[coupon, "--amount", "3000", "--txn", txn]).0, 0);
    }
    let path = counter.desk.path("spool/accepted");
    let whole = fs::read_to_string(&path).unwrap();
    fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"0123 {\"txn\":").unwrap();
    assert_eq!(counter.status()["accepted"], 3);
    let fourth = [counter.coupons[3].as_str(), "--amount", "3000", "--txn", "d"];
    assert_eq!(counter.accept(&fourth).0, 0);
    let now = fs::read_to_string(&path).unwrap();
    assert!(now.starts_with(&whole) && now.lines().count() == 4, "{now}");

    fs::write(&path, now.replacen("\"txn\":\"b\"", "\"txn\":\"B\"", 1)).unwrap();
    counter.assert_refused(&fourth, 1, "spool/accepted is damaged in line 2:");
    let (code, _, stderr) = counter.desk.coupon(&["till", "status", "--spool", "spool"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("spool/accepted is damaged in line 2:"), "{stderr}");
}

#[test]
fn one_till_has_the_spool_and_sending_needs_a_line() {
    let counter = Counter::open();
    let sale = [counter.coupons[0].as_str(), "--amount", "3000"];
    assert_eq!(counter.accept(&sale).0, 0);
    let held = fs::File::open(counter.desk.path("spool/accepted")).unwrap();
    held.lock().unwrap();
    let other = [counter.coupons[1].as_str(), "--amount", "3000"];
    counter.assert_refused(&other, 1, "another process has spool/accepted");
    drop(held);
    // Nobody listens there.
    let send = ["till", "send", "--spool", "spool", "--shops", "shops.csv", "--url"];
    let (code, stdout, _) = counter.desk.coupon(&[&send[..], &["http://127.0.0.1:9"]].concat());
    assert_eq!(code, 4);
    assert!(stdout.contains("What became of the sales is unknown: run it again."), "{stdout}");
    assert_eq!(counter.status()["waiting"], 1);
    let results = fs::File::open(counter.desk.path("spool/results")).unwrap();
    results.lock().unwrap();
    let (code, _, stderr) = counter.desk.coupon(&[&send[..], &["http://127.0.0.1:9"]].concat());
    assert_eq!(code, 1);
    assert!(stderr.contains("another process has spool/results"), "{stderr}");
}

#[test]
fn a_campaign_says_what_it_takes() {
    let counter = Counter::open();
    let shown = counter.desk.done(&["campaign", "show", ID]);
    let row = "offline        20 a shop and day, up to 50000 minor units (CNY 500.00), told within 86400 s\n";
    assert!(shown.contains(row), "{shown}");
    let publish =
        |options: &[&str]| counter.desk.coupon(&[&["campaign", "publish", ID], options].concat());
    let (code, said, _) = publish(&["--no-offline"]);
    assert_eq!(code, 0);
    assert!(said.contains("Sales of tills without a network are not taken."), "{said}");
    assert!(counter.desk.done(&["campaign", "show", ID]).contains("offline        none\n"));
    for wrong in ["20", "20,x,3", "1,2,3,4", "-1,2,3"] {
        let (code, _, stderr) = publish(&[&format!("--offline={wrong}")]);
        assert_eq!(code, 2, "{wrong}");
        assert!(stderr.contains("this is three numbers, like 20,50000,86400"), "{stderr}");
    }
    let (code, _, stderr) = publish(&["--offline", "20,50000,59"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("told within 60 to 2592000 seconds"), "{stderr}");
    let first = Desk::with_campaign("Tea", "2026-01-01T00:00:00Z", "2105-01-01T00:00:00Z");
    let (code, _, stderr) =
        first.coupon(&["campaign", "publish", ID, "--offline", "20,50000,86400"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("has coupons of version 1: no till can verify them"), "{stderr}");
}
