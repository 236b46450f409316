//! A coupon at the till, and what the till is told.

use super::*;

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
    let says = |receipt: &str| {
        fs::write(desk.path("receipt"), receipt).unwrap();
        let jwks = format!("{}/.well-known/jwks.json", edge.url);
        desk.done(&["verify-receipt", "receipt", "--jwks", &jwks])
    };
    let (code, receipt) = edge.till(&["receipt", id]);
    assert_eq!((code, receipt.lines().count()), (0, 1));
    assert_eq!(row(&says(&receipt), "id"), id);
    let (code, refused) = edge.told(&["receipt", id, "--shop", "18"]);
    assert_eq!((code, &refused["body"]["code"]), (3, &json!("not-found")));
    let (code, reversed) = edge.told(&["reverse", id, "--key", "undo-1"]);
    assert_eq!((code, &reversed["status"]), (0, &json!(201)), "{reversed}");
    let at = reversed["body"]["reversed_at"].as_str().unwrap();
    let (_, newer) = edge.told(&["receipt", id]);
    assert!(says(newer["body"]["receipt"].as_str().unwrap()).contains(&format!("undone {at}")));
    assert!(!says(&receipt).contains(at), "the older one is what it was");
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
fn a_day_is_told_to_people_and_to_programs() {
    let desk = desk();
    let edge = Edge::start(&desk);
    let statement = ["statement", "--day", "2026-02-06"];
    let (code, told) =
        edge.told(&[&statement[..], &["--tz", "Etc/GMT+8", "--limit", "5"]].concat());
    assert_eq!((code, &told["status"]), (0, &json!(200)), "{told}");
    assert_eq!(told["body"]["from"], "2026-02-06T08:00:00.000Z");
    let (code, human) = edge.till(&statement);
    assert_eq!(code, 0, "{human}");
    assert!(human.contains("2026-02-06 in UTC") && human.contains("not complete yet"), "{human}");
    let (code, other) = edge.told(&[&statement[..], &["--of", "99"]].concat());
    assert_eq!((code, &other["body"]["code"]), (3, &json!("not-found")));
}
