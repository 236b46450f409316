//! Answers that are wrong where another one is right.

use crate::prove::history::{Answer, Conflict, Receipt};
use crate::time::Timestamp;

/// What the answer is turned into: each of its facts altered, and answers of every other kind.
pub(crate) fn alterations(answer: &Answer) -> Vec<Answer> {
    let (at, receipt) = facts(answer);
    let (late, early) = (plus(at, 1), minus(at, 1));
    let mut others = vec![
        Answer::Free,
        Answer::KeyReused,
        Answer::LimitReached,
        Answer::NotFound,
        Answer::TooLate { until: at },
        Answer::TooLate { until: plus(at, 3_600_000) },
        Answer::Found { receipt: receipt.clone(), reversed_at: None },
        Answer::Found { receipt: receipt.clone(), reversed_at: Some(at) },
    ];
    for at in [at, late, early] {
        others.push(Answer::RedemptionReversed { at });
        for till in [None, Some(1), Some(2)] {
            others.push(Answer::AlreadyRedeemed { at, till });
        }
    }
    for replayed in [false, true] {
        for at in [at, late, early] {
            others.push(Answer::Voided { at, replayed });
            others.push(Answer::Reversed { receipt: receipt.clone(), at, replayed });
        }
        for conflict in conflicts(answer, at) {
            others.push(Answer::Conflict { conflict, replayed });
        }
        for receipt in misprints(&receipt) {
            others.push(Answer::Redeemed { receipt: receipt.clone(), replayed });
            others.push(Answer::Reversed { receipt, at, replayed });
        }
    }
    others.retain(|other| other != answer);
    others
}

/// The receipt with each of its facts altered, but for its number: which number a redemption gets
/// depends on the whole shard.
fn misprints(receipt: &Receipt) -> Vec<Receipt> {
    let mut order = receipt.order.clone();
    order.reference = Some("another".to_owned());
    vec![
        receipt.clone(),
        Receipt { at: plus(receipt.at, 1), ..receipt.clone() },
        Receipt { at: minus(receipt.at, 1), ..receipt.clone() },
        Receipt { shop: receipt.shop + 1, ..receipt.clone() },
        Receipt { till: receipt.till + 1, ..receipt.clone() },
        Receipt { order, ..receipt.clone() },
        Receipt { discount: receipt.discount + 1, ..receipt.clone() },
        Receipt { reversible_until: plus(receipt.reversible_until, 1), ..receipt.clone() },
    ]
}

/// The answer's conflict, or one that there is not, and each of its facts altered but for its number.
fn conflicts(answer: &Answer, at: Timestamp) -> Vec<Conflict> {
    let conflict = match answer {
        Answer::Conflict { conflict, .. } => conflict.clone(),
        _ => Conflict {
            seq: 1,
            at,
            shop: 1,
            till: 1,
            offline_at: Timestamp::from_millis(1),
            discount: 2500,
            first: at,
        },
    };
    vec![
        conflict.clone(),
        Conflict { at: plus(conflict.at, 1), ..conflict.clone() },
        Conflict { at: minus(conflict.at, 1), ..conflict.clone() },
        Conflict { shop: conflict.shop + 1, ..conflict.clone() },
        Conflict { till: conflict.till + 1, ..conflict.clone() },
        Conflict { offline_at: plus(conflict.offline_at, 1), ..conflict.clone() },
        Conflict { discount: conflict.discount + 1, ..conflict.clone() },
        Conflict { first: plus(conflict.first, 1), ..conflict.clone() },
        Conflict { first: minus(conflict.first, 1), ..conflict },
    ]
}

/// A time and a receipt, those of the answer if it has them.
fn facts(answer: &Answer) -> (Timestamp, Receipt) {
    let (at, receipt) = match answer {
        Answer::Redeemed { receipt, .. } => (Some(receipt.at), Some(receipt)),
        Answer::Reversed { receipt, at, .. } => (Some(*at), Some(receipt)),
        Answer::Found { receipt, reversed_at } => (*reversed_at, Some(receipt)),
        Answer::Conflict { conflict, .. } => (Some(conflict.at), None),
        Answer::Voided { at, .. }
        | Answer::AlreadyRedeemed { at, .. }
        | Answer::RedemptionReversed { at }
        | Answer::TooLate { until: at } => (Some(*at), None),
        Answer::Free
        | Answer::KeyReused
        | Answer::LimitReached
        | Answer::NotFound
        | Answer::NotNow
        | Answer::TurnedAway => (None, None),
    };
    let at = at.unwrap_or(Timestamp::from_millis(1_000_000_000));
    let receipt = receipt.cloned().unwrap_or_else(|| Receipt {
        seq: 1,
        at,
        shop: 1,
        till: 1,
        order: super::bill(),
        discount: 2500,
        reversible_until: plus(at, 3_600_000),
    });
    (at, receipt)
}

fn plus(at: Timestamp, millis: u64) -> Timestamp {
    Timestamp::from_millis(at.millis() + millis)
}

fn minus(at: Timestamp, millis: u64) -> Timestamp {
    Timestamp::from_millis(at.millis() - millis)
}
