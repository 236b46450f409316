//! What a till does with `coupon`, and the edge that `coupon dev` runs for it: both for real.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test"
)]

mod cli_desk;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use cli_desk::Desk;
use coupon_edge::cli::local::free_port;
use serde_json::{Value, json};

const CAMPAIGN: &str = "536870913";

/// A desk with a published campaign, coupons in coupons.txt, and credentials for shops 17 and 18
/// in shops.csv.
fn desk() -> Desk {
    let desk = Desk::with_campaign("Tea", "2026-01-01T00:00:00Z", "2105-01-01T00:00:00Z");
    desk.done(&["campaign", "publish", CAMPAIGN]);
    let issue = ["issue", "--campaign", CAMPAIGN, "--count", "9", "--value", "2500"];
    desk.done(&[&issue[..], &["--out", "coupons.txt"]].concat());
    let list = "id,chain,groups,name\n17,1,1,Station\n18,1,1,Airport\n";
    fs::write(desk.path("list.csv"), list).unwrap();
    desk.done(&["shop", "enrol", "list.csv", "--out", "shops.csv", "--tills", "1"]);
    desk
}

fn coupons(desk: &Desk) -> Vec<String> {
    let text = fs::read_to_string(desk.path("coupons.txt")).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// `coupon dev`, running on a desk.
struct Edge<'a> {
    desk: &'a Desk,
    url: String,
    child: Child,
}

fn dev(desk: &Desk, port: u16, options: &[&str]) -> Command {
    let port = port.to_string();
    let args = ["dev", "--port", &port, "--project", env!("CARGO_MANIFEST_DIR")];
    desk.command(&[&args[..], options].concat())
}

/// How many processes have the desk's ledger on their command line.
fn workerds(desk: &Desk) -> usize {
    let output = Command::new("ps").args(["-A", "-ww", "-o", "args"]).output().unwrap();
    let ledger = format!("--directory-path=ledger={}", desk.path("ledger").display());
    String::from_utf8_lossy(&output.stdout).lines().filter(|args| args.contains(&ledger)).count()
}

impl<'a> Edge<'a> {
    fn start(desk: &'a Desk) -> Self {
        let ledger = desk.path("ledger");
        let places = ["--storage", ledger.to_str().unwrap(), "--url-file", "url"];
        let log = File::options().create(true).append(true).open(desk.path("log")).unwrap();
        let mut child = dev(desk, free_port().unwrap(), &places)
            // A group of its own, as a shell gives to each command.
            .process_group(0)
            .stdout(log)
            .stderr(File::create(desk.path("said")).unwrap())
            .spawn()
            .unwrap();
        for _ in 0..600 {
            if let Ok(url) = fs::read_to_string(desk.path("url")) {
                return Self { desk, url: url.trim().to_owned(), child };
            }
            let said = || fs::read_to_string(desk.path("said")).unwrap();
            assert_eq!(child.try_wait().unwrap(), None, "{}", said());
            thread::sleep(Duration::from_millis(50));
        }
        let _ = child.kill();
        panic!("the edge did not start in 30 s");
    }

    /// Asks it to end: one process (an id), or a group of them (the id below zero).
    fn signal(&self, name: &str, whom: &str) {
        let kill = Command::new("kill").args(["-s", name, "--", whom]).status();
        assert!(kill.unwrap().success());
    }

    fn ended(&mut self) -> ExitStatus {
        for _ in 0..200 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("it did not end in 10 s");
    }

    /// Ends it as a supervisor does, and sees that nothing of it is left but the ledger.
    fn stop(mut self) {
        assert_eq!(workerds(self.desk), 1);
        self.signal("INT", &self.child.id().to_string());
        assert_eq!(self.ended().code(), Some(0));
        assert!(!self.desk.path("url").exists());
        assert_eq!(workerds(self.desk), 0);
        assert!(fs::read_dir(self.desk.path("ledger")).unwrap().next().is_some());
    }

    /// A till's command here; its exit code and stdout.
    fn till(&self, args: &[&str]) -> (i32, String) {
        till(self.desk, &self.url, args)
    }

