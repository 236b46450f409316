//! A consumer that lost what it had gets it again, by itself.

use std::collections::BTreeMap;
use std::fs;

use super::*;
use crate::support::Metrics;

/// The archive's segments, by name.
fn segments(edge: &Edge) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let files = edge.archive.files().into_iter().filter(|path| !path.ends_with("head.jws"));
    files.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn an_archive_that_was_lost_is_written_again_byte_for_byte() {
    let edge = Edge::start();
    let answers: Vec<_> = (0..6).map(|bill| redeem(&edge, &format!("bill-{bill}"))).collect();
    archived(&edge, 6);
    let before = segments(&edge);
    edge.archive.lose();
    // Something new in each of the shards, so that nobody has to wait until they are asked.
    for answer in &answers {
        assert_eq!(edge.till(7, 3).reverse(&answer.id(), &answer.id()).status, 201);
    }
    archived(&edge, 12);
    let after = segments(&edge);
    assert!(after.len() > before.len());
    for (path, text) in before {
        assert_eq!(after[&path], text, "{}", path.display());
    }
    edge.log_line(|line| line["event"] == "archive-lost");
}

#[test]
fn statements_and_counters_that_were_lost_are_filled_again() {
    let edge = Edge::start();
    let answers: Vec<_> = (0..6).map(|bill| redeem(&edge, &format!("bill-{bill}"))).collect();
    statement(&edge, |body| body["entries"].as_array().unwrap().len() == 6);
    let counted = |metrics: &Metrics, kind: &str| {
        let labels = format!("campaign=\"268435457\",chain=\"0\",kind=\"{kind}\"");
        metrics.find(&format!("coupon_entries_total{{{labels}}}")).unwrap_or(0)
    };
    Metrics::when(&edge, "all redemptions", |metrics| counted(metrics, "redemption") == 6);
    edge.kill();
    for class in ["StatementObject", "CounterObject"] {
        edge.lose(class);
    }
    edge.restart();
    for answer in &answers {
        assert_eq!(edge.till(7, 3).reverse(&answer.id(), &answer.id()).status, 201);
    }
    let body = statement(&edge, |body| body["entries"].as_array().unwrap().len() >= 12);
    let total = &body["campaigns"][0];
    assert_eq!((&total["redeemed"]["count"], &total["reversed"]["count"]), (&json!(6), &json!(6)));
    Metrics::when(&edge, "all entries", |metrics| {
        ["redemption", "reversal"].map(|kind| counted(metrics, kind)) == [6, 6]
    });
}
