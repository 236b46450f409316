//! One test or more for each property.

use super::*;
use crate::ledger::{Entry, Kind, MAX_ENTRIES, statement};

fn redeemed(outcome: Outcome) -> Entry {
    match outcome {
        Outcome::Redeemed { entry, replayed: false } => entry,
        other => panic!("not redeemed: {other:?}"),
    }
}

fn reversed(outcome: Outcome) -> Entry {
    match outcome {
        Outcome::Reversed { reversal, replayed: false, .. } => reversal,
        other => panic!("not reversed: {other:?}"),
    }
}

fn refused(outcome: Outcome) -> LedgerRefusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn p01_one_statement_decides_and_names_its_conflict_target() {
    for sql in [statement::REDEEM, statement::CONFLICT, statement::REVERSE, statement::CANCEL] {
        assert!(sql.starts_with("INSERT INTO entry"));
        assert!(sql.contains("ON CONFLICT (serial, n) DO NOTHING"));
        assert!(!sql.contains(';'), "more than one statement");
    }
    let mut ledger = Ledger::new();
    let entry = redeemed(ledger.redeem(1, by(7, 1, 1)));
    assert_eq!((entry.n, entry.kind), (0, Kind::Redemption));
    let refusal = refused(ledger.redeem(1, by(8, 1, 1)));
    assert_eq!(refusal, LedgerRefusal::AlreadyRedeemed { at: entry.at, shop: 7, till: 1 });
}

#[test]
fn p02_a_decision_and_all_that_belongs_to_it_is_one_row() {
    let mut ledger = Ledger::new();
    let entry = redeemed(ledger.redeem(1, by(7, 1, 1)));
    let Outcome::Found { redemption, reversal } = ledger.call(find(entry.seq, 7)) else {
        panic!("not found")
    };
    assert_eq!((redemption, reversal), (entry, None));
}

#[test]
fn p04_entries_only_ever_grow_and_their_time_never_goes_back() {
    for sql in [statement::REDEEM, statement::CONFLICT, statement::REVERSE, statement::CANCEL] {
        assert!(!sql.contains("UPDATE") && !sql.contains("DELETE") && !sql.contains("REPLACE"));
    }
    let mut ledger = Ledger::new();
    let first = redeemed(ledger.redeem(1, by(7, 1, 1)));
    ledger.now -= 500_000; // the object's clock was set back
    let second = redeemed(ledger.redeem(2, by(7, 1, 1)));
    let reversal = reversed(ledger.reverse(second.seq, by(7, 1, 2)));
    let Outcome::Voided { entry: void, .. } = ledger.cancel(3, by(7, 1, 3)) else { panic!() };
    assert_eq!([first.seq, second.seq, reversal.seq, void.seq], [1, 2, 3, 4]);
    assert_eq!([second.at, reversal.at, void.at], [first.at; 3]);
}

#[test]
fn p04_draining_from_any_point_scans_nothing() {
    let ledger = Ledger::new();
    let plan: String = ledger
        .shard
        .database()
        .0
        .query_row("EXPLAIN QUERY PLAN SELECT * FROM entry WHERE seq > 5 ORDER BY seq", [], |row| {
            row.get(3)
        })
        .unwrap();
    assert_eq!(plan, "SEARCH entry USING INTEGER PRIMARY KEY (rowid>?)");
}

#[test]
fn p05_a_reversed_coupon_is_redeemed_again_and_keeps_its_history() {
    let mut ledger = Ledger::new();
    let first = redeemed(ledger.redeem(1, by(7, 1, 1)));
    reversed(ledger.reverse(first.seq, by(7, 1, 2)));
    let second = redeemed(ledger.redeem(1, by(8, 2, 1)));
    assert_eq!(second.n, 2);
    assert!(matches!(ledger.call(find(first.seq, 7)), Outcome::Found { reversal: Some(_), .. }));
}

#[test]
fn p05_after_twenty_entries_nothing_more_is_redeemed_but_the_last_redemption_can_be_reversed() {
    let mut ledger = Ledger::new();
    let mut key = 0;
    let mut next = || {
        key += 1;
        by(7, 1, key)
    };
    for _ in 0..MAX_ENTRIES / 2 {
        let entry = redeemed(ledger.redeem(1, next()));
        reversed(ledger.reverse(entry.seq, next()));
    }
    assert_eq!(refused(ledger.redeem(1, next())), LedgerRefusal::LimitReached);
    assert_eq!(refused(ledger.cancel(1, next())), LedgerRefusal::LimitReached);
    assert_eq!(refused(ledger.call(look(1))), LedgerRefusal::LimitReached);

    // With one place left a redemption could not be reversed, so there is none; a void fits.
    for _ in 0..MAX_ENTRIES - 1 {
        assert!(matches!(ledger.cancel(2, next()), Outcome::Voided { replayed: false, .. }));
    }
    assert_eq!(refused(ledger.redeem(2, next())), LedgerRefusal::LimitReached);
    assert_eq!(refused(ledger.call(look(2))), LedgerRefusal::LimitReached);
    assert!(matches!(ledger.cancel(2, next()), Outcome::Voided { replayed: false, .. }));
    assert_eq!(refused(ledger.cancel(2, next())), LedgerRefusal::LimitReached);
}

