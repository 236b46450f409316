//! More than the edge can take. The ledger is a stand-in here, which answers when a test says so.

use std::thread;
use std::time::{Duration, Instant};

use coupon_edge::admission::{BODIES, PATIENCE_MS, ROOM, WIDEST};

use crate::support::{Answer, Edge, Sent, Shards, StandIn, Wire};

/// A coupon of this shard.
fn coupon_of_shard(edge: &Edge, shard: u32) -> String {
    loop {
        let fields = edge.issuer.fields();
        if fields.campaign.shard_of(fields.serial).index() == shard {
            return edge.issuer.mint(fields, 1);
        }
    }
}

/// A redemption on its way.
fn redemption(edge: &Edge, token: &str) -> Wire {
    edge.till(7, 1).redemption(token, "bill").wire()
}

fn send(edge: &Edge, token: &str) -> Sent {
    let wire = redemption(edge, token);
    let length = wire.bytes().len();
    wire.send_part(edge, length)
}

#[track_caller]
fn assert_shed(answer: &Answer) {
    answer.assert_refusal("shed", 503, "busy", "");
    let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=4).contains(&seconds), "{seconds}");
}

/// As many calls as there is room for, all of which wait for the ledger.
fn fill(edge: &Edge, ledger: &StandIn) -> Vec<Sent> {
    ledger.does(Shards::Hold);
    let shards = (0..4).flat_map(|shard| std::iter::repeat_n(shard, ROOM / 4));
    let calls = shards.map(|shard| send(edge, &coupon_of_shard(edge, shard))).collect();
    ledger.await_held(ROOM);
    calls
}

#[test]
fn what_there_is_no_room_for_is_refused_before_its_body_and_before_the_ledger() {
    let ledger = StandIn::start();
    let edge = Edge::in_front_of(ledger.address);
    assert_eq!(edge.till(7, 1).redeem(&edge.issuer.coupon(), "a").code(), "already-redeemed");
    let calls = fill(&edge, &ledger);

    // The head alone: the answer does not wait for the body.
    let wire = redemption(&edge, &edge.issuer.coupon());
    let head = wire.bytes().len() - wire.body.as_ref().unwrap().len();
    let answer = wire.send_part(&edge, head).answer();
    assert_shed(&answer);
    for header in ["cache-control", "x-content-type-options", "content-type"] {
        assert!(answer.header(header).is_some(), "{header}");
    }
    let line = edge.log_line(|line| line["event"] == "turned-away");
    assert_eq!((line["requests"].as_u64(), line["request_id"].as_str()), (Some(1), None), "{line}");

    // Nothing else is looked at either: not who asks, nor for what.
    let other = Wire::new(&edge, "GET", "/nowhere").send(&edge);
    assert_shed(&other);
    assert_ne!(other.header("request-id"), answer.header("request-id"));
    assert_eq!(Wire::new(&edge, "HEAD", "/v1/redemptions").send(&edge).status, 503);
    for open in ["/healthz", "/openapi.json", "/docs"] {
        assert_eq!(Wire::new(&edge, "GET", open).send(&edge).status, 200, "{open}");
    }
    assert_eq!(ledger.calls(), ROOM + 1);

    // What was let in is answered, and then there is room again.
    ledger.does(Shards::Answer);
    for call in calls {
        assert_eq!(call.answer().code(), "already-redeemed");
    }
    assert_eq!(edge.till(7, 1).redeem(&edge.issuer.coupon(), "b").code(), "already-redeemed");
}

