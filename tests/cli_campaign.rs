//! `coupon campaign`: what is signed for the edge, and what the edge is told in secret.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test"
)]

mod cli_desk;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use cli_desk::Desk;
use coupon_edge::campaign::CampaignId;
use coupon_edge::policy::{CampaignPolicy, PolicyKeys, Rejected, ShopsPolicy, open};
use coupon_edge::till::PosRoots;
use coupon_edge::token::{KeyId, Keyring, UnverifiedToken};
use serde_json::{Value, json};

const ID: &str = "536870913";
const KV_KEY: &str = "policy/536870913";
const DRAFT: &str = "issuer/campaigns/536870913.json";
const PUBLISHED: &str = "issuer/published/policy/536870913";
const CREATE: [&str; 10] = [
    "campaign",
    "create",
    "--name",
    "Spring tea",
    "--currency",
    "CNY",
    "--from",
    "2036-02-06T00:00:00Z",
    "--until",
    "2036-02-23T00:00:00Z",
];

/// A desk with an issuer and campaign 536870913.
fn desk() -> Desk {
    let desk = Desk::new();
    assert_eq!(desk.coupon(&["init"]).0, 0);
    let (code, _, stderr) = create(&desk, &[]);
    assert_eq!(code, 0, "{stderr}");
    desk
}

fn create(desk: &Desk, options: &[&str]) -> (i32, String, String) {
    desk.coupon(&[CREATE.as_slice(), options].concat())
}

fn publish(desk: &Desk, options: &[&str]) -> (i32, String) {
    let (code, stdout, stderr) =
        desk.coupon(&[["campaign", "publish", ID].as_slice(), options].concat());
    (code, stdout + &stderr)
}

/// Publishes; gives the answer for a program.
fn published(desk: &Desk, options: &[&str]) -> Value {
    let (code, said) = publish(desk, &[options, &["--json"]].concat());
    assert_eq!(code, 0, "{said}");
    serde_json::from_str(&said).unwrap()
}

