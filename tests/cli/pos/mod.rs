//! What a till does with `coupon`, and the edge that `coupon dev` runs for it: both for real.

mod calls;
mod trouble;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use crate::desk::Desk;
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
        for _ in 0..1200 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("it did not end in a minute");
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
