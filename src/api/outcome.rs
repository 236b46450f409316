//! How what the ledger did becomes an answer or a refusal.

use super::answer::{CancelBody, CheckBody, RedemptionBody};
use super::{Answer, ConflictBody, Receipt, ReceiptBody, Replay};
use crate::campaign::Shard;
use crate::jws::SigningKeys;
use crate::ledger::{Entry, LedgerRefusal, Outcome, RedemptionId};
use crate::money::Currency;
use crate::order::Order;
use crate::policy::{AdmittedTill, CampaignPolicy};
use crate::refusal::{Fault, Refusal};
use crate::token::VerifiedCoupon;

/// A judged call: an answer, or why not; a fault when the ledger said what makes no sense here.
type Judged<A = Answer> = Result<Result<A, Refusal>, Fault>;

/// The answer to a redemption. `policy_says` is the refusal of the policy, if it refused: then the
/// ledger was only asked for an earlier answer, and that goes first.
///
/// # Errors
/// [`Fault`] when the shard's outcome is none of a redemption.
pub fn redeemed(
    shard: Shard,
    till: &AdmittedTill,
    currency: Currency,
    outcome: Outcome,
    policy_says: Option<Refusal>,
) -> Judged {
    match redemption(shard, till, currency, outcome, policy_says)? {
        Ok((replay, Redeemed::Redemption(body))) => Ok(Ok(Answer::written(replay, &body))),
        // A fingerprint of its own keeps it from coming here.
        Ok((_, Redeemed::Conflict(_))) => {
            Err(Fault::Internal("a conflict of a till that has a network".to_owned()))
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// What became of a redemption that the ledger recorded.
#[derive(Clone, Debug)]
pub enum Redeemed {
    /// The coupon is used by it.
    Redemption(RedemptionBody),
    /// The coupon was used before, and a till without a network had given the goods.
    Conflict(ConflictBody),
}

/// What [`redeemed`] answers, not yet put into words; also of a till without a network.
///
/// # Errors
/// [`Fault`] when the shard's outcome is none of a redemption.
pub fn redemption(
    shard: Shard,
    till: &AdmittedTill,
    currency: Currency,
    outcome: Outcome,
    policy_says: Option<Refusal>,
) -> Judged<(Replay, Redeemed)> {
    match (outcome, policy_says) {
        (Outcome::Redeemed { entry, replayed }, _) => {
            let redemption = body(shard, currency, &entry, None)?;
            Ok(Ok((Replay::from(replayed), Redeemed::Redemption(redemption))))
        }
        (Outcome::Conflict { entry, first, replayed }, _) => {
            let conflict = ConflictBody::new(&id(shard, &entry)?, currency, &entry, first);
            Ok(Ok((Replay::from(replayed), Redeemed::Conflict(conflict))))
        }
        (Outcome::NothingToReplay, Some(refusal)) => Ok(Err(refusal)),
        (Outcome::Refused(refusal), _) => refused(refusal, till),
        (other, _) => Err(unexpected(&other)),
    }
}

/// The answer to a reversal.
///
/// # Errors
/// [`Fault`] when the shard's outcome is none of a reversal.
pub fn reversed(shard: Shard, till: &AdmittedTill, currency: Currency, outcome: Outcome) -> Judged {
    match outcome {
        Outcome::Reversed { redemption, reversal, replayed } => {
            let body = body(shard, currency, &redemption, Some(&reversal))?;
            Ok(Ok(Answer::written(Replay::from(replayed), &body)))
        }
        Outcome::Refused(refusal) => refused(refusal, till),
        other => Err(unexpected(&other)),
    }
}

/// The answer to a cancel.
///
/// # Errors
/// [`Fault`] when the shard's outcome is none of a cancel.
pub fn cancelled(
    shard: Shard,
    till: &AdmittedTill,
    currency: Currency,
    outcome: Outcome,
) -> Judged {
    let (body, replayed) = match outcome {
        Outcome::Reversed { redemption, reversal, replayed } => {
            let redemption = body(shard, currency, &redemption, Some(&reversal))?;
            (CancelBody::Reversed { redemption }, replayed)
        }
        Outcome::Voided { entry, replayed } => {
            let body = CancelBody::Voided {
                campaign: shard.campaign().get(),
                shop: entry.by.shop,
                till: entry.by.till,
                voided_at: entry.at.rfc3339(),
            };
            (body, replayed)
        }
        Outcome::Refused(refusal) => return refused(refusal, till),
        other => return Err(unexpected(&other)),
    };
    Ok(Ok(Answer::written(Replay::from(replayed), &body)))
}

/// The answer to a question for a redemption.
///
/// # Errors
/// [`Fault`] when the shard's outcome is none of a question.
pub fn found(shard: Shard, till: &AdmittedTill, currency: Currency, outcome: Outcome) -> Judged {
    match outcome {
        Outcome::Found { redemption, reversal } => {
            Ok(Ok(Answer::ok(&body(shard, currency, &redemption, reversal.as_ref())?)))
        }
        Outcome::Refused(refusal) => refused(refusal, till),
        other => Err(unexpected(&other)),
    }
}

/// The answer to a question for a redemption's receipt.
///
/// # Errors
/// [`Fault`] when the shard's outcome is none of a question.
pub fn receipt(
    shard: Shard,
    till: &AdmittedTill,
    currency: Currency,
    outcome: Outcome,
    keys: &SigningKeys,
) -> Judged {
    match outcome {
        Outcome::Found { redemption, reversal } => {
            let id = id(shard, &redemption)?;
            let receipt = Receipt::new(&id, currency, &redemption, reversal.as_ref());
            Ok(Ok(Answer::ok(&ReceiptBody::sign(&receipt, keys))))
        }
        Outcome::Refused(refusal) => refused(refusal, till),
        other => Err(unexpected(&other)),
    }
}

/// The answer to a check that the policy allows.
///
/// # Errors
/// [`Fault`] when the shard's outcome is none of a look.
pub fn checked(
    coupon: &VerifiedCoupon,
    policy: &CampaignPolicy,
    order: Option<&Order>,
    till: &AdmittedTill,
    outcome: Outcome,
) -> Judged {
    match outcome {
        Outcome::Free => {
            let document = policy.document();
            let value = coupon.coupon().value();
            let discount = order.map(|order| value.min(order.amount()));
            Ok(Ok(Answer::ok(&CheckBody {
                redeemable: true,
                campaign: document.campaign.get(),
                name: document.name.clone(),
                value,
                currency: document.currency,
                minimum_spend: document.minimum_spend,
                valid_until: policy.end_of(coupon).rfc3339(),
                discount,
                to_pay: order.zip(discount).map(|(order, off)| order.amount().less(off)),
            })))
        }
        Outcome::Refused(refusal) => refused(refusal, till),
        other => Err(unexpected(&other)),
    }
}

fn refused<A>(refusal: LedgerRefusal, till: &AdmittedTill) -> Judged<A> {
    Ok(Err(match refusal {
        // The Worker has asked twice already.
        LedgerRefusal::PolicyStale => {
            return Err(Fault::Busy("KV gives an older policy than the shard has seen".to_owned()));
        }
        LedgerRefusal::NotFound => Refusal::NotFound,
        LedgerRefusal::RedemptionReversed { at } => Refusal::RedemptionReversed { at },
        LedgerRefusal::IdempotencyKeyReused => Refusal::IdempotencyKeyReused,
        LedgerRefusal::AlreadyRedeemed { at, shop, till: where_used } => {
            let own = shop == till.till().shop;
            Refusal::AlreadyRedeemed { at, till: own.then_some(where_used) }
        }
        LedgerRefusal::ReversalTooLate { until } => Refusal::ReversalTooLate { until },
        LedgerRefusal::LimitReached => Refusal::LimitReached,
    }))
}

fn body(
    shard: Shard,
    currency: Currency,
    redemption: &Entry,
    reversal: Option<&Entry>,
) -> Result<RedemptionBody, Fault> {
    Ok(RedemptionBody::new(&id(shard, redemption)?, currency, redemption, reversal))
}

fn id(shard: Shard, redemption: &Entry) -> Result<RedemptionId, Fault> {
    RedemptionId::new(shard, redemption.seq)
        .ok_or_else(|| Fault::Internal("a shard has more than 2^48 entries".to_owned()))
}

fn unexpected(outcome: &Outcome) -> Fault {
    Fault::Internal(format!("the shard answered another question: {outcome:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::CampaignId;
    use crate::policy::tests::till;
    use crate::time::Timestamp;

    #[test]
    fn which_till_used_a_coupon_only_its_own_shop_learns() {
        let own = till().till().shop;
        let at = Timestamp::from_millis(5);
        let shard = Shard::new(CampaignId::new(4, 1).unwrap(), 10).unwrap();
        let told = |shop| {
            let outcome = Outcome::Refused(LedgerRefusal::AlreadyRedeemed { at, shop, till: 2 });
            redeemed(shard, &till(), "CNY".parse().unwrap(), outcome, None).unwrap().unwrap_err()
        };
        assert_eq!(told(own), Refusal::AlreadyRedeemed { at, till: Some(2) });
        assert_eq!(told(own + 1), Refusal::AlreadyRedeemed { at, till: None });
    }
}