    /// The same for a program: its exit code and the one document.
    fn told(&self, args: &[&str]) -> (i32, Value) {
        told(self.desk, &self.url, args)
    }
}

impl Drop for Edge<'_> {
    fn drop(&mut self) {
        // Killed at once it would leave its workerd behind.
        if matches!(self.child.try_wait(), Ok(None)) {
            let id = self.child.id().to_string();
            let _ = Command::new("kill").arg(id).status();
            let _ = self.child.wait();
        }
    }
}

fn till(desk: &Desk, url: &str, args: &[&str]) -> (i32, String) {
    let (code, stdout, stderr) =
        desk.coupon(&[args, &["--url", url, "--shops", "shops.csv"]].concat());
    assert_eq!(stderr, "", "{args:?}");
    (code, stdout)
}

fn told(desk: &Desk, url: &str, args: &[&str]) -> (i32, Value) {
    let (code, stdout) = till(desk, url, &[args, &["--json"]].concat());
    let told: Value = serde_json::from_str(&stdout).unwrap();
    for name in ["status", "replayed", "key", "request_id", "body"] {
        assert!(told.get(name).is_some(), "{name}\n{told}");
    }
    (code, told)
}

/// The value of a row of a table.
fn row<'a>(table: &'a str, name: &str) -> &'a str {
    let row = table.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix("  "));
    row.unwrap_or_else(|| panic!("no {name}\n{table}")).trim()
}

#[test]
fn a_coupon_is_checked_redeemed_reversed_and_cancelled() {
    let desk = desk();
    let coupons = coupons(&desk);
    let edge = Edge::start(&desk);
    let token = coupons[0].as_str();

    for options in [&[][..], &["--amount", "3000"]] {
        let (code, told) = edge.told(&[&["check", token], options].concat());
        assert_eq!((code, &told["status"], &told["key"]), (0, &json!(200), &Value::Null));
        assert_eq!(told["body"]["redeemable"], true, "{told}");
    }

    let redeem = ["redeem", token, "--amount", "3000", "--order-ref", "4711", "--key"];
    let first = [&redeem[..], &["bill-1"]].concat();
    let (code, redeemed) = edge.told(&first);
    assert_eq!((code, &redeemed["status"]), (0, &json!(201)), "{redeemed}");
    assert_eq!((&redeemed["replayed"], &redeemed["key"]), (&json!(false), &json!("bill-1")));
    assert!(!redeemed["request_id"].as_str().unwrap().is_empty());
    let body = &redeemed["body"];
    assert_eq!((&body["to_pay"], &body["order_ref"]), (&json!(500), &json!("4711")));
    let (code, again) = edge.told(&first);
    assert_eq!((code, &again["status"], &again["replayed"]), (0, &json!(200), &json!(true)));
    assert_eq!(again["body"], redeemed["body"]);
    let (_, human) = edge.till(&first);
    assert_eq!(row(&human, "status"), "200 (the first answer again)");
    assert_eq!(row(&human, "to_pay"), "500");

    let (code, refused) = edge.till(&[&redeem[..], &["bill-2"]].concat());
    assert_eq!(code, 3);
    assert_eq!((row(&refused, "status"), row(&refused, "code")), ("409", "already-redeemed"));
    let (code, document) = edge.told(&[&redeem[..], &["bill-2"]].concat());
    assert_eq!((code, &document["status"]), (3, &json!(409)));
    let words = &document["body"]["message"];
    assert_eq!(row(&refused, "cashier zh"), words["zh-Hans"]);
    assert_eq!(row(&refused, "cashier en"), words["en"]);
    assert!(!refused.contains("null") && !row(&refused, "request").is_empty(), "{refused}");
    let (code, checked) = edge.told(&["check", token]);
    assert_eq!((code, &checked["status"]), (3, &json!(409)), "{checked}");

    let id = redeemed["body"]["id"].as_str().unwrap();
    let (code, reversed) = edge.told(&["reverse", id, "--key", "undo-1"]);
    assert_eq!((code, &reversed["status"]), (0, &json!(201)), "{reversed}");
    assert!(reversed["body"]["reversed_at"].is_string());
    let (code, late) = edge.told(&first);
    assert_eq!((code, &late["body"]["code"]), (3, &json!("redemption-reversed")));
    // Another shop's redemption is none of this one's business.
    let (code, other) = edge.told(&["reverse", id, "--shop", "18"]);
    assert_eq!((code, &other["body"]["code"]), (3, &json!("not-found")));

    // A key that was made up is told, and is as good as any other.
    let redeem = ["redeem", coupons[1].as_str(), "--amount", "3000", "--shop", "18", "--till", "1"];
    let (code, human) = edge.till(&redeem);
    assert_eq!((code, row(&human, "status")), (0, "201"));
    let key = row(&human, "key").to_owned();
    let (code, again) = edge.told(&[&redeem[..], &["--key", &key]].concat());
    assert_eq!((code, &again["replayed"], &again["key"]), (0, &json!(true), &json!(key)));
    assert_eq!((&again["body"]["shop"], &again["body"]["till"]), (&json!(18), &json!(1)));

    // Cancelled: what a key did, and what it would have done. Made-up keys may begin like options.
    let there = ["--shop", "18", "--till", "1"];
    let cancel = ["cancel", coupons[1].as_str(), "--redemption-key", &key];
    let (code, cancelled) = edge.told(&[&cancel[..], &there].concat());
    assert_eq!((code, &cancelled["status"]), (0, &json!(201)), "{cancelled}");
    assert_eq!(cancelled["body"]["outcome"], "reversed");
    let cancel = ["cancel", coupons[2].as_str(), "--redemption-key", "-lost", "--key", "-off"];
    let (code, voided) = edge.told(&cancel);
    assert_eq!((code, &voided["body"]["outcome"]), (0, &json!("voided")));
    let late = ["redeem", coupons[2].as_str(), "--amount", "3000", "--key", "-lost"];
    assert_eq!(row(&edge.till(&late).1, "code"), "redemption-reversed");

    edge.stop();
    let log = fs::read_to_string(desk.path("log")).unwrap();
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
    assert!(!coupons.iter().any(|token| log.contains(token)));
}

