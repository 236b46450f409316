//! Rules with a mistake in them: the exploration finds each, and by the shortest way.

use super::search::{Bounds, explore};
use super::shard::{RULE, Rule, Source};
use super::world::{Event, What};
use super::{ONE_COUPON, TWO_COUPONS};
use crate::ledger::reply::LedgerRefusal;
use crate::ledger::rule::{self, Finding};
use crate::ledger::{Entry, Kind, Outcome};

/// What is found, in how many events; and the model alone finds it no later.
#[track_caller]
fn finds(mistaken: Rule, wrong: &str, events: usize) {
    let source = Source::Rule(mistaken);
    let (found, way) = explore(ONE_COUPON, source, false).wrong.expect("nothing was found");
    assert_eq!((found, way.len()), (wrong, events), "{way:#?}");
    let (_, sooner) = explore(ONE_COUPON, source, true).wrong.unwrap();
    assert!(sooner.len() <= way.len(), "{sooner:#?}");
}

fn chain_without(chain: &[Entry], unwanted: impl Fn(&Entry) -> bool) -> Vec<Entry> {
    chain.iter().filter(|entry| !unwanted(entry)).cloned().collect()
}

#[test]
fn a_key_that_works_again_after_its_reversal() {
    let redeem = |chain: &[Entry], by, fingerprint| match rule::redeem(chain, by, fingerprint) {
        Finding::Answer(Outcome::Refused(LedgerRefusal::RedemptionReversed { .. }))
            if chain.last().is_some_and(|entry| entry.kind == Kind::Reversal) =>
        {
            Finding::Append(Kind::Redemption)
        }
        found => found,
    };
    finds(Rule { redeem, ..RULE }, "a key redeems twice", 5);
}

#[test]
fn a_cancel_that_does_not_spend_the_key() {
    let cancel = |chain: &[Entry], by, now| match rule::cancel(chain, by, now) {
        // Says that the key is spent, and appends nothing.
        Finding::Append(Kind::Void) => {
            Finding::Answer(Outcome::Refused(LedgerRefusal::RedemptionReversed { at: now }))
        }
        found => found,
    };
    finds(Rule { cancel, ..RULE }, "redeemed, and the till was told it is undone", 5);
}

#[test]
fn a_redemption_that_does_not_look_for_voids() {
    let redeem = |chain: &[Entry], by, fingerprint| {
        let seen = chain_without(chain, |entry| entry.kind == Kind::Void);
        rule::redeem(&seen, by, fingerprint)
    };
    finds(Rule { redeem, ..RULE }, "a cancelled key redeems", 4);
}

#[test]
fn a_redemption_that_looks_for_its_own_key_only() {
    let redeem = |chain: &[Entry], by, fingerprint| {
        let seen = chain_without(chain, |entry| entry.by != by);
        rule::redeem(&seen, by, fingerprint)
    };
    finds(Rule { redeem, ..RULE }, "two live redemptions of one coupon", 4);
}

#[test]
fn a_retry_that_is_told_the_coupon_is_used() {
    let redeem = |chain: &[Entry], by, fingerprint| match rule::redeem(chain, by, fingerprint) {
        Finding::Answer(Outcome::Redeemed { entry, .. }) => {
            let (at, shop, till) = (entry.at, entry.by.shop, entry.by.till);
            Finding::Answer(Outcome::Refused(LedgerRefusal::AlreadyRedeemed { at, shop, till }))
        }
        found => found,
    };
    finds(Rule { redeem, ..RULE }, "redeemed, and the till was told no", 4);
}

#[test]
fn a_cancel_that_undoes_anyones_redemption() {
    let cancel = |chain: &[Entry], by, now| match rule::cancel(chain, by, now) {
        Finding::Answer(Outcome::Refused(LedgerRefusal::AlreadyRedeemed { .. })) => {
            Finding::Append(Kind::Reversal)
        }
        found => found,
    };
    finds(Rule { cancel, ..RULE }, "a bill undoes another's redemption", 5);
}

/// Not a mistake of the rule, but a limit of the contract: a refusal is not stored, so it spends no
/// key. A copy of a refused request that comes after the other shop's reversal redeems, and its till
/// does not know. A request is no good 300 s after it was signed, and no till sends one again that
/// was refused.
#[test]
fn a_copy_of_a_refused_request_may_redeem_once_the_coupon_is_free_again() {
    for bounds in [ONE_COUPON, TWO_COUPONS] {
        let bounds = Bounds { copies_after_a_refusal: true, ..bounds };
        let (found, way) = explore(bounds, Source::Rule(RULE), true).wrong.unwrap();
        assert_eq!(found, "redeemed, and the till was told no");
        let Some(Event::Deliver(last)) = way.last() else { panic!("{way:#?}") };
        assert_eq!(last.what, What::Redeem);
        assert!(way.contains(&Event::Answer(*last)), "it was refused before: {way:#?}");
    }
}
