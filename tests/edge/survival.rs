//! workerd is killed in the middle of a load, again and again.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::support::Edge;

const KILLS: usize = 20;
const TILLS: u32 = 8;

/// A redemption that a till was told of.
struct Acknowledged {
    shop: u32,
    token: String,
    key: String,
    text: String,
}

#[test]
fn p03_what_a_till_was_told_survives_20_kills_and_no_coupon_has_two() {
    let edge = Edge::start();
    let acknowledged = Mutex::new(Vec::<Acknowledged>::new());
    let told = AtomicUsize::new(0);
    let unanswered = AtomicUsize::new(0);
    let done = AtomicBool::new(false);

    thread::scope(|scope| {
        let mut tills = Vec::new();
        for shop in 1..=TILLS {
            let (edge, acknowledged) = (&edge, &acknowledged);
            let (told, unanswered, done) = (&told, &unanswered, &done);
            tills.push(scope.spawn(move || {
                let mut bill = 0;
                while !done.load(Ordering::SeqCst) {
                    bill += 1;
                    let token = edge.issuer.coupon();
                    let key = format!("bill-{bill}");
                    // A till that hears nothing asks again with the same key until it does.
                    let text = loop {
                        match edge.till(shop, 1).redemption(&token, &key).try_send() {
                            Ok(answer) if matches!(answer.status, 200 | 201) => break answer.text,
                            Ok(answer) => assert_eq!(answer.body["retryable"], true, "{answer:?}"),
                            Err(_) => {}
                        }
                        unanswered.fetch_add(1, Ordering::SeqCst);
                        if done.load(Ordering::SeqCst) {
                            return;
                        }
                        // A till waits a moment before it tries again.
                        thread::sleep(Duration::from_millis(20));
                    };
                    acknowledged.lock().unwrap().push(Acknowledged { shop, token, key, text });
                    told.fetch_add(1, Ordering::SeqCst);
                }
            }));
        }

        'load: for kill in 1..=KILLS {
            // Each kill comes after some more redemptions, at whatever point the load then is.
            let enough = told.load(Ordering::SeqCst) + 20 + kill * 3;
            while told.load(Ordering::SeqCst) < enough {
                // A till only ends early when it was answered what it must not be.
                if tills.iter().any(|till| till.is_finished()) {
                    break 'load;
                }
                thread::yield_now();
            }
            edge.restart();
        }
        done.store(true, Ordering::SeqCst);
    });

    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() > KILLS * 20);
    let foreign = edge.till(999, 1);
    for Acknowledged { shop, token, key, text } in &acknowledged {
        let again = edge.till(*shop, 1).redeem(token, key);
        assert_eq!((again.status, &again.text), (200, text), "told, and still so");
        assert_eq!(foreign.redeem(token, "x").code(), "already-redeemed");
    }
    println!(
        "{} redemptions acknowledged over {KILLS} kills, {} calls unanswered",
        acknowledged.len(),
        unanswered.into_inner()
    );
    audit(&edge);
}

/// Reads the ledger's files themselves, as an auditor would: each coupon has one redemption.
fn audit(edge: &Edge) {
    edge.kill();
    let mut entries = HashMap::<Vec<u8>, Vec<(i64, i64)>>::new();
    for file in edge.ledger_files() {
        let ledger = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        let sql = "SELECT serial, n, kind FROM entry ORDER BY seq";
        let mut statement = ledger.prepare(sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let entry = (row.get(1).unwrap(), row.get(2).unwrap());
            entries.entry(row.get(0).unwrap()).or_default().push(entry);
        }
    }
    assert!(entries.len() > KILLS * 20);
    for (serial, chain) in entries {
        assert_eq!(chain, [(0, 1)], "{serial:?}");
    }
}
