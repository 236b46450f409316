//! Conflicts: sales at tills without a network, of coupons that were used already.

use proptest::prelude::*;

use super::*;
use crate::ledger::database::Value;
use crate::ledger::redeem::parameter;
use crate::ledger::rule::{self, Finding};
use crate::ledger::{Entry, Kind, MAX_CONFLICTS, statement};

fn redeemed(outcome: Outcome) -> Entry {
    match outcome {
        Outcome::Redeemed { entry, replayed: false } => entry,
        other => panic!("not redeemed: {other:?}"),
    }
}

/// The conflict, and when the coupon was used.
fn conflict(outcome: Outcome) -> (Entry, Timestamp) {
    match outcome {
        Outcome::Conflict { entry, first, replayed: false } => (entry, first),
        other => panic!("no conflict: {other:?}"),
    }
}

fn refused(outcome: Outcome) -> LedgerRefusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

fn offline(ledger: &mut Ledger, coupon: u8, by: Identity) -> Outcome {
    ledger.call(redeem_offline(coupon, by, 3000))
}

#[test]
fn a_coupon_that_is_free_is_redeemed_and_one_that_was_used_is_a_conflict() {
    let mut ledger = Ledger::new();
    let first = redeemed(offline(&mut ledger, 1, by(7, 1, 1)));
    assert_eq!((first.n, first.offline_at), (0, Some(OFFLINE_AT)));
    // Another shop, another till of the shop, and another sale at the till.
    for (number, whose) in [(-1, by(8, 1, 1)), (-2, by(7, 2, 1)), (-3, by(7, 1, 2))] {
        let (entry, at) = conflict(offline(&mut ledger, 1, whose));
        let expected = Entry {
            seq: 1 + u64::from(entry.n.unsigned_abs()),
            n: number,
            kind: Kind::Conflict,
            at: entry.at,
            by: whose,
            reversible_until: entry.at,
            ..first.clone()
        };
        assert_eq!((entry, at), (expected, first.at));
    }
    // A till that has a network is refused as ever.
    let refusal = refused(ledger.redeem(1, by(9, 1, 1)));
    assert_eq!(refusal, LedgerRefusal::AlreadyRedeemed { at: first.at, shop: 7, till: 1 });
}

#[test]
fn a_conflict_changes_nothing_for_the_coupon() {
    let mut ledger = Ledger::new();
    let first = redeemed(ledger.redeem(1, by(7, 1, 1)));
    let (before, _) = conflict(offline(&mut ledger, 1, by(8, 1, 1)));
    assert!(matches!(
        ledger.reverse(first.seq, by(7, 1, 2)),
        Outcome::Reversed { replayed: false, reversal: Entry { n: 1, .. }, .. }
    ));
    assert_eq!(ledger.call(look(1)), Outcome::Free);
    let second = redeemed(ledger.redeem(1, by(9, 1, 1)));
    assert_eq!(second.n, 2);
    // It is a conflict with the redemption of its time, whatever came after.
    let again = offline(&mut ledger, 1, by(8, 1, 1));
    assert_eq!(again, Outcome::Conflict { entry: before, first: first.at, replayed: true });
    let (_, at) = conflict(offline(&mut ledger, 1, by(8, 1, 2)));
    assert_eq!(at, second.at);
}