fn show(desk: &Desk) -> Value {
    let (code, stdout, stderr) = desk.coupon(&["campaign", "show", ID, "--json"]);
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

fn text(desk: &Desk, name: &str) -> String {
    fs::read_to_string(desk.path(name)).unwrap()
}

fn parsed(desk: &Desk, name: &str) -> Value {
    serde_json::from_str(&text(desk, name)).unwrap()
}

/// Edits the draft by hand.
fn edit(desk: &Desk, field: &str, value: Value) {
    let mut draft = parsed(desk, DRAFT);
    *draft["policy"].pointer_mut(field).unwrap() = value;
    fs::write(desk.path(DRAFT), serde_json::to_string_pretty(&draft).unwrap()).unwrap();
}

/// The public key that `coupon init` prints.
fn policy_key(desk: &Desk) -> String {
    let (_, stdout, _) = desk.coupon(&["init"]);
    stdout.split_whitespace().last().unwrap().to_owned()
}

fn opened(desk: &Desk) -> CampaignPolicy {
    let keys = PolicyKeys::parse(&policy_key(desk)).unwrap();
    open(KV_KEY, &text(desk, PUBLISHED), &keys).unwrap()
}

#[test]
fn what_is_published_opens_under_the_printed_key_and_nowhere_else() {
    let desk = desk();
    let told = published(&desk, &["--valid-for", "12h", "--out", "copy"]);
    assert_eq!((&told["kv_key"], &told["epoch"]), (&KV_KEY.into(), &1.into()));
    assert_eq!(told["policy_key"], policy_key(&desk));
    assert_eq!(
        told["command"],
        format!("npx wrangler kv key put --remote --binding POLICY {KV_KEY} --path ./{PUBLISHED}")
    );

    let signed = text(&desk, PUBLISHED);
    assert_eq!(text(&desk, "copy"), signed);
    let keys = PolicyKeys::parse(&policy_key(&desk)).unwrap();
    let policy = opened(&desk);
    let document = policy.document();
    assert_eq!(document.name, "Spring tea");
    assert_eq!((document.currency.code(), document.currency_digits), ("CNY", 2));
    assert_eq!(document.reversal_window_s, 86_400);
    assert_eq!(i16::from(document.utc_offset_minutes), 480);
    assert_eq!(document.valid_until.rfc3339(), told["valid_until"].as_str().unwrap());
    assert_eq!(serde_json::to_value(document).unwrap(), parsed(&desk, DRAFT)["policy"]);

    let elsewhere = open::<CampaignPolicy>("policy/536870914", &signed, &keys);
    assert_eq!(elsewhere.unwrap_err(), Rejected::NotSigned);
    let other = Desk::new();
    let stranger = PolicyKeys::parse(&policy_key_of_new(&other)).unwrap();
    assert_eq!(
        open::<CampaignPolicy>(KV_KEY, &signed, &stranger).unwrap_err(),
        Rejected::NotSigned
    );
    assert!(publish(&desk, &["--out", "copy"]).1.contains("copy exists"));
    assert_eq!(opened(&desk).document().epoch, 1);
}

fn policy_key_of_new(desk: &Desk) -> String {
    assert_eq!(desk.coupon(&["init"]).0, 0);
    policy_key(desk)
}

#[test]
fn each_publication_has_a_higher_epoch_whatever_the_draft_says() {
    let desk = desk();
    for epoch in 1..=3 {
        assert_eq!(published(&desk, &[])["epoch"], epoch);
        assert_eq!(opened(&desk).document().epoch, epoch);
    }
    edit(&desk, "/epoch", json!(0));
    assert_eq!(published(&desk, &[])["epoch"], 4);
    edit(&desk, "/epoch", json!(40));
    assert_eq!(published(&desk, &[])["epoch"], 41);
    edit(&desk, "/epoch", json!(u32::MAX));
    assert!(publish(&desk, &[]).1.contains("`epoch` cannot go any higher"));
    // Lost, it is not begun anew.
    edit(&desk, "/epoch", json!(41));
    fs::remove_file(desk.path(PUBLISHED)).unwrap();
    assert_eq!(published(&desk, &[])["epoch"], 42);
}

#[test]
fn what_was_promised_for_ever_cannot_be_published_otherwise() {
    let desk = desk();
    published(&desk, &[]);
    let before = text(&desk, PUBLISHED);
    let fields = [("currency", json!("USD")), ("currency_digits", json!(3))];
    for (field, value) in fields {
        let place = format!("/{field}");
        let good = parsed(&desk, DRAFT)["policy"][field].clone();
        edit(&desk, &place, value);
        let draft = text(&desk, DRAFT);
        let (code, said) = publish(&desk, &["--pause"]);
        assert_eq!(code, 1);
        assert!(said.contains(&format!("`{field}` can never change. Put back")), "{said}");
        assert_eq!((text(&desk, PUBLISHED), text(&desk, DRAFT)), (before.clone(), draft));
        edit(&desk, &place, good);
    }
    edit(&desk, "/campaign", json!(7));
    let (code, said) = publish(&desk, &[]);
    assert_eq!(code, 1);
    assert!(said.contains("belongs to another campaign"), "{said}");
    assert!(!desk.path(format!("{PUBLISHED}.part").as_str()).exists());
    assert!(!desk.path(format!("{DRAFT}.part").as_str()).exists());
}

#[test]
fn a_mistake_in_the_draft_names_the_field() {
    let desk = desk();
    let mistakes = [
        ("/reversal_window_s", json!("soon"), "`reversal_window_s`: invalid type"),
        ("/minimum_spend", json!(-1), "`minimum_spend`: invalid value"),
        ("/currency", json!("yuan"), "`currency`: a currency is three capital letters"),
        ("/window/until", json!("tomorrow"), "`until`: a time is RFC 3339"),
        ("/window", json!({ "from": "2036-02-06T00:00:00Z" }), "missing field `until`"),
        ("/window/until", json!("2030-01-01T00:00:00Z"), "the window is empty"),
        ("/revoked/serials", json!(["AAAA"]), "`serials`: Serial is base64url of 12 bytes"),
        ("/name", json!(""), "a name has 1 to 100 characters"),
        ("/extensions", json!([{ "until": "2037-01-01T00:00:00Z" }]), "move `window.until` too"),
    ];
    let good = text(&desk, DRAFT);
    for (place, value, why) in mistakes {
        edit(&desk, place, value);
        let (code, said) = publish(&desk, &[]);
        assert_eq!(code, 1);
        assert!(said.contains(why) && said.contains(DRAFT), "{why}\n{said}");
        assert!(!desk.path(PUBLISHED).exists());
        fs::write(desk.path(DRAFT), &good).unwrap();
    }
    fs::write(desk.path(DRAFT), good.replace("\"paused\"", "\"pausd\"")).unwrap();
    assert!(publish(&desk, &[]).1.contains("unknown field `pausd`"));
}

#[test]
fn edits_by_hand_are_published() {
    let desk = desk();
    edit(&desk, "/minimum_spend", json!(5000));
    edit(&desk, "/revoked/kids", json!([1]));
    assert_eq!(show(&desk)["published"], Value::Null);
    published(&desk, &[]);
    let policy = opened(&desk);
    assert_eq!(policy.document().minimum_spend.minor_units(), 5000);
    assert_eq!(policy.document().revoked.kids, [1]);
    edit(&desk, "/revoked/serials", json!(vec!["AAAAAAAAAAAAAAAA"; 10_000]));
    let (code, said) = publish(&desk, &[]);
    assert_eq!(code, 1);
    assert!(said.contains("more than 10000 entries"), "{said}");
}

#[test]
fn an_extension_moves_the_window_when_it_must() {
    let desk = desk();
    let window = |desk: &Desk| opened(desk).document().window.until.rfc3339();
    let told = published(&desk, &["--extend-until", "2036-02-20T00:00:00Z", "--kid", "1"]);
    assert!(!told["changes"].to_string().contains("window"), "{told}");
    assert_eq!(window(&desk), "2036-02-23T00:00:00.000Z");
    let told = published(&desk, &["--extend-until", "2036-02-28T00:00:00Z", "--widen", "0x8"]);
    assert!(told["changes"].to_string().contains("Moved the end of the campaign's window"));
    assert_eq!(window(&desk), "2036-02-28T00:00:00.000Z");
    // The same coupons again: one extension, the later end.
    for until in ["2036-02-25T00:00:00Z", "2036-02-29T00:00:00Z"] {
        published(&desk, &["--extend-until", until, "--widen", "1"]);
    }
    let document = opened(&desk).document().clone();
    let ends: Vec<_> = document.extensions.iter().map(|e| (e.until.rfc3339(), &e.kids)).collect();
    assert_eq!(
        ends,
        [
            ("2036-02-20T00:00:00.000Z".to_owned(), &Some(vec![1])),
            ("2036-02-29T00:00:00.000Z".to_owned(), &None),
        ]
    );
    assert_eq!(document.widen_scope, 9);

    let (code, said) = publish(&desk, &["--extend-until", "2036-03-01T00:00:00Z", "--kid", "2"]);
    assert_eq!(code, 1);
    assert!(said.contains("has no kid 2"), "{said}");
    assert_eq!(publish(&desk, &["--extend-until", "2020-03-01T00:00:00Z"]).0, 1);
    assert_eq!(publish(&desk, &["--kid", "1"]).0, 2);
}

#[test]
fn pause_and_resume() {
    let desk = desk();
    published(&desk, &["--pause"]);
    assert!(opened(&desk).document().paused);
    // It stays paused until somebody says otherwise.
    published(&desk, &[]);
    assert!(opened(&desk).document().paused);
    let (_, list, _) = desk.coupon(&["campaign", "list"]);
    assert!(list.contains("Spring tea  (paused)"), "{list}");
    published(&desk, &["--resume"]);
    assert!(!opened(&desk).document().paused);
    assert_eq!(publish(&desk, &["--pause", "--resume"]).0, 2);
}

#[test]
fn show_tells_draft_from_published_and_what_is_at_stake() {
    let desk = desk();
    let (_, human, _) = desk.coupon(&["campaign", "show", ID]);
    assert!(human.contains("not published: the edge redeems none"), "{human}");
    published(&desk, &["--valid-for", "6d"]);
    let shown = show(&desk);
    assert_eq!((&shown["differs"], &shown["shards"]), (&false.into(), &16.into()));
    let left = shown["valid_for_s"].as_u64().unwrap();
    assert!((518_300..=518_400).contains(&left), "{left}");
    assert!(shown["warnings"][0].as_str().unwrap().contains("over in 5 days"), "{shown}");
    assert_eq!(shown["issued"], json!({ "count": 0, "liability": 0 }));

    let issue = ["issue", "--campaign", ID, "--value", "2500", "--count"];
    for (count, out) in [("3", "a"), ("4", "b")] {
        let (code, ..) = desk.coupon(&[issue.as_slice(), &[count, "--out", out]].concat());
        assert_eq!(code, 0);
    }
    edit(&desk, "/paused", json!(true));
    let shown = show(&desk);
    assert_eq!(shown["issued"], json!({ "count": 7, "liability": 17_500 }));
    assert_eq!(shown["differs"], true);
    let (_, human, _) = desk.coupon(&["campaign", "show", ID]);
    for line in [
        "no; in the draft yes",
        "17500 minor units (CNY 175.00)",
        "draft differs from what is published",
        "(5 days left)",
        "published 1, draft 1",
    ] {
        assert!(human.contains(line), "{line}\n{human}");
    }
    let (_, list, _) = desk.coupon(&["campaign", "list", "--json"]);
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list[0]["campaign"], 536_870_913);
}