#[test]
fn a_shard_that_hangs_leaves_room_for_the_others() {
    let ledger = StandIn::start();
    let edge = Edge::in_front_of(ledger.address);
    ledger.does(Shards::Hold);
    let hanging: Vec<_> = (0..WIDEST).map(|_| send(&edge, &coupon_of_shard(&edge, 0))).collect();
    ledger.await_held(WIDEST);
    let answer = redemption(&edge, &coupon_of_shard(&edge, 0)).send(&edge);
    assert_shed(&answer);
    let id = answer.header("request-id").unwrap();
    let line = edge.log_line(|line| line["request_id"] == id);
    assert_eq!(line["reason"], "no room for another call to the shard");
    assert_eq!(line["ledger_calls"], 0);
    let other = send(&edge, &coupon_of_shard(&edge, 1));
    ledger.await_held(WIDEST + 1);

    // Too late for all of them, and now the shard is given less.
    for call in hanging {
        assert_eq!(call.answer().code(), "busy");
    }
    assert_eq!(other.answer().code(), "busy");
    let calls = ledger.calls();
    let fewer: Vec<_> = (0..WIDEST).map(|_| send(&edge, &coupon_of_shard(&edge, 0))).collect();
    ledger.await_held(WIDEST + 1 + WIDEST / 2);
    ledger.does(Shards::Answer);
    let shed = fewer.into_iter().map(Sent::answer).filter(|answer| answer.code() == "busy").count();
    assert_eq!((shed, ledger.calls() - calls), (WIDEST / 2, WIDEST / 2));
}

/// A till that hangs up must not take a place with it. Its call goes on, and the place comes back
/// when the shard answers.
#[test]
fn tills_that_hang_up_take_no_place_with_them() {
    let ledger = StandIn::start();
    let edge = Edge::in_front_of(ledger.address);
    let calls = fill(&edge, &ledger);
    drop(calls);
    ledger.does(Shards::Answer);
    let start = Instant::now();
    while edge.till(7, 1).redeem(&edge.issuer.coupon(), "a").code() == "busy" {
        // Well before a lease would end by itself.
        assert!(start.elapsed() < Duration::from_millis(PATIENCE_MS / 2));
        thread::yield_now();
    }
    ledger.await_held(0);
    // Those who hung up leave their lines, too.
    edge.log_lines(ROOM / 2 + 1, |line| line["ledger_calls"] == 1);
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let ledger = StandIn::start();
    let edge = Edge::in_front_of(ledger.address);
    let start = Instant::now();
    let wire = redemption(&edge, &edge.issuer.coupon());
    let all_but_one = wire.bytes().len() - 1;
    let answer = wire.send_part(&edge, all_but_one).answer();
    assert!(start.elapsed() >= Duration::from_millis(PATIENCE_MS), "{:?}", start.elapsed());
    answer.assert_refusal("slow", 503, "busy", "");
    let line = edge.log_line(|line| line["code"] == "busy");
    assert_eq!(line["reason"], "the body did not come in time");
    assert_eq!(ledger.calls(), 0);
}

#[test]
fn bodies_that_dawdle_are_bounded_and_stop_nobody_until_then() {
    let ledger = StandIn::start();
    let edge = Edge::in_front_of(ledger.address);
    let dawdle = || {
        let wire = redemption(&edge, &edge.issuer.coupon());
        let head = wire.bytes().len() - 10;
        wire.send_part(&edge, head)
    };
    let redeem = || edge.till(7, 1).redeem(&edge.issuer.coupon(), "a");
    let start = Instant::now();
    let _most: Vec<_> = (0..BODIES / 2).map(|_| dawdle()).collect();
    // Those that have just come may be prompt, and have their room for a moment.
    while redeem().code() == "busy" {
        assert!(start.elapsed() < Duration::from_millis(PATIENCE_MS / 2));
        thread::yield_now();
    }
    let _rest: Vec<_> = (0..BODIES / 2).map(|_| dawdle()).collect();
    // All places are taken for a while; then the bodies are given up.
    let start = Instant::now();
    while redeem().code() == "busy" {
        assert!(start.elapsed() < Duration::from_secs(30));
        thread::yield_now();
    }
}

/// The platform throws in place of an answer when too much waits for an object.
#[test]
fn a_shard_that_the_platform_calls_overloaded_is_busy() {
    let ledger = StandIn::start();
    let edge = Edge::in_front_of(ledger.address);
    ledger.does(Shards::Overloaded);
    let answer = edge.till(7, 1).redeem(&edge.issuer.coupon(), "a");
    answer.assert_refusal("overloaded", 503, "busy", "");
    assert!(answer.header("retry-after").is_some());
    let line = edge.log_line(|line| line["code"] == "busy");
    assert!(line["reason"].as_str().unwrap().contains("Durable Object is overloaded"), "{line}");
}