#[test]
fn what_is_published_meanwhile_is_found_after_a_restart() {
    let desk = desk();
    let coupons = coupons(&desk);
    let redeem = |edge: &Edge<'_>, token, key| {
        let (code, told) = edge.told(&["redeem", token, "--amount", "3000", "--key", key]);
        (code, told["body"]["code"].as_str().unwrap_or_default().to_owned(), told)
    };
    let edge = Edge::start(&desk);
    let (code, _, first) = redeem(&edge, &coupons[0], "a");
    assert_eq!(code, 0, "{first}");
    desk.done(&["campaign", "publish", CAMPAIGN, "--pause"]);
    edge.stop();

    let mut edge = Edge::start(&desk);
    let (code, refused, _) = redeem(&edge, &coupons[1], "b");
    assert_eq!((code, refused.as_str()), (3, "campaign-paused"));
    // The ledger is the same.
    let (code, _, again) = redeem(&edge, &coupons[0], "a");
    assert_eq!((code, &again["replayed"], &again["body"]), (0, &json!(true), &first["body"]));

    // Ctrl-C in a terminal: workerd is told, too, and may be the first to end.
    edge.signal("INT", &format!("-{}", edge.child.id()));
    assert_eq!(edge.ended().code(), Some(0));
    assert!(!desk.path("url").exists());

    // Without a policy the edge does not know, which is not a refusal.
    fs::remove_file(desk.path("issuer/published/policy").join(CAMPAIGN)).unwrap();
    let edge = Edge::start(&desk);
    let redeem = ["redeem", coupons[1].as_str(), "--amount", "3000", "--key", "b"];
    let (code, said) = edge.till(&redeem);
    assert_eq!(code, 4, "{said}");
    assert!(row(&said, "status").starts_with('5') && said.contains("--key b"), "{said}");
    let (code, said) = edge.till(&["check", &coupons[1]]);
    assert_eq!(code, 4, "{said}");
    assert!(said.ends_with("Nothing was changed: run it again.\n"), "{said}");
    edge.stop();
}

