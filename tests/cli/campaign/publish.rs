//! What is published, and what may not be.

use super::*;

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
