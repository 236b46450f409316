//! What is right to answer to each request. Everything else is wrong, and one wrong answer fails the
//! run.

use serde_json::Value;

use crate::cli::load::Answer;
use crate::refusal::Code;

/// A request, by what has to come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Redeems a coupon that nobody else has.
    Redeem,
    /// Redeems a coupon that another till redeems at the same moment, or the other till does.
    Race {
        /// Whether this is the other till.
        rival: bool,
    },
    /// The request that was answered with this id, once more.
    SameAgain {
        /// The id of the redemption.
        id: String,
    },
    /// The coupon that this till redeemed, for another bill.
    NewBill,
    /// Redeems what nobody signed.
    Forged,
    /// Undoes the redemption with this id.
    Reverse {
        /// The id of the redemption.
        id: String,
    },
}

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Yes, and it is right; the id of the redemption.
    Accepted(String),
    /// No, and it is right.
    Refused(&'static str),
    /// Not known: to be asked again.
    ComeAgain(&'static str),
    /// Not what is right.
    Wrong(String),
}

/// What each coupon takes off an order of 3,000, and what is left to pay.
const DISCOUNT: (u64, u64) = (2500, 500);

/// Judges the answer to a request that was sent so many times.
pub(super) fn judge(step: &Step, tries: u32, answer: &Answer) -> Verdict {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = body.get("code").and_then(Value::as_str).and_then(known);
    let verdict = match (answer.status, code) {
        (200 | 201, _) => yes(step, tries, answer.status, &body),
        (status, Some(code)) if status == code.meaning().status => no(step, code, &body),
        _ => None,
    };
    verdict.unwrap_or_else(|| {
        let said = String::from_utf8_lossy(&answer.body);
        Verdict::Wrong(format!("{step:?}, try {tries}: {} {said}", answer.status))
    })
}

/// A code of the table, by its name.
fn known(name: &str) -> Option<Code> {
    Code::ALL.iter().copied().find(|code| code.meaning().code == name)
}

/// Whether this yes is right. What was sent once was not answered before; what was sent again may
/// have been.
fn yes(step: &Step, tries: u32, status: u16, body: &Value) -> Option<Verdict> {
    let id = body.get("id").and_then(Value::as_str)?;
    let is_new = status == 201;
    let number = |name| body.get(name).and_then(Value::as_u64);
    let worth = number("discount").zip(number("to_pay")) == Some(DISCOUNT);
    let undone = body.get("reversed_at").is_some();
    let right = match step {
        Step::Redeem | Step::Race { .. } => worth && !undone && (is_new || tries > 1),
        Step::SameAgain { id: first } => worth && !undone && !is_new && id == first,
        Step::Reverse { id: first } => undone && id == first && (is_new || tries > 1),
        Step::NewBill | Step::Forged => false,
    };
    right.then(|| Verdict::Accepted(id.to_owned()))
}

/// Whether this no is right.
fn no(step: &Step, code: Code, body: &Value) -> Option<Verdict> {
    // Only the shop that redeemed it learns at which till.
    let is_ours = body.get("till").is_some();
    let right = match (step, code) {
        // The edge does not know. Other codes are retryable, too, but none of them has a reason to
        // be here: no campaign is paused, and there is one clock.
        (_, Code::Busy | Code::Fault) => return Some(Verdict::ComeAgain(code.meaning().code)),
        (Step::Race { .. }, Code::AlreadyRedeemed) => !is_ours,
        (Step::NewBill, Code::AlreadyRedeemed) => is_ours,
        (Step::Forged, Code::TokenForged) => true,
        _ => false,
    };
    right.then_some(Verdict::Refused(code.meaning().code))
}

#[cfg(test)]
mod tests;