#[test]
fn p07_the_same_request_gets_the_first_answer() {
    let mut ledger = Ledger::new();
    let entry = redeemed(ledger.redeem(1, by(7, 1, 1)));
    for _ in 0..3 {
        let again = ledger.redeem(1, by(7, 1, 1));
        assert_eq!(again, Outcome::Redeemed { entry: entry.clone(), replayed: true });
    }
}

#[test]
fn p07_the_same_key_for_another_request_is_refused() {
    let mut ledger = Ledger::new();
    redeemed(ledger.redeem(1, by(7, 1, 1)));
    let other_order = ledger.call(redeem(1, by(7, 1, 1), 4000));
    assert_eq!(refused(other_order), LedgerRefusal::IdempotencyKeyReused);
}

#[test]
fn p07_any_other_key_till_or_shop_is_already_redeemed() {
    let mut ledger = Ledger::new();
    let at = redeemed(ledger.redeem(1, by(7, 1, 1))).at;
    for other in [by(7, 1, 2), by(7, 2, 1), by(8, 1, 1)] {
        let refusal = refused(ledger.redeem(1, other));
        assert_eq!(refusal, LedgerRefusal::AlreadyRedeemed { at, shop: 7, till: 1 });
    }
}

#[test]
fn p07_a_key_stays_spent_after_its_redemption_was_reversed() {
    let mut ledger = Ledger::new();
    let first = redeemed(ledger.redeem(1, by(7, 1, 1)));
    let at = reversed(ledger.reverse(first.seq, by(7, 1, 2))).at;
    assert_eq!(refused(ledger.redeem(1, by(7, 1, 1))), LedgerRefusal::RedemptionReversed { at });
    // Also when the coupon has been redeemed and reversed again since.
    let second = redeemed(ledger.redeem(1, by(7, 1, 3)));
    assert_eq!(refused(ledger.redeem(1, by(7, 1, 1))), LedgerRefusal::RedemptionReversed { at });
    reversed(ledger.reverse(second.seq, by(7, 1, 4)));
    assert_eq!(refused(ledger.redeem(1, by(7, 1, 1))), LedgerRefusal::RedemptionReversed { at });
    // Undone goes before reused, whatever the order now is.
    let other_order = refused(ledger.call(redeem(1, by(7, 1, 1), 4000)));
    assert_eq!(other_order, LedgerRefusal::RedemptionReversed { at });
    // The key of a reversal was another request.
    let reused = refused(ledger.redeem(1, by(7, 1, 2)));
    assert_eq!(reused, LedgerRefusal::IdempotencyKeyReused);
}

#[test]
fn p07_the_same_key_on_another_coupon_is_another_request() {
    let mut ledger = Ledger::new();
    redeemed(ledger.redeem(1, by(7, 1, 1)));
    redeemed(ledger.redeem(2, by(7, 1, 1)));
}

#[test]
fn p08_a_second_reversal_gets_the_first_ones_answer_whatever_its_key() {
    let mut ledger = Ledger::new();
    let entry = redeemed(ledger.redeem(1, by(7, 1, 1)));
    let first = reversed(ledger.reverse(entry.seq, by(7, 1, 2)));
    let expected = Outcome::Reversed { redemption: entry.clone(), reversal: first, replayed: true };
    assert_eq!(ledger.reverse(entry.seq, by(7, 1, 2)), expected);
    assert_eq!(ledger.reverse(entry.seq, by(7, 2, 9)), expected, "another till and key");
    redeemed(ledger.redeem(1, by(8, 1, 1)));
    assert_eq!(ledger.reverse(entry.seq, by(7, 1, 5)), expected, "redeemed again since");
    ledger.now += u64::from(REVERSAL_WINDOW_S) * 2000;
    assert_eq!(ledger.reverse(entry.seq, by(7, 1, 6)), expected, "its time is over");
    assert_eq!(ledger.cancel(1, by(7, 1, 1)), expected, "asked for as a cancel");
}

#[test]
fn p08_only_the_shops_own_redemption_and_only_in_time() {
    let mut ledger = Ledger::new();
    let entry = redeemed(ledger.redeem(1, by(7, 1, 1)));
    assert_eq!(refused(ledger.reverse(entry.seq, by(8, 1, 2))), LedgerRefusal::NotFound);
    assert_eq!(refused(ledger.reverse(entry.seq + 1, by(7, 1, 2))), LedgerRefusal::NotFound);
    assert_eq!(refused(ledger.call(find(entry.seq, 8))), LedgerRefusal::NotFound);

    ledger.now = entry.reversible_until.millis();
    let until = entry.reversible_until;
    assert_eq!(
        refused(ledger.reverse(entry.seq, by(7, 1, 2))),
        LedgerRefusal::ReversalTooLate { until }
    );
    assert_eq!(refused(ledger.cancel(1, by(7, 1, 1))), LedgerRefusal::ReversalTooLate { until });
    ledger.now = entry.reversible_until.millis() - 1;
    reversed(ledger.reverse(entry.seq, by(7, 1, 2)));
}

