//! `coupon issue`: what is in the file, and that there is either a whole file or none.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::desk::Desk;
use coupon_edge::campaign::{CampaignId, Serial};
use coupon_edge::secret::Root;
use coupon_edge::token::{CouponKey, KeyId, Keyring, UnverifiedToken, VerifiedCoupon};
use serde_json::{Value, json};

const ISSUE: [&str; 3] = ["issue", "--campaign", "536870913"];

/// A desk with a campaign of two kids.
fn desk() -> Desk {
    let desk = Desk::with_campaign("Tea", "2026-02-06T00:00:00Z", "2026-02-23T00:00:00Z");
    desk.done(&["campaign", "rotate", "536870913"]);
    desk
}

fn issue(desk: &Desk, count: &str, out: &str, options: &[&str]) -> (i32, String) {
    let args = ["--count", count, "--value", "2500", "--out", out];
    let (code, stdout, stderr) = desk.coupon(&[ISSUE.as_slice(), &args, options].concat());
    (code, stdout + &stderr)
}

/// Keys as the edge gets them, from the file that the issuer keeps.
fn keyring(desk: &Desk) -> Keyring {
    let keys = fs::read(desk.path("issuer/keys.json")).unwrap();
    let keys: Value = serde_json::from_slice(&keys).unwrap();
    let root = Root::parse(keys["issuer_root"].as_str().unwrap()).unwrap();
    let campaign = CampaignId::try_from(536_870_913).unwrap();
    [1, 2].map(|kid| CouponKey::derive(&root, KeyId { campaign, kid })).into_iter().collect()
}

fn verify(token: &str, keyring: &Keyring) -> VerifiedCoupon {
    UnverifiedToken::parse(token).unwrap().verify(keyring).unwrap()
}

fn read(desk: &Desk, name: &str) -> String {
    fs::read_to_string(desk.path(name)).unwrap()
}