#[test]
fn a_conflict_spends_its_key() {
    let mut ledger = Ledger::new();
    let first = redeemed(ledger.redeem(1, by(7, 1, 1)));
    let (entry, _) = conflict(offline(&mut ledger, 1, by(8, 1, 1)));
    let replay = Outcome::Conflict { entry: entry.clone(), first: first.at, replayed: true };
    let reused = LedgerRefusal::IdempotencyKeyReused;
    for _ in 0..2 {
        assert_eq!(offline(&mut ledger, 1, by(8, 1, 1)), replay);
        let fingerprint = offline_fingerprint(1, 3000);
        let recall = Recall { serial: serial(1), by: by(8, 1, 1), fingerprint };
        assert_eq!(ledger.call(Command::Recall(recall)), replay);
        assert_eq!(refused(ledger.call(redeem_offline(1, by(8, 1, 1), 4000))), reused);
        assert_eq!(refused(ledger.redeem(1, by(8, 1, 1))), reused, "told as of now");
        let until = entry.reversible_until;
        let cancelled = refused(ledger.cancel(1, by(8, 1, 1)));
        assert_eq!(cancelled, LedgerRefusal::ReversalTooLate { until }, "the goods are gone");
        // The same when the coupon is free: its key does not get it.
        ledger.reverse(first.seq, by(7, 1, 2));
    }
    assert_eq!(ledger.call(look(1)), Outcome::Free);
    redeemed(ledger.redeem(1, by(8, 1, 2)));
}

#[test]
fn a_key_that_was_spent_makes_no_conflict() {
    let mut ledger = Ledger::new();
    let Outcome::Voided { entry: void, .. } = ledger.cancel(1, by(8, 1, 1)) else { panic!() };
    let first = redeemed(ledger.redeem(1, by(7, 1, 1)));
    let undone = LedgerRefusal::RedemptionReversed { at: void.at };
    assert_eq!(refused(offline(&mut ledger, 1, by(8, 1, 1))), undone);
    let reused = LedgerRefusal::IdempotencyKeyReused;
    assert_eq!(refused(offline(&mut ledger, 1, by(7, 1, 1))), reused);
    // The key of a reversal, too.
    ledger.reverse(first.seq, by(7, 1, 2));
    redeemed(ledger.redeem(1, by(9, 1, 1)));
    assert_eq!(refused(offline(&mut ledger, 1, by(7, 1, 2))), reused);
}

#[test]
fn a_conflict_is_no_redemption() {
    let mut ledger = Ledger::new();
    redeemed(ledger.redeem(1, by(7, 1, 1)));
    let (entry, _) = conflict(offline(&mut ledger, 1, by(8, 1, 1)));
    assert_eq!(refused(ledger.call(find(entry.seq, 8))), LedgerRefusal::NotFound);
    assert_eq!(refused(ledger.reverse(entry.seq, by(8, 1, 2))), LedgerRefusal::NotFound);
}

#[test]
fn a_thousand_conflicts_are_the_end() {
    let mut ledger = Ledger::new();
    let first = redeemed(ledger.redeem(1, by(7, 1, 1)));
    for shop in 1..=u32::try_from(MAX_CONFLICTS).unwrap() {
        conflict(offline(&mut ledger, 1, by(100 + shop, 1, 1)));
    }
    let one_more = refused(offline(&mut ledger, 1, by(99, 1, 1)));
    assert_eq!(one_more, LedgerRefusal::LimitReached);
    // The first of them, far from the last, is found; the coupon goes its way.
    assert!(matches!(
        offline(&mut ledger, 1, by(101, 1, 1)),
        Outcome::Conflict { entry: Entry { n: -1, .. }, replayed: true, .. }
    ));
    ledger.reverse(first.seq, by(7, 1, 2));
    redeemed(offline(&mut ledger, 1, by(99, 1, 1)));
    // The rule alone has the same limit.
    let last = |n| Entry { n, ..first.clone() };
    let found = |n| rule::redeem_offline(&[last(n), first.clone()], by(5, 1, 1), fingerprint(1, 1));
    assert_eq!(found(1 - MAX_CONFLICTS), Finding::Append(Kind::Conflict));
    let refused = Finding::Answer(Outcome::Refused(LedgerRefusal::LimitReached));
    assert_eq!(found(-MAX_CONFLICTS), refused);
}

