//! A shard that was put back to a backup: what it forgot stays in the books, and so does what comes.

use std::fs;
use std::path::Path;

use super::*;
use crate::support::Metrics;

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Six more coupons are redeemed; answers when all so far are archived.
fn six_more(edge: &Edge, what: &str, all: u64) -> Vec<(Head, Vec<Segment>)> {
    (0..6).for_each(|bill| drop(redeem(edge, &format!("{what}-{bill}"))));
    archived(edge, all)
}

/// For each shard, to which entry of which life the archive goes.
fn ends(shards: &[(Head, Vec<Segment>)]) -> Vec<(u32, u64)> {
    shards.iter().map(|(head, _)| (head.incarnation, head.last)).collect()
}

#[test]
fn a_ledger_that_was_put_back_says_so_and_nothing_is_lost_or_doubled() {
    let edge = Edge::start();
    let backup = tempfile::tempdir().unwrap();
    six_more(&edge, "before", 6);
    edge.kill();
    copy(&edge.objects("LedgerObject"), &backup.path().join("ledger"));
    edge.restart();
    let forgotten = six_more(&edge, "forgotten", 12);

    let put_back = || {
        edge.kill();
        edge.lose("LedgerObject");
        copy(&backup.path().join("ledger"), &edge.objects("LedgerObject"));
        edge.restart();
    };
    put_back();
    // Nobody redeems. The counters ask the shards, and the archive's heads must not go back.
    Metrics::of(&edge);
    edge.log_line(|line| line["event"] == "ledger-restored");
    assert_eq!(ends(&archived(&edge, 12)), ends(&forgotten));

    let second = six_more(&edge, "second", 18);
    assert!(second.iter().any(|(head, _)| head.incarnation == 2), "{:?}", ends(&second));
    // The same backup once more: it knows of no second life.
    put_back();
    let third = six_more(&edge, "third", 24);
    assert!(third.iter().any(|(head, _)| head.incarnation == 3), "{:?}", ends(&third));

    let body = statement(&edge, |body| body["entries"].as_array().unwrap().len() >= 24);
    assert_eq!(body["campaigns"][0]["redeemed"]["count"], 24, "{body}");
    let redemptions =
        "coupon_entries_total{campaign=\"268435457\",chain=\"0\",kind=\"redemption\"}";
    Metrics::when(&edge, "all redemptions", |metrics| {
        let counted = metrics.find(redemptions).unwrap_or(0);
        assert!(counted <= 24, "{counted}");
        counted == 24
    });
}

#[test]
fn a_ledger_that_was_lost_begins_another_life() {
    let edge = Edge::start();
    six_more(&edge, "before", 6);
    edge.kill();
    edge.lose("LedgerObject");
    edge.restart();
    let second = six_more(&edge, "second", 12);
    assert!(second.iter().any(|(head, _)| head.incarnation == 2), "{:?}", ends(&second));
    edge.log_line(|line| line["event"] == "ledger-restored");
}
