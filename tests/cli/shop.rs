//! `coupon shop`: which rows are enrolled, that the secrets are the ones the edge derives, and who is
//! shut out by the policy.

mod chains;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::desk::Desk;
use coupon_edge::policy::{PolicyKeys, ShopsPolicy, open};
use coupon_edge::secret::Root;
use coupon_edge::till::{Till, TillKey};
use serde_json::{Value, json};

const ENROL: [&str; 5] = ["shop", "enrol", "shops.csv", "--out", "credentials.csv"];

fn desk_with(shops: impl AsRef<[u8]>) -> Desk {
    let desk = Desk::new();
    assert_eq!(desk.coupon(&["init"]).0, 0);
    fs::write(desk.path("shops.csv"), shops).unwrap();
    desk
}

/// Runs it with these options; gives the exit code and what was said.
fn enrol(desk: &Desk, options: &[&str]) -> (i32, String) {
    let (code, stdout, stderr) = desk.coupon(&[&ENROL, options].concat());
    (code, stdout + &stderr)
}

fn credentials(desk: &Desk) -> Vec<[String; 7]> {
    let mut reader = csv::Reader::from_path(desk.path("credentials.csv")).unwrap();
    let header: Vec<_> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header, ["shop", "till", "chain", "groups", "name", "keyid", "secret"]);
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.map(|row: Vec<_>| row.try_into().unwrap()).collect()
}