#[test]
fn without_an_answer_the_outcome_is_unknown() {
    let desk = desk();
    let token = &coupons(&desk)[0];
    let url = format!("http://127.0.0.1:{}", free_port().unwrap());
    let redeem = ["redeem", token, "--amount", "3000", "--order-ref", "table 4, it's"];
    let (code, said) = till(&desk, &url, &redeem);
    assert_eq!(code, 4);
    assert!(said.starts_with(&format!("no answer from {url}: ")), "{said}");
    assert!(said.contains("What happened is unknown."), "{said}");

    // The command that is told can be run as it stands, and has the key.
    let command = said.lines().last().unwrap().trim().to_owned();
    let key = command.split(" --key ").nth(1).unwrap();
    assert!(command.contains(" redeem ") && command.contains(token.as_str()), "{command}");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{command} --json")).current_dir(desk.path(""));
    let output = shell.output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["key"], key.trim_matches('\''));
    let output = Command::new("sh").arg("-c").arg(&command).current_dir(desk.path("")).output();
    assert_eq!(
        String::from_utf8(output.unwrap().stdout).unwrap().lines().last(),
        Some(format!("  {command}").as_str())
    );

    let (code, document) = told(&desk, &url, &["cancel", token, "--redemption-key", "x"]);
    assert_eq!((code, &document["status"], &document["body"]), (4, &Value::Null, &Value::Null));
    assert!(document["error"].as_str().unwrap().contains("no answer from"), "{document}");
    let (code, said) = till(&desk, &url, &["check", token]);
    assert_eq!(code, 4);
    assert!(said.ends_with("\nNothing was changed: run it again.\n"), "{said}");
    assert!(!said.contains("unknown"), "{said}");
}

/// Gives one answer to whoever calls; gives its address.
fn stranger(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
        stream.write_all(answer.as_bytes()).unwrap();
    });
    url
}

#[test]
fn what_is_no_edges_answer_is_neither_a_yes_nor_a_no() {
    let desk = desk();
    let token = &coupons(&desk)[0];
    let answers = [
        "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n<h1>Hi!</h1>",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue",
        "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 15\r\n\r\n{\"error\": \"no\"}",
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    ];
    for answer in answers {
        let redeem = ["redeem", token, "--amount", "3000", "--key", "bill-1"];
        let (code, said) = till(&desk, &stranger(answer), &redeem);
        assert_eq!(code, 4, "{answer}\n{said}");
        assert!(said.contains("not in the words of an edge: is --url right?"), "{said}");
        assert!(said.contains("unknown") && said.contains("--key bill-1"), "{said}");
    }
    let broken = stranger("HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{\"id\":");
    let (code, document) = told(&desk, &broken, &["redeem", token, "--amount", "3000"]);
    assert_eq!((code, &document["status"]), (4, &Value::Null), "{document}");
}