#[test]
fn a_damaged_publication_is_neither_trusted_nor_replaced() {
    let desk = desk();
    published(&desk, &[]);
    let damaged = text(&desk, PUBLISHED).replace("\"paused\":false", "\"paused\":true");
    fs::write(desk.path(PUBLISHED), &damaged).unwrap();
    let (code, said) = publish(&desk, &[]);
    assert_eq!(code, 1);
    assert!(said.contains("is damaged: get it back with"), "{said}");
    assert_eq!(text(&desk, PUBLISHED), damaged);
}

#[test]
fn a_rotated_key_signs_and_the_edge_is_told_of_both() {
    let desk = desk();
    let issue = ["issue", "--campaign", ID, "--value", "1", "--count", "1", "--out"];
    assert_eq!(desk.coupon(&[issue.as_slice(), &["old"]].concat()).0, 0);
    let (code, stdout, _) = desk.coupon(&["campaign", "rotate", ID]);
    assert_eq!(code, 0);
    assert!(stdout.contains("npx wrangler secret bulk ./issuer/edge-secrets.json"), "{stdout}");
    assert_eq!(desk.coupon(&[issue.as_slice(), &["new"]].concat()).0, 0);

    let secrets = parsed(&desk, "issuer/edge-secrets.json");
    let keyring = Keyring::parse(secrets["COUPON_KEYS"].as_str().unwrap()).unwrap();
    let campaign = CampaignId::try_from(536_870_913).unwrap();
    for (file, kid) in [("old", 1), ("new", 2)] {
        let token = text(&desk, file);
        let verified = UnverifiedToken::parse(token.trim()).unwrap().verify(&keyring).unwrap();
        assert_eq!(verified.key(), KeyId { campaign, kid });
    }
    assert!(PosRoots::parse(secrets["POS_ROOTS"].as_str().unwrap()).is_some());
    // Publishing does not forget a key, nor creating another campaign the first one's.
    published(&desk, &[]);
    assert_eq!(parsed(&desk, DRAFT)["kids"], json!([1, 2]));
    assert_eq!(create(&desk, &[]).0, 0);
    let secrets = parsed(&desk, "issuer/edge-secrets.json");
    let keys: Value = serde_json::from_str(secrets["COUPON_KEYS"].as_str().unwrap()).unwrap();
    let names: Vec<_> = keys.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["536870913/1", "536870913/2", "536870914/1"]);
}