#[test]
fn each_shop_and_till_gets_the_secret_that_the_edge_derives() {
    let desk = desk_with(
        "\u{feff}name,groups,id,chain\r\n\"Tea, \"\"House\"\" 茶\",0x5,4294967295,65535\r\nB,0,0,0\r\n",
    );
    let options =
        ["--tills", "2", "--issue", "7", "--valid-until", "2031-01-02T03:04:05Z", "--json"];
    let (code, said) = enrol(&desk, &options);
    assert_eq!(code, 0, "{said}");
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&answer["shops"], &answer["credentials"]), (&2.into(), &6.into()));
    assert_eq!(answer["valid_until"], "2031-01-02T03:04:05.000Z");

    let keys = fs::read(desk.path("issuer/keys.json")).unwrap();
    let keys: Value = serde_json::from_slice(&keys).unwrap();
    let root = Root::parse(keys["pos_roots"]["0"].as_str().unwrap()).unwrap();
    let rows = credentials(&desk);
    let names: Vec<_> = rows
        .iter()
        .map(|[shop, till, .., name, _, _]| [shop, till, name].map(String::as_str))
        .collect();
    assert_eq!(
        names,
        [
            ["4294967295", "0", "Tea, \"House\" 茶"],
            ["4294967295", "1", "Tea, \"House\" 茶"],
            ["4294967295", "2", "Tea, \"House\" 茶"],
            ["0", "0", "B"],
            ["0", "1", "B"],
            ["0", "2", "B"],
        ]
    );
    for [shop, number, chain, groups, _, keyid, secret] in rows {
        let till = Till::parse(&keyid).unwrap();
        assert_eq!(till.shop.to_string(), shop);
        assert_eq!(till.till.to_string(), number);
        assert_eq!(till.chain.to_string(), chain);
        assert_eq!(till.groups.to_string(), groups);
        assert_eq!((till.key_version.root(), till.key_version.issue()), (0, 7));
        assert_eq!(till.expires().rfc3339(), "2031-01-02T03:04:05.000Z");
        assert_eq!(TillKey::derive(&root, &till).reveal(), secret);
        assert!(!said.contains(&secret));
    }
    let mode = fs::metadata(desk.path("credentials.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn bad_rows_are_named_by_line_and_nothing_is_written() {
    let mut shops = b"id,chain,groups,name\n1,1,1,good\n\n\n".to_vec();
    let long = format!("6,1,1,{}\n", "x".repeat(201));
    let rows: [(&[u8], &str); 14] = [
        (b"x,1,1,a\n", "line 5: id is not a number of 32 bits"),
        (b"4294967296,1,1,a\r\n", "line 6: id is not a number of 32 bits"),
        (b"+2,1,1,a\n", "line 7: id is not a number of 32 bits"),
        (b"2,65536,1,a\n", "line 8: chain is not a number of 16 bits"),
        (b"3,1,0x100000000,a\n", "line 9: groups are 32 bits"),
        (b"4,1,1,\n", "line 10: name is empty"),
        (long.as_bytes(), "line 11: name is longer than 200 characters"),
        (b"7,1,1,a\x07b\n", "line 12: name has a control character"),
        (b"1,1,1,again\n", "line 13: id 1 is on line 2 already"),
        (b"8,1,1\n", "line 14: 3 columns instead of 4"),
        (b"9,1,1,a,b\n", "line 15: 5 columns instead of 4"),
        (b"10,1,1,\xff\n", "line 16: not UTF-8"),
        (b"11,1,1,\"=HYPERLINK(1)\"\n", "line 17: name begins with = + - or @"),
        ("12,1,1,＠x\n".as_bytes(), "line 18: name begins with = + - or @"),
    ];
    for (row, _) in rows {
        shops.extend(row);
    }
    shops.extend(b"2,1,1,good too\n");
    let desk = desk_with(&shops);

    let (code, said) = enrol(&desk, &[]);
    assert_eq!(code, 1);
    for (_, reason) in rows {
        assert!(said.contains(reason), "{reason}\n{said}");
    }
    assert!(said.contains("14 bad rows") && said.contains("nothing was written"), "{said}");
    assert!(!desk.path("credentials.csv").exists());

    let (code, said) = enrol(&desk, &["--skip-bad"]);
    assert_eq!(code, 0);
    assert!(said.contains("Enrolled 2 shops") && said.contains("Left out 14 bad rows"), "{said}");
    assert!(said.contains("line 17: name begins"), "{said}");
    let names: Vec<_> = credentials(&desk).into_iter().map(|[.., name, _, _]| name).collect();
    assert_eq!(names, ["good", "good too"]);
}

#[test]
fn a_cr_alone_ends_a_line() {
    let desk = desk_with("id,chain,groups,name\r1,1,1,a\rx,1,1,b\r\r\ny,1,1,c");
    let (code, said) = enrol(&desk, &[]);
    assert_eq!(code, 1);
    assert!(said.contains("line 3: id is not a number"), "{said}");
    assert!(said.contains("line 5: id is not a number"), "{said}");
}

#[test]
fn at_most_20_bad_rows_are_shown() {
    let desk = desk_with(format!("id,chain,groups,name\n{}", "x,1,1,a\n".repeat(25)));
    let (code, said) = enrol(&desk, &[]);
    assert_eq!(code, 1);
    assert!(said.contains("25 bad rows"), "{said}");
    assert!(said.contains("line 21: ") && !said.contains("line 22: "), "{said}");
    assert!(said.contains("and 5 more"), "{said}");
    let (code, said) = enrol(&desk, &["--skip-bad"]);
    assert_eq!(code, 1);
    assert!(said.contains("no good row"), "{said}");
}

#[test]
fn a_quote_that_is_not_closed_is_never_skipped() {
    for rows in ["1,1,1,\"a\n2,1,1,b\n3,1,1,c\n", "1,1,1,\"\n2,1,1,b\"\n", "1,1,1,\"a\r\n\"\r\n"] {
        let desk = desk_with(format!("id,chain,groups,name\n{rows}"));
        let (code, said) = enrol(&desk, &["--skip-bad"]);
        assert_eq!(code, 1, "{rows}");
        assert!(said.contains("line 2: a quoted field runs over the end of the line"), "{said}");
        assert!(!desk.path("credentials.csv").exists());
    }
}

#[test]
fn a_file_that_is_no_list_is_refused() {
    for wrong in ["", "id,chain,groups\n1,1,1\n", "id,chain,groups,name,x\n", "1,1,1,a\n"] {
        let (code, said) = enrol(&desk_with(wrong), &[]);
        assert_eq!(code, 1);
        let expected = "must name exactly the columns id, chain, groups, name";
        assert!(said.contains(expected), "{wrong:?}\n{said}");
    }
    let desk = desk_with("");
    fs::remove_file(desk.path("shops.csv")).unwrap();
    assert!(enrol(&desk, &[]).1.contains("cannot read shops.csv"));
}

#[test]
fn an_existing_file_is_only_replaced_by_force() {
    let desk = desk_with("id,chain,groups,name\n1,1,1,a\n");
    fs::write(desk.path("credentials.csv"), "precious").unwrap();
    let (code, said) = enrol(&desk, &[]);
    assert_eq!(code, 1);
    assert!(said.contains("credentials.csv exists") && said.contains("--force"), "{said}");
    assert_eq!(fs::read(desk.path("credentials.csv")).unwrap(), b"precious");
    assert!(!desk.path("credentials.csv.part").exists());
    assert_eq!(enrol(&desk, &["--force"]).0, 0);
    assert_eq!(credentials(&desk).len(), 1);
}

#[test]
fn a_credential_that_could_never_be_used_is_refused() {
    let desk = desk_with("id,chain,groups,name\n1,1,1,a\n");
    let (code, said) = enrol(&desk, &["--valid-until", "2020-01-01T00:00:00Z"]);
    assert_eq!(code, 1);
    assert!(said.contains("--valid-until is over"), "{said}");
    let (code, said) = enrol(&desk, &["--root", "3"]);
    assert_eq!(code, 1);
    assert!(said.contains("no POS root 3"), "{said}");
    assert_eq!(enrol(&desk, &["--root", "16"]).0, 2);
    assert_eq!(enrol(&desk, &["--issue", "4096"]).0, 2);
}

/// Publishes the shops' policy; gives what is said, and the document as the edge opens it.
fn publish(desk: &Desk, options: &[&str]) -> (Value, Value) {
    let args = [["shop", "publish", "--json"].as_slice(), options].concat();
    let (code, stdout, stderr) = desk.coupon(&args);
    assert_eq!(code, 0, "{stderr}");
    let told: Value = serde_json::from_str(&stdout).unwrap();
    let published = fs::read_to_string(desk.path("issuer/published/policy/shops")).unwrap();
    let keys = PolicyKeys::parse(told["policy_key"].as_str().unwrap()).unwrap();
    open::<ShopsPolicy>(ShopsPolicy::KV_KEY, &published, &keys).unwrap();
    let document = published.split_once('\n').unwrap().1;
    (told, serde_json::from_str(document).unwrap())
}

#[test]
fn shops_and_tills_are_suspended_and_restored() {
    let desk = desk_with("");
    let options = ["--suspend", "1001", "--suspend", "1001/2", "--suspend", "7/0"];
    let (told, document) = publish(&desk, &options);
    assert_eq!((&told["epoch"], &document["epoch"]), (&2.into(), &2.into()));
    assert_eq!(document["suspended_shops"], json!([1001]));
    let tills = json!([{ "shop": 1001, "till": 2 }, { "shop": 7, "till": 0 }]);
    assert_eq!(document["suspended_tills"], tills);

    let (told, document) =
        publish(&desk, &["--suspend", "1001", "--restore", "7/0", "--restore", "8"]);
    assert_eq!(document["epoch"], 3);
    assert_eq!(document["suspended_shops"], json!([1001]));
    assert_eq!(document["suspended_tills"], json!([{ "shop": 1001, "till": 2 }]));
    let expected = json!([
        "Nothing to do: shop 1001 was suspended already.",
        "Restored till 0 of shop 7.",
        "Nothing to do: shop 8 was not suspended.",
    ]);
    assert_eq!(told["changes"], expected);

    let (told, document) = publish(&desk, &["--restore", "1001"]);
    assert_eq!(document["suspended_shops"], json!([]));
    assert!(told["changes"].to_string().contains("1 of its tills stay suspended"), "{told}");
    for wrong in ["x", "1/", "1/65536", "/1", "4294967296"] {
        assert_eq!(desk.coupon(&["shop", "publish", "--suspend", wrong]).0, 2, "{wrong}");
    }
}

#[test]
fn time_zones_are_set_for_all_and_for_groups() {
    let desk = Desk::new();
    desk.done(&["init"]);
    let zones = ["--time-zone", "Asia/Shanghai", "--group-time-zone", "3=Asia/Tokyo"];
    publish(&desk, &zones);
    let (_, policy) = publish(&desk, &["--group-time-zone", "3=Asia/Urumqi"]);
    assert_eq!(policy["time_zone"], "Asia/Shanghai");
    let group = json!([{ "group": 3, "time_zone": "Asia/Urumqi" }]);
    assert_eq!(policy["group_time_zones"], group);
    for wrong in ["32=UTC", "3", "3=+08:00", "x=UTC"] {
        assert_eq!(desk.coupon(&["shop", "publish", "--group-time-zone", wrong]).0, 2, "{wrong}");
    }
}

#[test]
fn credentials_are_retired_by_issue_and_by_root() {
    let desk = desk_with("");
    let (_, document) = publish(
        &desk,
        &["--minimum-issue", "1001=2", "--minimum-issue", "7=1", "--retire-root", "3"],
    );
    let (_, again) = publish(&desk, &["--minimum-issue", "1001=5", "--retire-root", "3"]);
    let least = |document: &Value| document["minimum_key_issues"].clone();
    let expected = json!([{ "shop": 1001, "issue": 2 }, { "shop": 7, "issue": 1 }]);
    assert_eq!(least(&document), expected);
    let expected = json!([{ "shop": 1001, "issue": 5 }, { "shop": 7, "issue": 1 }]);
    assert_eq!(least(&again), expected);
    assert_eq!(again["retired_pos_roots"], json!([3]));
    let (told, _) = publish(&desk, &["--minimum-issue", "1001=4"]);
    assert_eq!(told["changes"], json!(["Shop 1001: issues 4 to 4 are good AGAIN."]));
    for wrong in [["--minimum-issue", "1001=4096"], ["--retire-root", "16"]] {
        assert_eq!(desk.coupon(&[["shop", "publish"].as_slice(), &wrong].concat()).0, 2);
    }
}

#[test]
fn a_list_that_is_too_long_for_the_edge_is_not_signed() {
    let desk = desk_with("");
    let path = desk.path("issuer/shops.json");
    let mut draft: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    draft["suspended_shops"] = json!((0..10_000).collect::<Vec<_>>());
    fs::write(&path, draft.to_string()).unwrap();
    assert_eq!(publish(&desk, &[]).1["epoch"], 2);
    let (code, _, stderr) = desk.coupon(&["shop", "publish", "--suspend", "10000"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("shops.json") && stderr.contains("more than 10000"), "{stderr}");
    draft["suspended_shops"] = json!(["all"]);
    fs::write(&path, draft.to_string()).unwrap();
    let (code, _, stderr) = desk.coupon(&["shop", "publish"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("`suspended_shops`: invalid type"), "{stderr}");
}