#[test]
fn credentials_that_cannot_be_used_are_told_and_not_quoted() {
    let desk = desk();
    let token = coupons(&desk)[0].clone();
    let good = fs::read_to_string(desk.path("shops.csv")).unwrap();
    let secret = |line: &str| line.rsplit(',').next().unwrap().to_owned();
    let secrets: Vec<_> = good.lines().skip(1).map(secret).collect();
    let second = good.lines().nth(2).unwrap();
    let damaged = [
        ("empty", String::new(), "has no till 0 of shop 17: enrol it"),
        ("short", good.replace(second, &second[..20]), "is damaged at line 3"),
        ("cut", good.replace(&secrets[0], &secrets[0][..42]), "is damaged at line 2"),
        ("version", good.replace("S1.", "S2."), "is damaged at line 2"),
        // Another shop's credential in this one's row.
        ("swapped", good.replace("\n18,", "\n17,").replacen("\n17,", "\n18,", 2), "at line 4"),
        ("json", format!("{{\"secret\":\"{}\"}}\nx,y\n", secrets[0]), "is damaged at line 2"),
    ];
    let refused = |name: &str, who: &[&str], why: &str| {
        let args = ["redeem", &token, "--amount", "1", "--url", "http://127.0.0.1:9", "--shops"];
        let (code, stdout, stderr) = desk.coupon(&[&args[..], &[name], who].concat());
        assert_eq!((code, stdout.as_str()), (1, ""), "{name}");
        assert!(stderr.contains(why), "{why}\n{stderr}");
        assert!(!secrets.iter().any(|secret| stderr.contains(&secret[..20])), "{stderr}");
    };
    for (name, content, why) in damaged {
        fs::write(desk.path(name), content).unwrap();
        let till = if name == "short" { "1" } else { "0" };
        refused(name, &["--shop", "17", "--till", till], why);
    }
    refused("none.csv", &[], "cannot open none.csv");
    refused("shops.csv", &["--shop", "99"], "shops.csv has no shop 99: enrol it");
    refused("shops.csv", &["--shop", "17", "--till", "7"], "shops.csv has no till 7 of shop 17");
    refused("shops.csv", &["--till", "7"], "shops.csv has no till 7:");
}

#[test]
fn what_no_edge_would_understand_is_not_sent() {
    let desk = desk();
    let url = stranger("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
    let usage = |args: &[&str], why: &str| {
        let (code, _, stderr) = desk.coupon(&[args, &["--shops", "shops.csv"]].concat());
        assert_eq!(code, 2, "{args:?}\n{stderr}");
        assert!(stderr.contains(why), "{why}\n{stderr}");
    };
    for address in [
        "localhost:8787",
        "ftp://a.example",
        "https://a.example/v1",
        "https://u@a.example",
        "https://",
    ] {
        usage(&["check", "C1.x", "--url", address], "an address is like https://");
    }
    for key in ["", "a b", "a,b", "钥匙"] {
        let redeem = ["redeem", "C1.x", "--amount", "1", "--url", &url, "--key", key];
        usage(&redeem, "1 to 255 visible ASCII");
        let cancel = ["cancel", "C1.x", "--url", &url, "--redemption-key", key];
        usage(&cancel, "1 to 255 visible ASCII");
    }
    for id in ["", "R1.x", "../health", "R1.IAAAAQAKAAAAAAEC?x"] {
        usage(&["reverse", id, "--url", &url], "a redemption's id is like R1.");
    }
}

#[test]
fn an_edge_that_cannot_start_says_why() {
    let desk = desk();
    let failed = |mut command: Command| {
        let output = command.stdin(Stdio::null()).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
        String::from_utf8(output.stderr).unwrap()
    };
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    fs::write(desk.path("url"), "http://an-old-one\n").unwrap();
    let said = failed(dev(&desk, port, &["--url-file", "url"]));
    assert!(
        said.starts_with(&format!("coupon: port {port} cannot be had: say another --port")),
        "{said}"
    );
    // Whoever waits for the file must not find that of an edge that is no more.
    assert!(!desk.path("url").exists());

    let port = free_port().unwrap().to_string();
    let not_built = desk.command(&["dev", "--port", &port, "--project", "."]);
    let said = failed(not_built);
    assert_eq!(said, "coupon: ./build/index.js is missing: run scripts/build in . first\n");
    fs::create_dir(desk.path("build")).unwrap();
    for name in ["index.js", "index_bg.wasm"] {
        fs::write(desk.path("build").join(name), "").unwrap();
    }
    let said = failed(desk.command(&["dev", "--port", &port, "--project", "."]));
    assert_eq!(said, "coupon: workerd is not installed in .: run scripts/setup there first\n");

    let edge = Edge::start(&desk);
    let said = failed(dev(&desk, free_port().unwrap(), &["--storage", "ledger"]));
    assert!(said.contains("ledger is the ledger of an edge that runs"), "{said}");
    edge.stop();
}