#[test]
fn p08_a_reversal_or_a_void_is_no_redemption() {
    let mut ledger = Ledger::new();
    let entry = redeemed(ledger.redeem(1, by(7, 1, 1)));
    let reversal = reversed(ledger.reverse(entry.seq, by(7, 1, 2)));
    assert_eq!(refused(ledger.reverse(reversal.seq, by(7, 1, 3))), LedgerRefusal::NotFound);
    assert_eq!(refused(ledger.call(find(reversal.seq, 7))), LedgerRefusal::NotFound);
}

#[test]
fn p09_cancel_reverses_the_keys_live_redemption() {
    let mut ledger = Ledger::new();
    let entry = redeemed(ledger.redeem(1, by(7, 1, 1)));
    let reversal = reversed(ledger.cancel(1, by(7, 1, 1)));
    assert_eq!(reversal.discount, entry.discount);
    assert!(matches!(ledger.cancel(1, by(7, 1, 1)), Outcome::Reversed { replayed: true, .. }));
}

#[test]
fn p09_a_cancel_that_overtakes_its_redemption_wins() {
    let mut ledger = Ledger::new();
    let Outcome::Voided { entry: void, replayed: false } = ledger.cancel(1, by(7, 1, 1)) else {
        panic!("not voided")
    };
    let late = refused(ledger.redeem(1, by(7, 1, 1)));
    assert_eq!(late, LedgerRefusal::RedemptionReversed { at: void.at });
    assert_eq!(ledger.cancel(1, by(7, 1, 1)), Outcome::Voided { entry: void, replayed: true });
    redeemed(ledger.redeem(1, by(7, 1, 2)));
}

#[test]
fn p09_cancel_leaves_another_keys_redemption_alone() {
    let mut ledger = Ledger::new();
    let at = redeemed(ledger.redeem(1, by(7, 1, 1))).at;
    for other in [by(7, 1, 2), by(7, 2, 1), by(8, 1, 1)] {
        let refusal = refused(ledger.cancel(1, other));
        assert_eq!(refusal, LedgerRefusal::AlreadyRedeemed { at, shop: 7, till: 1 });
    }
}

#[test]
fn p10_a_recall_replays_and_never_redeems() {
    let mut ledger = Ledger::new();
    assert_eq!(ledger.call(recall(1, by(7, 1, 1), 3000)), Outcome::NothingToReplay);
    assert_eq!(ledger.call(look(1)), Outcome::Free);
    let entry = redeemed(ledger.redeem(1, by(7, 1, 1)));
    assert_eq!(
        ledger.call(recall(1, by(7, 1, 1), 3000)),
        Outcome::Redeemed { entry, replayed: true }
    );
    let reused = refused(ledger.call(recall(1, by(7, 1, 1), 4000)));
    assert_eq!(reused, LedgerRefusal::IdempotencyKeyReused);
    assert_eq!(ledger.call(recall(1, by(8, 1, 1), 3000)), Outcome::NothingToReplay);
}

#[test]
fn p12_a_call_judged_by_an_older_policy_is_turned_away() {
    let epochs = |campaign, shops| Epochs { campaign, shops };
    let mut ledger = Ledger::new();
    let ask = |ledger: &mut Ledger, e, coupon| ledger.call_at(e, redeem(coupon, by(7, 1, 1), 1));
    redeemed(ask(&mut ledger, epochs(5, 2), 1));
    assert_eq!(refused(ask(&mut ledger, epochs(4, 2), 2)), LedgerRefusal::PolicyStale);
    assert_eq!(refused(ask(&mut ledger, epochs(5, 1), 2)), LedgerRefusal::PolicyStale);
    // A refusal by a newer policy is enough to be remembered.
    ledger.call_at(epochs(6, 2), recall(2, by(7, 1, 1), 1));
    assert_eq!(refused(ask(&mut ledger, epochs(5, 2), 2)), LedgerRefusal::PolicyStale);
    redeemed(ask(&mut ledger, epochs(6, 3), 2));
}

#[test]
fn p12_the_highest_epochs_survive_a_restart() {
    let mut ledger = Ledger::new();
    let epochs = Epochs { campaign: 5, shops: 3 };
    redeemed(ledger.call_at(epochs, redeem(1, by(7, 1, 1), 1)));
    ledger.shard = LedgerShard::open(ledger.shard.into_database()).unwrap();
    for older in [Epochs { campaign: 4, ..epochs }, Epochs { shops: 2, ..epochs }] {
        let refusal = refused(ledger.call_at(older, redeem(2, by(7, 1, 1), 1)));
        assert_eq!(refusal, LedgerRefusal::PolicyStale);
    }
}
