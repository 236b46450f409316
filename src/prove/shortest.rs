//! The shortest history that shows a violation.
//!
//! Taking a call away could make a violation of a history that is right: a refusal whose reason is
//! gone. So a call is not taken away but its answer forgotten, which allows more, never less. What
//! is still unexplained then is a violation of the full history too, and of an unexplained history
//! each answer that is forgotten at no loss can be forgotten for good. Calls without an answer that
//! could not have come anywhere are left out at the end.

use super::checker::{Verdict, check};
use super::history::Call;
use super::model::Terms;

/// Answers up to this many are tried in every combination, so that what is found is the least.
const EXHAUSTIVE: usize = 3;

/// The fewest answers found that cannot all be true, with the unanswered calls that could have had
/// a part in it; in the order in which they began. `None` if the history is explained.
pub fn shortest(terms: Terms, calls: &[Call]) -> Option<Vec<Call>> {
    violated(terms, calls)?;
    let answered: Vec<usize> = indices(calls, |call| call.answer.is_some());
    let few = without_needless(terms, calls, &answered);
    let found = (1..few.len().min(EXHAUSTIVE + 1))
        .find_map(|count| combination(terms, calls, &answered, count, &mut Vec::new(), 0))
        .unwrap_or(few);
    let history = keep(calls, &found);
    let maybe = violated(terms, &history)?;
    let mut shown: Vec<Call> = history
        .into_iter()
        .enumerate()
        .filter(|(index, call)| call.answer.is_some() || maybe.contains(index))
        .map(|(_, call)| call)
        .collect();
    shown.sort_by_key(|call| call.began);
    Some(shown)
}

/// The unanswered calls that may have had a part in the violation, if it is one.
fn violated(terms: Terms, calls: &[Call]) -> Option<std::collections::BTreeSet<usize>> {
    match check(terms, calls) {
        Verdict::Violated { maybe } => Some(maybe),
        Verdict::Explained(_) | Verdict::TooLong => None,
    }
}

/// The history with the answers of these calls only.
fn keep(calls: &[Call], kept: &[usize]) -> Vec<Call> {
    let calls = calls.iter().enumerate();
    calls
        .map(|(index, call)| if kept.contains(&index) { call.clone() } else { call.unanswered() })
        .collect()
}

fn indices(calls: &[Call], wanted: impl Fn(&Call) -> bool) -> Vec<usize> {
    calls.iter().enumerate().filter(|(_, call)| wanted(call)).map(|(index, _)| index).collect()
}

/// `count` answers that cannot all be true, the first ones found.
fn combination(
    terms: Terms,
    calls: &[Call],
    answered: &[usize],
    count: usize,
    chosen: &mut Vec<usize>,
    from: usize,
) -> Option<Vec<usize>> {
    if chosen.len() == count {
        return violated(terms, &keep(calls, chosen)).map(|_| chosen.clone());
    }
    for (place, index) in answered.iter().enumerate().skip(from) {
        chosen.push(*index);
        let found = combination(terms, calls, answered, count, chosen, place + 1);
        if found.is_some() {
            return found;
        }
        chosen.pop();
    }
    None
}

/// Forgets one answer after the other, the last first, as long as the violation stays.
fn without_needless(terms: Terms, calls: &[Call], answered: &[usize]) -> Vec<usize> {
    let mut kept = answered.to_vec();
    for index in answered.iter().rev() {
        let fewer: Vec<usize> = kept.iter().copied().filter(|other| other != index).collect();
        if violated(terms, &keep(calls, &fewer)).is_some() {
            kept = fewer;
        }
    }
    kept
}
