//! Whether some order of atomic calls explains a history: linearizability of one coupon.
//!
//! The search of Wing and Gong, with Lowe's memory of configurations ("Testing for
//! linearizability", 2017): a configuration is the set of calls carried out and the coupon they
//! left. A call may come next if no call that is still open was answered before it began. A call
//! without an answer may come at any time after it began, or never.
//!
//! Two things keep it short, and both rest on the model allowing more the less is known. If an
//! answer fits and changes nothing, not even what is known, its call comes next and nothing else is
//! tried: moved to the front of an order that explains the history, it leaves that order as good.
//! And [`memory`](super::memory) takes configurations for seen that can do no more than one that
//! was.

use std::collections::BTreeSet;

use super::history::Call;
use super::memory::Memory;
use super::model::{Coupon, Terms};
use super::remembered::stretched;

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
    let calls = stretched(calls);
    let mut search = Search {
        calls: &calls,
        seen: Memory::default(),
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
    seen: Memory,
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
        let calls = self.calls;
        let open = calls.iter().enumerate().filter(|(index, _)| done & bit(*index) == 0);
        let answered = open.clone().filter(|(_, call)| call.answer.is_some());
        let both = (done & self.answered, done & !self.answered);
        if !self.seen.is_new(both, coupon, answered.clone().map(|(_, call)| call)) {
            return false;
        }
        // Nothing that began after the first answer among the open calls can come before it.
        let first_end = answered.clone().map(|(_, call)| call.ended).min().unwrap_or(u64::MAX);
        let may_come = |(_, call): &(usize, &Call)| call.began <= first_end;
        for (index, call) in answered.filter(may_come) {
            let ways = coupon.after(&call.ask, call.answer.as_ref(), call.when);
            if ways.contains(coupon) {
                return self.goes_on(done, index, coupon);
            }
            if ways.iter().any(|next| self.goes_on(done, index, next)) {
                return true;
            }
        }
        // Calls without an answer come last: most of them explain nothing.
        for (index, call) in open.filter(|(_, call)| call.answer.is_none()).filter(may_come) {
            for next in coupon.after(&call.ask, None, call.when) {
                self.maybe.insert(index);
                if self.goes_on(done, index, &next) {
                    return true;
                }
            }
        }
        false
    }

    /// Whether this call can come next and leave this coupon.
    fn goes_on(&mut self, done: u128, index: usize, next: &Coupon) -> bool {
        self.order.push(index);
        let explained = self.explains(done | bit(index), next);
        if !explained {
            self.order.pop();
        }
        explained
    }
}