/// What the shard asks of it is less than what it would take: the statement is safe by itself.
#[test]
fn the_statement_by_itself_appends_where_the_rule_would() {
    let rows = |ledger: &mut Ledger, command: Command| {
        let Command::Redeem(redeem) = command else { panic!("not to redeem") };
        let requests = parameter(&[redeem]);
        let one = Value::Integer(1);
        let parameters = [Value::Text(&requests), one, one, one, one];
        ledger.shard.run(statement::CONFLICT, &parameters).unwrap().rows.len()
    };
    let mut ledger = Ledger::new();
    let told = || redeem_offline(1, by(8, 1, 1), 3000);
    assert_eq!(rows(&mut ledger, told()), 0, "the coupon is free");
    ledger.redeem(1, by(7, 1, 1));
    assert_eq!(rows(&mut ledger, redeem(1, by(8, 1, 1), 3000)), 0, "a till that has a network");
    assert_eq!(rows(&mut ledger, redeem_offline(1, by(7, 1, 1), 3000)), 0, "the key redeemed it");
    assert_eq!([rows(&mut ledger, told()), rows(&mut ledger, told())], [1, 0], "once");
}

#[test]
fn a_coupon_that_is_free_but_full_is_no_conflict() {
    let mut ledger = Ledger::new();
    for key in 0..19 {
        ledger.cancel(1, by(7, 1, key));
    }
    assert_eq!(refused(offline(&mut ledger, 1, by(8, 1, 1))), LedgerRefusal::LimitReached);
}

#[test]
fn p13_a_stored_conflict_is_pinned() {
    let mut ledger = Ledger::new();
    ledger.redeem(0xab, by(7, 2, 1));
    offline(&mut ledger, 0xab, by(8, 1, 2));
    let row: String = ledger
        .shard
        .database()
        .0
        .query_row(
            "SELECT seq || ' ' || hex(serial) || ' ' || n || ' ' || kind || ' ' || at || ' ' || shop
             || ' ' || till || ' ' || hex(key) || ' ' || hex(fingerprint) || ' ' || discount || ' '
             || order_amount || ' ' || order_ref || ' ' || policy_epoch || ' ' || shops_epoch || ' '
             || reversible_until || ' ' || answer || ' ' || chain || ' ' || offline_at
             FROM entry WHERE n < 0",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(
        row,
        "2 ABABABABABABABABABABABAB -1 4 1000002 8 1 02020202020202020202020202020202 \
         000F4DF8ABABABABABABABABABABABAB 2500 3000 bill 1 1 1 1000002 1 12 900000"
    );
}

proptest! {
    /// Whatever tills without a network tell: what the others can do is the same.
    #[test]
    fn conflicts_leave_no_trace_in_the_chain(
        steps in prop::collection::vec((0_u8..3, 0_u8..6, 0_u8..5), 1..40)
    ) {
        let (mut with, mut without) = (Ledger::new(), Ledger::new());
        for (coupon, what, key) in steps {
            let who = by(7, 1, key);
            if what == 0 {
                // On a coupon that was used: of one that is free it would be a redemption.
                if with.call(look(coupon)) != Outcome::Free {
                    offline(&mut with, coupon, by(8, 1, key));
                }
                continue;
            }
            without.now = with.now;
            let command = match what {
                1 => cancel(coupon, who),
                2 => look(coupon),
                _ => redeem(coupon, who, 3000),
            };
            let told = [&mut with, &mut without].map(|ledger| ledger.call(command.clone()));
            // They differ in the place in the shard, and in nothing else.
            let told = told.map(|outcome| match outcome {
                Outcome::Redeemed { entry, replayed } => {
                    Outcome::Redeemed { entry: Entry { seq: 0, ..entry }, replayed }
                }
                Outcome::Voided { entry, replayed } => {
                    Outcome::Voided { entry: Entry { seq: 0, ..entry }, replayed }
                }
                Outcome::Reversed { redemption, reversal, replayed } => Outcome::Reversed {
                    redemption: Entry { seq: 0, ..redemption },
                    reversal: Entry { seq: 0, ..reversal },
                    replayed,
                },
                other => other,
            });
            prop_assert_eq!(&told[0], &told[1]);
        }
    }
}
