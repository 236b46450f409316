//! Sales that tills made without a network, and what the edge makes of them.

use std::sync::Barrier;
use std::thread;

use coupon_edge::time::Timestamp;
use serde_json::{Value, json};

use crate::support::{Answer, Edge, Till, item, now_s};

/// An item that was sold so many seconds ago; below zero, in the future.
fn sold(token: &str, txn: &str, ago: i64) -> Value {
    let at = u32::try_from(i64::from(now_s()) - ago).unwrap();
    let mut item = item(token, txn);
    item["offline_at"] = Timestamp::from_seconds(at).rfc3339().into();
    item
}

fn rows_written(till: &Till<'_>, answer: &Answer) -> Value {
    let id = answer.header("request-id").unwrap();
    till.edge().log_line(|line| line["request_id"] == id)["rows_written"].clone()
}

#[test]
fn a_sale_is_redeemed_replayed_or_a_conflict() {
    let edge = Edge::start();
    let (here, there) = (edge.till(7, 1), edge.till(8, 1));
    let (free, used) = (edge.issuer.offline_coupon(), edge.issuer.offline_coupon());
    let first = there.redeem(&used, "bill");

    let items = [sold(&free, "a", 60), sold(&used, "b", 90)];
    let answer = here.batch(&items).send();
    assert_eq!(answer.result_codes(), ["201", "201"]);
    assert_eq!(rows_written(&here, &answer), 4, "two for each entry");
    let [redeemed, conflict] = answer.results() else { panic!("{answer:?}") };
    assert!(redeemed["redemption"].is_object() && redeemed.get("conflict").is_none());
    assert!(conflict.get("redemption").is_none() && conflict.get("problem").is_none());
    let told = &conflict["conflict"];
    let expected = json!({
        "id": told["id"], "campaign": edge.issuer.offline.campaign.get(), "shop": 7, "till": 1,
        "recorded_at": told["recorded_at"], "offline_at": items[1]["offline_at"],
        "discount": 2500, "currency": "CNY", "first": { "redeemed_at": first.body["redeemed_at"] },
    });
    assert_eq!(*told, expected);

    let again = here.batch(&items).send();
    assert_eq!(again.result_codes(), ["200", "200"]);
    assert_eq!(rows_written(&here, &again), 0);
    assert_eq!(again.results()[0]["redemption"], redeemed["redemption"]);
    assert_eq!(again.results()[1]["conflict"], *told);
    let line = edge.log_line(|line| line["request_id"] == again.header("request-id").unwrap());
    assert_eq!(line["replayed"], 2, "{line}");
}

#[test]
fn a_conflict_changes_nothing_for_the_coupon_and_its_key_never_gets_it() {
    let edge = Edge::start();
    let (first, late) = (edge.till(7, 1), edge.till(8, 1));
    let coupon = edge.issuer.offline_coupon();
    let redeemed = first.redeem(&coupon, "bill");
    let sale = sold(&coupon, "a", 60);
    let conflict = late.batch(std::slice::from_ref(&sale)).send();
    let told = &conflict.results()[0]["conflict"];

    let id = told["id"].as_str().unwrap();
    assert_eq!(
        (late.find(id).code(), late.reverse(id, "r").code()),
        ("not-found".into(), "not-found".into())
    );
    late.cancel(&coupon, "a").assert_refusal("the goods are gone", 409, "reversal-too-late", "");
    assert_eq!(late.redeem(&coupon, "a").code(), "idempotency-key-reused", "told as of now");
    let mut other = sale.clone();
    other["order_amount"] = 4000.into();
    // Well away from the first: the clock goes on between the two.
    let other_time = sold(&coupon, "a", 120);
    let codes = late.batch(&[other, other_time]).send().result_codes();
    assert_eq!(codes, ["idempotency-key-reused", "idempotency-key-reused"]);

    assert_eq!(first.reverse(&redeemed.id(), "undo").status, 201);
    let again = late.batch(std::slice::from_ref(&sale)).send();
    assert_eq!((again.result_codes(), &again.results()[0]["conflict"]), (vec!["200".into()], told));
    assert_eq!(late.redeem(&coupon, "a").code(), "idempotency-key-reused");
    assert_eq!(late.check(&coupon).status, 200, "the coupon is free");
    assert_eq!(late.redeem(&coupon, "b").status, 201);
}

