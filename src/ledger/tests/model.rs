//! Long random histories: the statements against the rule. The rule is asked before each command
//! what it finds; the statement must do just that.

use proptest::prelude::*;

use super::*;
use crate::ledger::rule::{self, Finding};
use crate::ledger::{Entry, Kind};

#[derive(Clone, Debug)]
enum Step {
    Redeem { coupon: u8, by: Identity, amount: u32 },
    RedeemOffline { coupon: u8, by: Identity, amount: u32 },
    Recall { coupon: u8, by: Identity, amount: u32 },
    Cancel { coupon: u8, by: Identity },
    Reverse { seq: u64, by: Identity },
    Wait { seconds: u32 },
}

fn identity() -> impl Strategy<Value = Identity> {
    (1_u32..3, 1_u16..3, 0_u8..4).prop_map(|(shop, till, key)| by(shop, till, key))
}

fn step() -> impl Strategy<Value = Step> {
    let (coupon, amount) = (0_u8..2, 1_u32..3);
    prop_oneof![
        4 => (coupon.clone(), identity(), amount.clone())
            .prop_map(|(coupon, by, amount)| Step::Redeem { coupon, by, amount }),
        2 => (coupon.clone(), identity(), amount.clone())
            .prop_map(|(coupon, by, amount)| Step::RedeemOffline { coupon, by, amount }),
        1 => (coupon.clone(), identity(), amount)
            .prop_map(|(coupon, by, amount)| Step::Recall { coupon, by, amount }),
        2 => (coupon, identity()).prop_map(|(coupon, by)| Step::Cancel { coupon, by }),
        3 => (1_u64..40, identity()).prop_map(|(seq, by)| Step::Reverse { seq, by }),
        1 => (0..REVERSAL_WINDOW_S).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

fn entries(ledger: &mut Ledger) -> Vec<Entry> {
    use crate::ledger::database::Database;
    let sql = concat!("SELECT ", crate::ledger::entry::columns!(), " FROM entry ORDER BY seq");
    let rows = ledger.shard.database_mut().run(sql, &[]).unwrap().rows;
    rows.into_iter().map(|row| Entry::from_row(row).unwrap()).collect()
}

/// What the rule says, with the time at which the command will run.
fn expected(all: &[Entry], step: &Step, now: Timestamp) -> Option<Finding> {
    let chain = |coupon| {
        let mut chain: Vec<_> =
            all.iter().filter(|e| e.serial == serial(coupon)).cloned().collect();
        chain.sort_by_key(|entry| entry.n);
        chain
    };
    Some(match *step {
        Step::Redeem { coupon, by, amount } => {
            rule::redeem(&chain(coupon), by, fingerprint(coupon, amount))
        }
        Step::RedeemOffline { coupon, by, amount } => {
            rule::redeem_offline(&chain(coupon), by, offline_fingerprint(coupon, amount))
        }
        Step::Recall { coupon, by, amount } => Finding::Answer(
            rule::recall(&chain(coupon), by, fingerprint(coupon, amount))
                .unwrap_or(Outcome::NothingToReplay),
        ),
        Step::Cancel { coupon, by } => rule::cancel(&chain(coupon), by, now),
        Step::Reverse { seq, by } => {
            let redemption = all
                .iter()
                .find(|e| e.seq == seq && e.kind == Kind::Redemption && e.by.shop == by.shop);
            match redemption {
                None => Finding::Answer(Outcome::Refused(LedgerRefusal::NotFound)),
                Some(it) => {
                    let next = all.iter().find(|e| e.serial == it.serial && e.n == it.n + 1);
                    rule::reverse(it, next, now)
                }
            }
        }
        Step::Wait { .. } => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_statements_do_what_the_rule_says(steps in prop::collection::vec(step(), 1..120)) {
        let mut ledger = Ledger::new();
        for step in steps {
            let before = entries(&mut ledger);
            let finding = expected(&before, &step, Timestamp::from_millis(ledger.now + 1));
            let outcome = match step.clone() {
                Step::Redeem { coupon, by, amount } => ledger.call(redeem(coupon, by, amount)),
                Step::RedeemOffline { coupon, by, amount } => {
                    ledger.call(redeem_offline(coupon, by, amount))
                }
                Step::Recall { coupon, by, amount } => ledger.call(recall(coupon, by, amount)),
                Step::Cancel { coupon, by } => ledger.cancel(coupon, by),
                Step::Reverse { seq, by } => ledger.reverse(seq, by),
                Step::Wait { seconds } => {
                    ledger.now += u64::from(seconds) * 1000;
                    continue;
                }
            };
            let after = entries(&mut ledger);
            prop_assert_eq!(&after[..before.len()], &before[..], "entries are never rewritten");
            match finding {
                Some(Finding::Append(kind)) => {
                    prop_assert_eq!(after.len(), before.len() + 1);
                    prop_assert_eq!(after.last().unwrap().kind, kind);
                }
                Some(Finding::Answer(answer)) => {
                    prop_assert_eq!(after.len(), before.len());
                    prop_assert_eq!(outcome, answer);
                }
                None => {}
            }
            // Never two live redemptions of one coupon: each is followed by its reversal or last.
            for coupon in 0..2 {
                let (conflicts, chain): (Vec<_>, Vec<_>) = after
                    .iter()
                    .filter(|e| e.serial == serial(coupon))
                    .partition(|entry| entry.kind == Kind::Conflict);
                for (number, conflict) in (1..).zip(&conflicts) {
                    prop_assert_eq!(conflict.n, -number);
                }
                for (n, entry) in chain.iter().enumerate() {
                    prop_assert_eq!(usize::try_from(entry.n), Ok(n));
                    let follows = chain.get(n + 1).map(|next| next.kind);
                    let ok = (entry.kind != Kind::Redemption
                        && follows != Some(Kind::Reversal))
                        || (entry.kind == Kind::Redemption
                            && follows.is_none_or(|kind| kind == Kind::Reversal));
                    prop_assert!(ok, "{:?} then {:?}", entry.kind, follows);
                }
            }
        }
    }
}