#[test]
fn secrets_are_in_files_of_their_owner_and_not_told() {
    let desk = Desk::new();
    let mut said = desk.coupon(&["init"]).1;
    for args in [&CREATE[..], &["campaign", "publish", ID], &["campaign", "rotate", ID]] {
        for json in [&[][..], &["--json"]] {
            let (_, stdout, stderr) = desk.coupon(&[args, json].concat());
            said.push_str(&(stdout + &stderr));
        }
    }
    said.push_str(&desk.coupon(&["campaign", "show", ID, "--json"]).1);
    let path = desk.path("issuer/edge-secrets.json");
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    let secrets = parsed(&desk, "issuer/edge-secrets.json");
    let mut seen = 0;
    for name in ["COUPON_KEYS", "POS_ROOTS"] {
        let secrets: Value = serde_json::from_str(secrets[name].as_str().unwrap()).unwrap();
        for secret in secrets.as_object().unwrap().values() {
            assert!(!said.contains(secret.as_str().unwrap()));
            seen += 1;
        }
    }
    assert_eq!(seen, 5);
    let policy_seed = parsed(&desk, "issuer/keys.json")["policy_key"].clone();
    assert!(!said.contains(policy_seed.as_str().unwrap()));
}

#[test]
fn keys_that_the_edge_has_no_room_for_are_refused() {
    let desk = desk();
    let mut rotated = 0;
    let said = loop {
        let (code, _, stderr) = desk.coupon(&["campaign", "rotate", ID]);
        if code != 0 {
            break stderr;
        }
        rotated += 1;
        assert!(rotated < 100);
    };
    assert!(said.contains("COUPON_KEYS") && said.contains("retire an ended campaign"), "{said}");
    assert!(rotated > 60, "{rotated}");
    assert_eq!(parsed(&desk, DRAFT)["kids"].as_array().unwrap().len(), rotated + 1);
    let (code, _, stderr) = create(&desk, &[]);
    assert_eq!(code, 1);
    assert!(stderr.contains("retire an ended campaign"), "{stderr}");
    assert!(!desk.path("issuer/campaigns/536870914.json").exists());
}