#[test]
fn a_sale_is_judged_by_its_time_and_all_else_as_of_now() {
    let mut edge = Edge::start();
    let till = edge.till(7, 1);
    let now = now_s();
    let minted = |not_before, not_after| {
        let mut fields = edge.issuer.fields();
        (fields.not_before, fields.not_after) = (not_before, not_after);
        edge.issuer.mint_offline(fields)
    };
    let over = minted(now - 5000, now - 1000);
    let answer =
        till.batch(&[sold(&over, "a", 900), sold(&over, "b", 6000), sold(&over, "c", 2000)]);
    let answer = answer.send();
    assert_eq!(answer.result_codes(), ["expired", "not-yet-valid", "201"]);
    assert_eq!(till.redeem(&over, "d").code(), "expired", "of now");

    // What the campaign does not take is no request.
    let refused = |item: Value, detail: &str| {
        let answer = till.batch(&[item]).send();
        let problem = &answer.results()[0]["problem"];
        assert_eq!(problem["code"], "malformed-request", "{answer:?}");
        let said = problem["detail"].as_str().unwrap();
        assert!(said.contains(detail), "{said}");
        assert_eq!(rows_written(&till, &answer), 0);
    };
    let good = edge.issuer.offline_coupon();
    refused(sold(&good, "a", -330), "more than 300 s in the future");
    refused(sold(&good, "a", 86_400 + 30), "more than 86400 s ago");
    refused(sold(&edge.issuer.coupon(), "a", 60), "takes no sales of tills without a network");
    let mut vague = sold(&good, "a", 60);
    vague["offline_at"] = "yesterday".into();
    let answer = till.batch(&[vague]).send();
    assert_eq!(answer.result_codes(), ["malformed-request"]);
    assert_eq!(till.batch(&[sold(&good, "a", -200)]).send().result_codes(), ["201"]);

    // Told before, and again when the campaign takes none any more: replay comes before policy.
    let sale = sold(&edge.issuer.offline_coupon(), "told", 60);
    assert_eq!(till.batch(std::slice::from_ref(&sale)).send().result_codes(), ["201"]);
    drop(till);
    edge.issuer.offline.offline = None;
    edge.issuer.campaign.offline =
        Some(coupon_edge::policy::Offline { count: 1, value: 1_u32.into(), max_age_s: 60 });
    edge.issuer.offline.epoch += 1;
    edge.issuer.campaign.epoch += 1;
    edge.publish();
    edge.restart();
    let till = edge.till(7, 1);
    let items = [
        sale,
        sold(&edge.issuer.offline_coupon(), "new", 60),
        sold(&edge.issuer.coupon(), "new", 30),
    ];
    let answer = till.batch(&items).send();
    assert_eq!(answer.result_codes(), ["200", "malformed-request", "malformed-request"]);
    let detail = |n: usize| answer.results()[n]["problem"]["detail"].as_str().unwrap().to_owned();
    assert!(detail(1).contains("takes no sales"), "{answer:?}");
    assert!(detail(2).contains("only coupons of version 2"), "{answer:?}");
}

#[test]
fn pause_and_revocation_hold_for_sales_of_before() {
    let mut edge = Edge::start();
    edge.issuer.offline.paused = true;
    edge.issuer.offline.epoch += 1;
    edge.publish();
    let sale = sold(&edge.issuer.offline_coupon(), "a", 60);
    let till = edge.till(7, 1);
    let answer = till.batch(&[sale]).send();
    assert_eq!(answer.result_codes(), ["campaign-paused"]);
    assert_eq!(answer.results()[0]["problem"]["retryable"], true, "kept until it goes on");
}

#[test]
fn of_shops_that_sold_the_same_coupon_one_redeemed_it_and_the_others_conflict() {
    const SHOPS: u32 = 12;
    let edge = Edge::start();
    let coupons: Vec<_> = (0..20).map(|_| edge.issuer.offline_coupon()).collect();
    let line = Barrier::new(SHOPS as usize);
    let answers: Vec<_> = thread::scope(|scope| {
        let shops: Vec<_> = (1..=SHOPS)
            .map(|shop| {
                let (edge, coupons, line) = (&edge, &coupons, &line);
                scope.spawn(move || {
                    let till = edge.till(shop, 1);
                    let items: Vec<_> = coupons.iter().map(|it| sold(it, "t", 60)).collect();
                    line.wait();
                    till.batch(&items).send()
                })
            })
            .collect();
        shops.into_iter().map(|shop| shop.join().unwrap()).collect()
    });
    for index in 0..coupons.len() {
        let results: Vec<_> = answers.iter().map(|answer| &answer.results()[index]).collect();
        assert!(results.iter().all(|it| it["status"] == 201), "{results:?}");
        let redeemed: Vec<_> = results.iter().filter(|it| it["redemption"].is_object()).collect();
        let [first] = redeemed[..] else { panic!("{results:?}") };
        let conflicts = results.iter().filter(|it| it["conflict"].is_object());
        for conflict in conflicts.clone() {
            let at = &conflict["conflict"]["first"]["redeemed_at"];
            assert_eq!(*at, first["redemption"]["redeemed_at"]);
        }
        assert_eq!(conflicts.count(), SHOPS as usize - 1);
    }
}
