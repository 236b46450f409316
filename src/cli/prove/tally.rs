//! What a scenario came to, in numbers, and what was found.

use std::collections::BTreeMap;
use std::time::Duration;

use super::look::Standing;
use super::till::Notes;
use crate::prove::history::{Answer, Call};
use crate::prove::words::line;

/// Something that must not be.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// What, in a line.
    pub(super) what: String,
    /// The history that shows it, a line a call.
    pub(super) shown: Vec<String>,
}

/// Numbers of one scenario, or of all.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) rounds: u64,
    /// How often trouble struck.
    pub(super) struck: u64,
    /// Calls made, extras not counted.
    pub(super) calls: u64,
    /// Of these, items of batches: each counts as a call.
    pub(super) batched: u64,
    /// Calls without an answer that says what happened.
    pub(super) unknown: u64,
    /// Requests that reached the edge once more than tills know.
    pub(super) extras: u64,
    /// Redemptions acknowledged for the first time.
    pub(super) redeemed: u64,
    /// Conflicts recorded: sales without a network, of coupons that were used.
    pub(super) conflicts: u64,
    /// The same answers given again.
    pub(super) replayed: u64,
    /// Reversals and voids acknowledged for the first time.
    pub(super) undone: u64,
    /// Coupons whose history was judged.
    pub(super) coupons: u64,
    /// Redemptions that stood when their round was over.
    pub(super) standing: u64,
    /// Of these, looked for again at the end of the scenario.
    pub(super) looked_again: u64,
    /// Entries that every consumer has in the end, each once.
    pub(super) shipped: u64,
    /// Time with the crowd at work.
    pub(super) took: Duration,
    /// Statuses and codes.
    pub(super) seen: BTreeMap<String, u64>,
    /// Codes in the edge's log.
    pub(super) logged: BTreeMap<String, u64>,
    pub(super) findings: Vec<Finding>,
}

/// How many findings are kept in words; the rest are counted.
const MAX_WORDS: usize = 20;

impl Tally {
    /// Counts a till's notes.
    pub(super) fn add_notes(&mut self, notes: &Notes) {
        for (what, count) in &notes.seen {
            *self.seen.entry(what.clone()).or_default() += count;
        }
        self.calls += notes.calls.len() as u64;
        self.batched += notes.batched;
        for note in &notes.calls {
            match &note.call.answer {
                None => self.unknown += 1,
                Some(Answer::Redeemed { replayed: false, .. }) => self.redeemed += 1,
                Some(Answer::Conflict { replayed: false, .. }) => self.conflicts += 1,
                Some(
                    Answer::Reversed { replayed: false, .. }
                    | Answer::Voided { replayed: false, .. },
                ) => self.undone += 1,
                Some(
                    Answer::Redeemed { .. }
                    | Answer::Conflict { .. }
                    | Answer::Reversed { .. }
                    | Answer::Voided { .. },
                ) => self.replayed += 1,
                Some(_) => {}
            }
        }
        let unfit = notes.unfit.iter().map(|why| Finding {
            what: format!("an answer that the contract does not know: {why}"),
            shown: Vec::new(),
        });
        self.findings.extend(unfit);
    }

    /// Adds another tally to this one.
    pub(super) fn add(&mut self, other: Self) {
        self.rounds += other.rounds;
        self.struck += other.struck;
        self.calls += other.calls;
        self.batched += other.batched;
        self.unknown += other.unknown;
        self.extras += other.extras;
        self.redeemed += other.redeemed;
        self.conflicts += other.conflicts;
        self.replayed += other.replayed;
        self.undone += other.undone;
        self.coupons += other.coupons;
        self.standing += other.standing;
        self.looked_again += other.looked_again;
        self.shipped += other.shipped;
        self.took += other.took;
        for (what, count) in other.seen {
            *self.seen.entry(what).or_default() += count;
        }
        for (code, count) in other.logged {
            *self.logged.entry(code).or_default() += count;
        }
        self.findings.extend(other.findings);
    }

    /// The first findings, in words.
    pub(super) fn words(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().take(MAX_WORDS)
    }
}

impl Finding {
    /// A history that nothing explains.
    pub(super) fn violation(coupon: u64, shown: &[Call]) -> Self {
        let what = format!("coupon {coupon}: no order of these calls explains their answers");
        let start = shown.iter().map(|call| call.began).min().unwrap_or_default();
        Self { what, shown: shown.iter().map(|call| line(call, start)).collect() }
    }

    /// A history that cannot be judged.
    pub(super) fn too_long(coupon: u64, calls: usize) -> Self {
        let what = format!("coupon {coupon}: {calls} calls are too many to be judged");
        Self { what, shown: Vec::new() }
    }

    /// A redemption that was there and is not.
    pub(super) fn lost(standing: &Standing, found: &Answer) -> Self {
        let Standing { coupon, receipt } = standing;
        let what = format!("coupon {coupon}: {receipt} was acknowledged; now: {found}");
        Self { what, shown: Vec::new() }
    }

    /// Tills were told what nothing in the scenario gives a reason for.
    pub(super) fn told(what: &str, count: u64) -> Self {
        Self { what: format!("tills were told `{what}` {count} times"), shown: Vec::new() }
    }

    /// What has not come to a consumer long after all trouble was over.
    pub(super) fn not_shipped(behind: &str) -> Self {
        Self { what: format!("not shipped in the end: {behind}"), shown: Vec::new() }
    }

    /// A consumer has something else than the ledger.
    pub(super) fn wrongly_shipped(consumer: &str, why: &str) -> Self {
        Self { what: format!("the {consumer} differ from the ledger: {why}"), shown: Vec::new() }
    }

    /// One entry of two coupons.
    pub(super) fn shared(one: u64, other: u64, seq: u64) -> Self {
        let what = format!("coupons {one} and {other} have the same entry, number {seq}");
        Self { what, shown: Vec::new() }
    }
}
