//! The rule alone, at the last moment and in the last place. The statements keep the same limits
//! (`properties`); but where they append nobody asks the rule, so a rule that is off by one would
//! show only in words to a cashier.

use super::*;
use crate::ledger::rule::{self, Finding};
use crate::ledger::{Entry, Kind};

/// Somebody else's voids of coupon 1.
fn voids(count: u8) -> Vec<Entry> {
    let mut ledger = Ledger::new();
    let void = |key| match ledger.cancel(1, by(7, 1, key)) {
        Outcome::Voided { entry, replayed: false } => entry,
        other => panic!("not voided: {other:?}"),
    };
    (0..count).map(void).collect()
}

#[test]
fn p05_a_redemption_needs_two_free_places_and_a_void_one() {
    let (limit, anyone) = (LedgerRefusal::LimitReached, by(8, 1, 99));
    let refused = Finding::Answer(Outcome::Refused(limit));
    let redeem = |chain: &[Entry]| rule::redeem(chain, anyone, fingerprint(1, 3000));
    let cancel = |chain: &[Entry]| rule::cancel(chain, anyone, Timestamp::from_millis(0));

    assert_eq!(redeem(&voids(18)), Finding::Append(Kind::Redemption));
    assert_eq!(rule::look(&voids(18)), Outcome::Free);
    assert_eq!(redeem(&voids(19)), refused);
    assert_eq!(rule::look(&voids(19)), Outcome::Refused(limit));
    assert_eq!(cancel(&voids(19)), Finding::Append(Kind::Void));
    assert_eq!(cancel(&voids(20)), refused);
}

#[test]
fn p08_a_redemption_is_reversed_up_to_the_moment_that_its_answer_named() {
    let Outcome::Redeemed { entry, .. } = Ledger::new().redeem(1, by(7, 1, 1)) else { panic!() };
    let until = entry.reversible_until;
    let late = Timestamp::from_millis(until.millis() + 1);
    assert_eq!(rule::reverse(&entry, None, until), Finding::Append(Kind::Reversal));
    let refused = Finding::Answer(Outcome::Refused(LedgerRefusal::ReversalTooLate { until }));
    assert_eq!(rule::reverse(&entry, None, late), refused);
}