#[test]
fn every_token_verifies_and_every_serial_is_another() {
    let desk = desk();
    // More than the chunks of a round on any machine of up to 12 cores, and no whole chunk.
    let count = 200_001;
    let (code, said) = issue(&desk, &count.to_string(), "coupons.txt", &["--scope", "0x5"]);
    assert_eq!(code, 0, "{said}");
    let keyring = keyring(&desk);
    let text = read(&desk, "coupons.txt");
    let mut serials = HashSet::<Serial>::new();
    for token in text.lines() {
        let verified = verify(token, &keyring);
        let fields = *verified.coupon().fields();
        assert_eq!((fields.value, fields.scope, verified.key().kid), (2500, 5, 2));
        assert_eq!((fields.not_before, fields.not_after), (1_770_336_000, 1_771_804_800));
        serials.insert(fields.serial);
    }
    assert_eq!((text.lines().count(), serials.len()), (count, count));
    let mode = fs::metadata(desk.path("coupons.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// A row as an object, its value a number.
fn csv_row(row: csv::Result<BTreeMap<String, String>>) -> Value {
    let mut row = json!(row.unwrap());
    row["value"] = row["value"].as_str().unwrap().parse::<u32>().unwrap().into();
    row
}

#[test]
fn the_three_formats_say_the_same() {
    let desk = desk();
    let keyring = keyring(&desk);
    for format in ["csv", "ndjson"] {
        let options = [
            "--format",
            format,
            "--kid",
            "1",
            "--from",
            "2026-02-07T00:00:00Z",
            "--until",
            "2026-02-08T00:00:00Z",
        ];
        assert_eq!(issue(&desk, "30", format, &options).0, 0);
        let text = read(&desk, format);
        let rows: Vec<Value> = match format {
            "csv" => {
                csv::Reader::from_reader(text.as_bytes()).into_deserialize().map(csv_row).collect()
            }
            _ => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        };
        assert_eq!(rows.len(), 30);
        for row in rows {
            let verified = verify(row["token"].as_str().unwrap(), &keyring);
            assert_eq!(verified.key().kid, 1);
            let coupon = verified.coupon();
            let expected = json!({
                "token": row["token"],
                "serial": coupon.serial(),
                "value": 2500,
                "not_before": "2026-02-07T00:00:00.000Z",
                "not_after": "2026-02-08T00:00:00.000Z",
            });
            assert_eq!(row, expected);
            assert_eq!(coupon.not_before().rfc3339(), "2026-02-07T00:00:00.000Z");
            assert_eq!(coupon.not_after().rfc3339(), "2026-02-08T00:00:00.000Z");
        }
    }
    assert_eq!(issue(&desk, "30", "text", &[]).0, 0);
    assert_eq!(read(&desk, "text").lines().map(str::len).collect::<Vec<_>>(), [71; 30]);
}

#[test]
fn each_batch_is_on_record() {
    let desk = desk();
    assert_eq!(issue(&desk, "3", "a.txt", &[]).0, 0);
    let (code, said) = issue(&desk, "4", "b.txt", &["--json", "--kid", "1", "--scope", "6"]);
    assert_eq!(code, 0);
    let lines = read(&desk, "issuer/batches.ndjson");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    let mut told: Value = serde_json::from_str(&said).unwrap();
    assert!(told.as_object_mut().unwrap().remove("warnings").is_some());
    assert_eq!(lines[1], told);
    assert_ne!(lines[0]["batch"], lines[1]["batch"]);
    let expected = json!({
        "batch": lines[1]["batch"],
        "campaign": 536_870_913,
        "kid": 1,
        "token_version": 1,
        "count": 4,
        "value": 2500,
        "not_before": "2026-02-06T00:00:00.000Z",
        "not_after": "2026-02-23T00:00:00.000Z",
        "scope": 6,
        "file": "b.txt",
        "created": lines[1]["created"],
    });
    assert_eq!(lines[1], expected);
}

#[test]
fn coupons_that_no_edge_redeems_yet_come_with_a_warning() {
    let desk = desk();
    let issued = |out| issue(&desk, "1", out, &[]).1;
    let warnings = |out| {
        let (code, said) = issue(&desk, "1", out, &["--json"]);
        assert_eq!(code, 0, "{said}");
        serde_json::from_str::<Value>(&said).unwrap()["warnings"].clone()
    };
    let note = "campaign 536870913 is not published: the edge redeems none of its coupons";
    let said = issued("a");
    assert!(said.contains(note) && said.contains("coupon campaign publish 536870913"), "{said}");
    assert_eq!(warnings("b"), json!(["not published: the edge redeems none of its coupons"]));
    desk.done(&["campaign", "publish", "536870913"]);
    assert!(!issued("c").contains("published"));
    assert_eq!(warnings("d"), json!([]));
}

#[test]
fn what_cannot_be_issued_is_refused_before_anything_is_written() {
    let desk = desk();
    let cases: [(&[&str], i32, &str); 9] = [
        (&["--campaign", "5"], 2, "cannot be used multiple times"),
        (&["--kid", "3"], 1, "campaign 536870913 has no kid 3: it has [1, 2]"),
        (&["--from", "2026-02-23T00:00:00Z"], 1, "the token's window is empty"),
        (&["--until", "2026-02-23"], 2, "a time is RFC 3339"),
        (&["--until", "2026-02-23T00:00:00.5Z"], 2, "a time is in whole seconds"),
        (&["--until", "2106-02-07T06:28:16Z"], 2, "before 2106-02-07T06:28:16Z"),
        (&["--qr", "png"], 2, "--qr-dir"),
        (&["--scope", "0x1ffffffff"], 2, "groups are 32 bits"),
        (&["--out", "no/such/dir"], 2, "cannot be used multiple times"),
    ];
    for (options, code, why) in cases {
        let (got, said) = issue(&desk, "1", "coupons.txt", options);
        assert_eq!(got, code, "{options:?}\n{said}");
        assert!(said.contains(why), "{options:?}\n{said}");
        assert!(!desk.path("coupons.txt").exists() && !desk.path("coupons.txt.part").exists());
    }
    let (code, said) = issue(&desk, "1", "no/such/dir", &[]);
    assert_eq!(code, 1);
    assert!(said.contains("cannot write no/such/dir.part"), "{said}");
    let (code, said) = issue(&desk, "10001", "coupons.txt", &["--sheet", "sheet.html"]);
    assert_eq!(code, 1);
    assert!(said.contains("at most 10000 coupons"), "{said}");
    let other = ["issue", "--campaign", "5", "--count", "1", "--value", "1", "--out", "x"];
    let (code, _, said) = desk.coupon(&other);
    assert_eq!(code, 1);
    assert!(
        said.contains("no campaign 5 in ./issuer: make it with `coupon campaign create`"),
        "{said}"
    );
    let free = ["--count", "1", "--value", "0", "--out", "x"];
    assert_eq!(desk.coupon(&[&ISSUE, free.as_slice()].concat()).0, 2);
    assert!(!desk.path("issuer/batches.ndjson").exists());
}

#[test]
fn the_campaigns_window_must_fit_a_token() {
    let desk = desk();
    let path = desk.path("issuer/campaigns/536870913.json");
    let draft = fs::read_to_string(&path).unwrap();
    let edits = [
        ("06T00:00:00.000Z", "06T00:00:00.500Z", "say --from: a time is in whole seconds"),
        ("2026-02-23", "2126-02-23", "say --until: a time is before 2106-02-07T06:28:16Z"),
        ("2026-02-23T00:00:00.000Z", "soon", "cannot be read: `until`: a time is RFC 3339"),
    ];
    for (good, bad, why) in edits {
        assert!(draft.contains(good), "{draft}");
        fs::write(&path, draft.replace(good, bad)).unwrap();
        let (code, said) = issue(&desk, "1", "coupons.txt", &[]);
        assert_eq!(code, 1);
        assert!(said.contains(why), "{said}");
        assert!(!desk.path("coupons.txt").exists());
    }
    fs::write(&path, draft.replace("2026-02-23", "2126-02-23")).unwrap();
    let options = ["--until", "2026-02-23T00:00:00Z"];
    assert_eq!(issue(&desk, "1", "coupons.txt", &options).0, 0);
}

#[test]
fn an_existing_file_is_only_replaced_by_force() {
    let desk = desk();
    fs::write(desk.path("coupons.txt"), "precious").unwrap();
    let (code, said) = issue(&desk, "2", "coupons.txt", &[]);
    assert_eq!(code, 1);
    assert!(said.contains("coupons.txt exists") && said.contains("--force"), "{said}");
    assert_eq!(read(&desk, "coupons.txt"), "precious");
    assert!(!desk.path("coupons.txt.part").exists());
    assert_eq!(issue(&desk, "2", "coupons.txt", &["--force"]).0, 0);
    assert_eq!(read(&desk, "coupons.txt").lines().count(), 2);
}

#[test]
fn what_a_killed_run_left_is_written_anew() {
    let desk = desk();
    fs::write(desk.path("coupons.txt.part"), "C1.left-by-a-killed-run\n".repeat(1000)).unwrap();
    assert_eq!(issue(&desk, "2", "coupons.txt", &[]).0, 0);
    let keyring = keyring(&desk);
    let text = read(&desk, "coupons.txt");
    let authentic = |token| UnverifiedToken::parse(token).unwrap().verify(&keyring).is_ok();
    assert!(text.lines().all(authentic));
    assert_eq!(text.lines().count(), 2);
    assert!(!desk.path("coupons.txt.part").exists());
    let mode = fs::metadata(desk.path("coupons.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn ctrl_c_leaves_nothing_and_the_next_run_works() {
    let desk = desk();
    let args = ["--count", "1000000000", "--value", "2500", "--out", "coupons.txt"];
    let mut command = desk.command(&[ISSUE.as_slice(), &args].concat());
    let mut running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let part = desk.path("coupons.txt.part");
    while !fs::metadata(&part).is_ok_and(|part| part.len() > 0) {
        assert_eq!(running.try_wait().unwrap(), None, "it ended before it wrote anything");
        std::thread::sleep(Duration::from_millis(5));
    }

    // A second process keeps its hands off the first one's file.
    let (code, said) = issue(&desk, "1", "coupons.txt", &["--force"]);
    assert_eq!(code, 1);
    assert!(said.contains("coupons.txt.part is being written by another process"), "{said}");

    let id = running.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = running.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "coupon: interrupted: nothing was issued and no file was written\n");
    for name in ["coupons.txt", "coupons.txt.part", "issuer/batches.ndjson"] {
        assert!(!desk.path(name).exists(), "{name}");
    }

    assert_eq!(issue(&desk, "10", "coupons.txt", &[]).0, 0);
    assert_eq!(read(&desk, "coupons.txt").lines().count(), 10);
}
