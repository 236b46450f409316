//! The Wasm instance dies in the middle of a request: nobody is left without an answer, and the
//! ledger is right. The Worker is the variant `panics`, which dies where an order's reference says.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Call, Edge, Till, order};

/// Every way to die that leaves nothing in the ledger.
const BEFORE_THE_LEDGER: [&str; 6] = [
    "panic:worker",
    "panic:borrowed",
    "panic:stack",
    "panic:memory",
    "panic:thrown",
    "panic:object",
];

/// Below the 8 s after which the Worker gives a shard up by itself. It takes milliseconds, unless the
/// machine stands still.
const SOON: Duration = Duration::from_secs(7);

fn edge() -> Edge {
    Edge::of_variant("panics")
}

fn redemption<'a>(till: &'a Till<'_>, token: &str, key: &str, way: &str) -> Call<'a> {
    let mut body = order(token);
    body["order_ref"] = json!(way);
    till.post("/v1/redemptions", Some(key), &body)
}

/// A redemption that dies; the answer has to come soon and to say that the same key tells.
fn dies(till: &Till<'_>, token: &str, key: &str, way: &str) {
    let since = Instant::now();
    let answer = redemption(till, token, key, way).send();
    assert!(since.elapsed() < SOON, "{way}: {:?}", since.elapsed());
    assert_eq!((answer.status, answer.code()), (503, "busy".to_owned()), "{way}: {answer:?}");
    assert_eq!(answer.body["retryable"], true, "{way}");
    assert!(answer.header("retry-after").is_some(), "{way}: {answer:?}");
}

#[test]
fn the_worker_that_is_shipped_cannot_be_told_to_die() {
    let last_words = b"before anything is written";
    let tells = |folder: &Path| {
        let wasm = fs::read(folder.join("build/index_bg.wasm")).unwrap();
        wasm.windows(last_words.len()).any(|bytes| bytes == last_words)
    };
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(tells(&project.join("target/variants/panics")), "then this test finds nothing");
    assert!(!tells(project));
}

#[test]
fn whoever_meets_a_death_is_answered_and_the_next_request_works() {
    let edge = edge();
    let till = edge.till(1, 1);
    for way in BEFORE_THE_LEDGER {
        let token = edge.issuer.coupon();
        dies(&till, &token, "bill", way);
        // Nothing happened, so the coupon is good for another order.
        assert_eq!(till.redeem(&token, "other").status, 201, "{way}");
    }
    edge.log_line(|line| line["event"] == "instance-died");
}

#[test]
fn what_was_written_before_the_death_is_told_when_the_same_key_asks_again() {
    let edge = edge();
    let till = edge.till(1, 1);
    let token = edge.issuer.coupon();
    dies(&till, &token, "bill", "panic:written");
    assert_eq!(edge.till(2, 1).redeem(&token, "bill").code(), "already-redeemed");

    let again = redemption(&till, &token, "bill", "panic:written").send();
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, Some("true")));
}

#[test]
fn requests_in_flight_are_answered_when_the_instance_dies_under_them() {
    let edge = edge();
    let (answered, deaths) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|all| {
        let (edge, answered, deaths) = (&edge, &answered, &deaths);
        for shop in 1..=16 {
            all.spawn(move || {
                let till = edge.till(shop, 1);
                for bill in 0..40 {
                    let token = edge.issuer.coupon();
                    let key = format!("bill-{bill}");
                    let since = Instant::now();
                    // Asked again with the same key until it is known.
                    while till.redeem(&token, &key).status == 503 {}
                    assert!(since.elapsed() < 2 * SOON, "{:?}", since.elapsed());
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        all.spawn(move || {
            let till = edge.till(100, 1);
            while answered.load(Ordering::SeqCst) < 16 * 40 {
                for way in BEFORE_THE_LEDGER.iter().chain(&["panic:written"]) {
                    dies(&till, &edge.issuer.coupon(), "bill", way);
                    deaths.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
    });
    assert_eq!(answered.into_inner(), 16 * 40);
    assert!(deaths.into_inner() >= 7);
}