#[test]
fn a_number_is_never_used_twice() {
    let desk = desk();
    let (code, _, stderr) = create(&desk, &["--number", "1", "--shards", "64"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("number 1 is or was a campaign's"), "{stderr}");
    // Retired after it was published, or after coupons were issued.
    published(&desk, &[]);
    fs::remove_file(desk.path(DRAFT)).unwrap();
    assert_eq!(create(&desk, &["--shards", "1"]).0, 0);
    let draft = desk.path("issuer/campaigns/2.json");
    let issue = ["issue", "--campaign", "2", "--value", "1", "--count", "1", "--out", "x"];
    assert_eq!(desk.coupon(&issue).0, 0);
    fs::remove_file(draft).unwrap();
    let (code, stdout, _) = create(&desk, &["--shards", "65536", "--json"]);
    assert_eq!(code, 0);
    let made: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&made["campaign"], &made["shards"]), (&2_147_483_651_u32.into(), &65_536.into()));
    assert_eq!(create(&desk, &["--number", "134217728"]).0, 2);
}

#[test]
fn impossible_campaigns_are_refused() {
    let desk = desk();
    let refused = |options: &[&str], why: &str| {
        // The later of two values counts only where clap lets it, so these replace the first.
        let mut args: Vec<_> = CREATE.to_vec();
        for pair in options.chunks(2) {
            match args.iter().position(|arg| *arg == pair[0]) {
                Some(at) => args[at + 1] = pair[1],
                None => args.extend(pair),
            }
        }
        let (code, stdout, stderr) = desk.coupon(&args);
        assert_ne!(code, 0, "{options:?}\n{stdout}");
        assert!(stderr.contains(why), "{why}\n{stderr}");
    };
    refused(&["--currency", "ABC"], "ISO 4217 has no such currency");
    refused(&["--currency", "cny"], "three capital letters");
    refused(&["--currency", "XAU"], "no minor units");
    refused(&["--shards", "17"], "20,000/s wants at least 64");
    refused(&["--shards", "131072"], "a power of two, at most 65536");
    refused(&["--shards", "0"], "a power of two");
    refused(&["--until", "2036-02-06T00:00:00Z"], "the window is empty");
    refused(&["--name", ""], "a name has 1 to 100 characters");
    refused(&["--utc-offset", "-721"], "-720 to 840");
    refused(&["--location-hint", "mars"], "unknown variant `mars`");
    assert_eq!(fs::read_dir(desk.path("issuer/campaigns")).unwrap().count(), 1);
}

