//! The rule that [`statement`](super::statement) enforces, as plain functions.
//!
//! A statement says *whether* it appended; these say *why not*, and what the same request was
//! answered before. They never decide: that a coupon is free by this rule redeems nothing. Tests
//! hold rule and statements against each other.
//!
//! A `chain` is what [`CHAIN`](super::statement::CHAIN) reads: the coupon's entries in their order,
//! and before them those conflicts that matter to whoever asks.

use super::reply::{LedgerRefusal, Outcome};
use super::{Entry, Fingerprint, Identity, Kind, MAX_CONFLICTS, MAX_ENTRIES};
use crate::time::Timestamp;

/// What a command finds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "it lives for a moment")]
pub enum Finding {
    /// It may append an entry of this kind.
    Append(Kind),
    /// It has its answer without appending.
    Answer(Outcome),
}

use Finding::{Answer, Append};

fn refused(why: LedgerRefusal) -> Finding {
    Answer(Outcome::Refused(why))
}

/// What redeeming finds in the coupon's chain of entries.
pub fn redeem(chain: &[Entry], by: Identity, fingerprint: Fingerprint) -> Finding {
    if let Some(outcome) = recall(chain, by, fingerprint) {
        return Answer(outcome);
    }
    match state(chain) {
        State::Redeemed(entry) => refused(already_redeemed(entry)),
        State::Free if room(chain) < 2 => refused(LedgerRefusal::LimitReached),
        State::Free => Append(Kind::Redemption),
    }
}

/// What redeeming finds when a till without a network has given the goods already: where it would
/// be refused because the coupon was used, that is a conflict.
pub fn redeem_offline(chain: &[Entry], by: Identity, fingerprint: Fingerprint) -> Finding {
    match redeem(chain, by, fingerprint) {
        Answer(Outcome::Refused(LedgerRefusal::AlreadyRedeemed { .. })) => {
            // Conflicts are numbered from -1 down: the lowest number says how many there are.
            match chain.first() {
                Some(lowest) if lowest.n <= -MAX_CONFLICTS => refused(LedgerRefusal::LimitReached),
                _ => Append(Kind::Conflict),
            }
        }
        finding => finding,
    }
}

/// What this request was answered before, `None` if its key was never used for the coupon.
pub fn recall(chain: &[Entry], by: Identity, fingerprint: Fingerprint) -> Option<Outcome> {
    let own = |kind| chain.iter().find(|entry| entry.by == by && entry.kind == kind);
    if let Some(entry) = own(Kind::Redemption) {
        return Some(if let Some(reversal) = reversal_of(chain, entry) {
            Outcome::Refused(LedgerRefusal::RedemptionReversed { at: reversal.at })
        } else if entry.fingerprint != fingerprint {
            Outcome::Refused(LedgerRefusal::IdempotencyKeyReused)
        } else {
            Outcome::Redeemed { entry: entry.clone(), replayed: true }
        });
    }
    if let Some(void) = own(Kind::Void) {
        return Some(Outcome::Refused(LedgerRefusal::RedemptionReversed { at: void.at }));
    }
    if let Some(entry) = own(Kind::Conflict) {
        return Some(if entry.fingerprint != fingerprint {
            Outcome::Refused(LedgerRefusal::IdempotencyKeyReused)
        } else {
            let (entry, first) = (entry.clone(), first_of(chain, entry));
            Outcome::Conflict { entry, first, replayed: true }
        });
    }
    // The key was used to reverse: another request.
    own(Kind::Reversal).map(|_| Outcome::Refused(LedgerRefusal::IdempotencyKeyReused))
}

/// What cancelling finds; `by` has the key of the redemption to be undone.
pub fn cancel(chain: &[Entry], by: Identity, now: Timestamp) -> Finding {
    let own = |kind| chain.iter().find(|entry| entry.by == by && entry.kind == kind);
    if let Some(redemption) = own(Kind::Redemption) {
        return reverse(redemption, reversal_of(chain, redemption), now);
    }
    if let Some(void) = own(Kind::Void) {
        return Answer(Outcome::Voided { entry: void.clone(), replayed: true });
    }
    // Nothing of it can be given back: the coupon never was this key's.
    if let Some(conflict) = own(Kind::Conflict) {
        return refused(LedgerRefusal::ReversalTooLate { until: conflict.reversible_until });
    }
    if own(Kind::Reversal).is_some() {
        return refused(LedgerRefusal::IdempotencyKeyReused);
    }
    match state(chain) {
        State::Redeemed(entry) => refused(already_redeemed(entry)),
        State::Free if room(chain) < 1 => refused(LedgerRefusal::LimitReached),
        State::Free => Append(Kind::Void),
    }
}

/// What reversing finds, given the redemption and its reversal, if it has one.
pub fn reverse(redemption: &Entry, reversal: Option<&Entry>, now: Timestamp) -> Finding {
    if let Some(reversal) = reversal {
        let (redemption, reversal) = (redemption.clone(), reversal.clone());
        return Answer(Outcome::Reversed { redemption, reversal, replayed: true });
    }
    if now > redemption.reversible_until {
        return refused(LedgerRefusal::ReversalTooLate { until: redemption.reversible_until });
    }
    Append(Kind::Reversal)
}

/// What a look finds: whether a new request would redeem.
pub fn look(chain: &[Entry]) -> Outcome {
    match state(chain) {
        State::Redeemed(entry) => Outcome::Refused(already_redeemed(entry)),
        State::Free if room(chain) < 2 => Outcome::Refused(LedgerRefusal::LimitReached),
        State::Free => Outcome::Free,
    }
}

/// The two states of a coupon. *Expired*, *revoked* and the like are computed from policy, never
/// stored.
enum State<'a> {
    Free,
    Redeemed(&'a Entry),
}

fn state(chain: &[Entry]) -> State<'_> {
    match chain.last() {
        Some(entry) if entry.kind == Kind::Redemption => State::Redeemed(entry),
        _ => State::Free,
    }
}

/// The entry after a redemption is its reversal: nothing else may follow one.
fn reversal_of<'a>(chain: &'a [Entry], redemption: &Entry) -> Option<&'a Entry> {
    chain.iter().find(|entry| entry.n == redemption.n + 1)
}

/// How many more entries the coupon may get. A redemption needs two, so that it can be reversed.
fn room(chain: &[Entry]) -> usize {
    let entries = chain.iter().filter(|entry| entry.n >= 0).count();
    usize::from(MAX_ENTRIES).saturating_sub(entries)
}

/// When the coupon was used by whoever was first: the redemption that stood when the conflict was
/// recorded. Entries are only ever appended, so that is the same one for ever.
fn first_of(chain: &[Entry], conflict: &Entry) -> Timestamp {
    let mut before = chain.iter().filter(|entry| entry.n >= 0 && entry.seq < conflict.seq);
    before.next_back().map_or(conflict.at, |redemption| redemption.at)
}

fn already_redeemed(entry: &Entry) -> LedgerRefusal {
    LedgerRefusal::AlreadyRedeemed { at: entry.at, shop: entry.by.shop, till: entry.by.till }
}
