//! The journal leaves the ledger: whole, in order, once, whatever fails on the way.

mod lost;
mod restored;

use std::time::Instant;

use coupon_edge::cli::local::R2Trouble;
use coupon_edge::journal::{Head, Segment};
use coupon_edge::ledger::Kind;
use coupon_edge::time::Timestamp;
use serde_json::{Value, json};

use crate::support::{Edge, PATIENCE, archive_public_keys, now_s};

/// All entries of an archive that was verified, when it has so many.
fn archived(edge: &Edge, count: u64) -> Vec<(Head, Vec<Segment>)> {
    let keys = archive_public_keys();
    edge.archive.wait_until(&format!("{count} entries"), |archive| {
        let shards = archive.verified(&keys);
        let found: u64 = shards.iter().map(|(head, _)| head.sums.count()).sum();
        assert!(found <= count, "{found} entries of {count}");
        (found == count).then_some(shards)
    })
}

fn redeem(edge: &Edge, bill: &str) -> crate::support::Answer {
    let answer = edge.till(7, 3).redemption(&edge.issuer.coupon(), bill).send();
    assert_eq!(answer.status, 201, "{answer:?}");
    answer
}

#[test]
fn every_entry_comes_to_the_archive_once() {
    let edge = Edge::start();
    let answers: Vec<_> = (0..20).map(|bill| redeem(&edge, &format!("bill-{bill}"))).collect();
    assert_eq!(edge.till(7, 3).reverse(&answers[0].id(), "undo").status, 201);
    let shards = archived(&edge, 21);
    let mut entries: Vec<_> =
        shards.iter().flat_map(|(_, segments)| segments).flat_map(Segment::entries).collect();
    assert_eq!(entries.iter().filter(|entry| entry.kind == Kind::Reversal).count(), 1);
    entries.retain(|entry| entry.kind == Kind::Redemption);
    assert_eq!(entries.len(), 20);
    for entry in entries {
        let (shop, till) = (entry.by.shop, entry.by.till);
        assert_eq!((shop, till, entry.discount.minor_units()), (7, 3, 2500));
        let bills = answers.iter().filter(|answer| {
            answer.body["redeemed_at"] == entry.at.rfc3339().as_str()
                && answer.body["order_amount"] == entry.order_amount.minor_units()
        });
        assert!(bills.count() >= 1, "{entry:?}");
    }
}

#[test]
fn redemptions_do_not_notice_that_the_archive_is_away() {
    let edge = Edge::start();
    let rows = |bill: &str| {
        let answer = redeem(&edge, bill);
        let id = answer.header("request-id").unwrap().to_owned();
        edge.log_line(|line| line["request_id"] == id.as_str())["rows_written"].clone()
    };
    assert_eq!(rows("before"), 2);
    archived(&edge, 1);
    edge.archive.set_trouble(R2Trouble::Fails);
    let written: Vec<_> = (0..10).map(|bill| rows(&format!("bill-{bill}"))).collect();
    assert_eq!(written, vec![json!(2); 10]);
    let failed = edge.log_line(|line| line["event"] == "shipping-failed");
    assert_eq!(failed["about"], "archive");
    edge.archive.set_trouble(R2Trouble::None);
    archived(&edge, 11);
}

#[test]
fn a_segment_that_was_written_without_a_word_is_known_again() {
    let edge = Edge::start();
    edge.archive.set_trouble(R2Trouble::FailsAfterwards);
    redeem(&edge, "first");
    edge.log_line(|line| line["event"] == "shipping-failed");
    // What is written now may be of more entries than what is there already.
    redeem(&edge, "second");
    edge.archive.set_trouble(R2Trouble::None);
    archived(&edge, 2);
}

#[test]
fn what_was_not_shipped_when_the_edge_died_is_shipped_when_it_lives_again() {
    let edge = Edge::start();
    edge.archive.set_trouble(R2Trouble::Fails);
    for bill in 0..5 {
        redeem(&edge, &format!("bill-{bill}"));
    }
    edge.kill();
    edge.archive.set_trouble(R2Trouble::None);
    // No call comes: the alarm was made durable with the entries.
    edge.restart();
    archived(&edge, 5);
}

#[test]
fn nothing_is_lost_or_doubled_by_twenty_kills() {
    let edge = Edge::start();
    let mut count = 0;
    for round in 0..20 {
        let calls = edge.archive.calls();
        for bill in 0..3 {
            redeem(&edge, &format!("bill-{round}-{bill}"));
            count += 1;
        }
        // Each time at another moment of the shipping.
        match round % 4 {
            0 => {}
            1 => edge.archive.wait_for_calls(calls + 1),
            2 => edge.archive.wait_for_calls(calls + 2),
            _ => edge.archive.set_trouble(R2Trouble::FailsAfterwards),
        }
        edge.restart();
        edge.archive.set_trouble(R2Trouble::None);
    }
    archived(&edge, count);
}

/// What the shop's statement of today says of the first campaign, when it says so.
fn statement(edge: &Edge, wanted: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    // Where it is about noon, so that no midnight comes in between.
    let now = Timestamp::from_seconds(now_s()).rfc3339();
    let (day, hour) = (&now[..10], now[11..13].parse::<i32>().unwrap());
    let zone = format!("Etc/GMT{:+}", hour - 12).replace('+', "%2B");
    let path = format!("/v1/shops/me/statement?day={day}&tz={zone}");
    loop {
        let answer = edge.till(7, 0).call("GET", &path).send();
        assert_eq!(answer.status, 200, "{answer:?}");
        if wanted(&answer.body) {
            return answer.body;
        }
        assert!(Instant::now() < deadline, "{answer:?}");
    }
}

#[test]
fn every_entry_comes_to_the_shops_statement_once() {
    let edge = Edge::start();
    let answers: Vec<_> = (0..10).map(|bill| redeem(&edge, &format!("bill-{bill}"))).collect();
    assert_eq!(edge.till(7, 3).reverse(&answers[0].id(), "undo").status, 201);
    edge.kill();
    edge.restart();
    let body = statement(&edge, |body| body["entries"].as_array().unwrap().len() >= 11);
    let total = &body["campaigns"][0];
    assert_eq!(total["redeemed"]["count"], 10, "{body}");
    assert_eq!((&total["reversed"]["count"], &total["net_discount"]), (&json!(1), &json!(22_500)));
    let entries = body["entries"].as_array().unwrap();
    let redeemed = entries.iter().filter(|entry| entry["kind"] == "redemption");
    let mut ids: Vec<_> = redeemed.map(|entry| entry["id"].as_str().unwrap().to_owned()).collect();
    let mut expected: Vec<_> = answers.iter().map(crate::support::Answer::id).collect();
    ids.sort();
    expected.sort();
    assert_eq!(ids, expected);
}