#[test]
fn currencies_have_their_own_digits() {
    let desk = Desk::new();
    assert_eq!(desk.coupon(&["init"]).0, 0);
    for (code, digits) in [("JPY", 0), ("CNY", 2), ("KWD", 3)] {
        let args = CREATE.map(|arg| if arg == "CNY" { code } else { arg });
        let options = ["--location-hint", "apac", "--utc-offset", "-300", "--json"];
        let (status, stdout, stderr) = desk.coupon(&[args.as_slice(), &options].concat());
        assert_eq!(status, 0, "{stderr}");
        let made: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(made["policy"]["currency_digits"], digits);
        assert_eq!(made["policy"]["location_hint"], "apac");
        assert_eq!(made["policy"]["utc_offset_minutes"], -300);
    }
}

#[test]
fn init_makes_what_an_edge_needs_and_heals_it() {
    let desk = desk();
    let shops = "issuer/published/policy/shops";
    let keys = PolicyKeys::parse(&policy_key(&desk)).unwrap();
    let first = text(&desk, shops);
    assert!(open::<ShopsPolicy>(ShopsPolicy::KV_KEY, &first, &keys).is_ok());
    assert_eq!(parsed(&desk, "issuer/shops.json")["epoch"], 1);
    let secrets = text(&desk, "issuer/edge-secrets.json");

    assert_eq!(desk.coupon(&["shop", "publish", "--suspend", "1001"]).0, 0);
    let suspended = text(&desk, "issuer/shops.json");
    fs::remove_file(desk.path("issuer/shops.json")).unwrap();
    fs::remove_file(desk.path("issuer/edge-secrets.json")).unwrap();
    let keys_before = text(&desk, "issuer/keys.json");
    let (code, stdout, _) = desk.coupon(&["init", "--json"]);
    assert_eq!(code, 0);
    let told: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(told["made"], json!(["./issuer/shops.json", "./issuer/edge-secrets.json"]));
    assert_eq!(text(&desk, "issuer/shops.json"), suspended);
    assert_eq!(text(&desk, "issuer/edge-secrets.json"), secrets);
    assert_eq!(text(&desk, "issuer/keys.json"), keys_before);

    fs::remove_file(desk.path(shops)).unwrap();
    assert_eq!(desk.coupon(&["init"]).0, 0);
    assert_eq!(parsed(&desk, "issuer/shops.json")["epoch"], 3);
    assert_eq!(parsed(&desk, "issuer/shops.json")["suspended_shops"], json!([1001]));
}

/// Puts a program called `npx` first on the path; gives the path.
fn npx(desk: &Desk, script: &str) -> String {
    fs::create_dir_all(desk.path("bin")).unwrap();
    let npx = desk.path("bin/npx");
    fs::write(&npx, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&npx, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{}", desk.path("bin").display(), std::env::var("PATH").unwrap())
}

#[test]
fn wrangler_uploads_and_a_failure_is_told() {
    let desk = desk();
    let args = ["campaign", "publish", ID, "--wrangler", "--json"];
    let path = npx(&desk, "echo \"$@\" > asked; cat \"${10}\" > uploaded; echo done");
    let output = desk.command(&args).env("PATH", path).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["uploaded"], true);
    assert!(String::from_utf8_lossy(&output.stderr).contains("done"));
    assert_eq!(format!("npx {}", text(&desk, "asked").trim()), told["command"].as_str().unwrap());
    assert_eq!(text(&desk, "uploaded"), text(&desk, PUBLISHED));

    let path = npx(&desk, "echo 'no such namespace' >&2; exit 7");
    let output = desk.command(&args).env("PATH", path).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let stderr = String::from_utf8(output.stderr).unwrap();
    let why = format!("epoch 2 is signed in ./{PUBLISHED} and was not uploaded");
    assert!(stderr.contains("no such namespace") && stderr.contains(&why), "{stderr}");
    assert_eq!(opened(&desk).document().epoch, 2);

    let output = desk.command(&args).env("PATH", "/nowhere").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("cannot run npx") && stderr.contains("not uploaded"), "{stderr}");
}

#[test]
fn two_at_a_time_do_not_undo_each_other() {
    let desk = desk();
    let part = fs::File::create(desk.path(&format!("{DRAFT}.part"))).unwrap();
    part.lock().unwrap();
    for args in [["campaign", "publish", ID], ["campaign", "rotate", ID]] {
        let (code, _, stderr) = desk.coupon(&args);
        assert_eq!(code, 1);
        assert!(stderr.contains("is being written by another process"), "{stderr}");
    }
}
