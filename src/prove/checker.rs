//! Whether some order of atomic calls explains a history: linearizability of one coupon.
//!
//! The search of Wing and Gong, with Lowe's memory of configurations ("Testing for
//! linearizability", 2017): a configuration is the set of calls carried out and the coupon they
//! left. A call may come next if no call that is still open was answered before it began. A call
//! without an answer may come at any time after it began, or never.

use std::collections::BTreeSet;

use super::history::Call;
use super::model::{Coupon, Terms};

/// Most calls of one history: one bit for each.
pub const MAX_CALLS: usize = 128;

/// What the search comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The calls can have happened in this order (their places in the history). Calls that changed
    /// nothing for want of an answer are not in it.
    Explained(Vec<usize>),
    /// No order explains the answers.
    Violated {
        /// The calls without an answer that the search tried to explain it with.
        maybe: BTreeSet<usize>,
    },
    /// More than [`MAX_CALLS`].
    TooLong,
}

/// Looks for an order that explains the calls on a coupon that was never used before.
pub fn check(terms: Terms, calls: &[Call]) -> Verdict {
    if calls.len() > MAX_CALLS {
        return Verdict::TooLong;
    }
    let mut search = Search {
        calls,
        seen: BTreeSet::new(),
        order: Vec::new(),
        maybe: BTreeSet::new(),
        answered: calls
            .iter()
            .enumerate()
            .filter(|(_, call)| call.answer.is_some())
            .fold(0, |set, (index, _)| set | bit(index)),
    };
    if search.explains(0, &Coupon::issued(terms)) {
        Verdict::Explained(search.order)
    } else {
        Verdict::Violated { maybe: search.maybe }
    }
}

struct Search<'a> {
    calls: &'a [Call],
    /// Configurations from which there is no way on.
    seen: BTreeSet<(u128, Coupon)>,
    order: Vec<usize>,
    maybe: BTreeSet<usize>,
    answered: u128,
}

fn bit(index: usize) -> u128 {
    1 << index
}

impl Search<'_> {
    /// Whether the calls not in `done` can follow on this coupon.
    fn explains(&mut self, done: u128, coupon: &Coupon) -> bool {
        if self.answered & !done == 0 {
            return true;
        }
        if !self.seen.insert((done, coupon.clone())) {
            return false;
        }
        // Nothing that began after the first answer among the open calls can come before it.
        let open = |index: usize| done & bit(index) == 0;
        let calls = self.calls;
        let answered =
            calls.iter().enumerate().filter(|(i, call)| open(*i) && call.answer.is_some());
        let first_end = answered.map(|(_, call)| call.ended).min().unwrap_or(u64::MAX);
        for (index, call) in calls.iter().enumerate() {
            if !open(index) || call.began > first_end {
                continue;
            }
            let Some(next) = coupon.after(&call.ask, call.answer.as_ref(), call.when) else {
                continue;
            };
            if call.answer.is_none() {
                self.maybe.insert(index);
            }
            self.order.push(index);
            if self.explains(done | bit(index), &next) {
                return true;
            }
            self.order.pop();
            // It fits and changes nothing: if there is a way at all, there is one that begins so.
            if call.answer.is_some() && next == *coupon {
                return false;
            }
        }
        false
    }
}
