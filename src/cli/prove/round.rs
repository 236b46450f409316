//! One round: a crowd at work, trouble beside it, quiet again, a last look at every coupon, and the
//! judgement.

use std::collections::{BTreeMap, HashMap};
use std::thread;
use std::time::Instant;

use anyhow::{Result, bail};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rayon::prelude::*;

use super::crowd::{Plan, Progress, work};
use super::look::{self, Standing};
use super::proxy::Extra;
use super::site::Site;
use super::tally::{Finding, Tally};
use super::till::{Note, Notes};
use crate::cli::local::Issuer;
use crate::prove::checker::{Verdict, check};
use crate::prove::history::{Answer, Ask, Call};
use crate::prove::shortest::shortest;

/// Makes trouble while a crowd works, ends it when the crowd has gone, and says how often it struck.
pub(super) type Trouble = fn(&Site, &Plan, &Progress) -> Result<u64>;

/// How many of a round's standing redemptions are looked for again at the end of the run.
const KEPT: usize = 200;

/// Runs a round and judges it.
pub(super) fn run(
    site: &Site,
    plan: &Plan,
    trouble: Trouble,
    standing: &mut Vec<Standing>,
) -> Result<Tally> {
    let progress = Progress::new(plan);
    let began = Instant::now();
    let (notes, struck) = thread::scope(|all| {
        let tills: Vec<_> = (0..plan.tills)
            .map(|number| {
                let progress = &progress;
                all.spawn(move || work(site, plan, progress, number))
            })
            .collect();
        let struck = trouble(site, plan, &progress);
        let notes: Result<Vec<Notes>> = tills.into_iter().map(|till| joined(till.join())).collect();
        (notes, struck)
    });
    let (mut notes, struck) = (notes?, struck?);
    let extras = site.proxy.drain();
    let took = began.elapsed();
    notes.extend(look::last(site, plan, &progress, &notes)?);

    let mut tally = Tally { rounds: 1, struck, took, ..Tally::default() };
    let mut histories: BTreeMap<u64, Vec<Note>> = BTreeMap::new();
    for till in notes {
        tally.add_notes(&till);
        for note in till.calls {
            histories.entry(note.coupon).or_default().push(note);
        }
    }
    add_extras(&mut histories, &extras);
    tally.extras += extras.len() as u64;
    judge(&histories, &mut tally);
    unique(site, &histories, &mut tally)?;

    let mut stands: Vec<Standing> = histories.iter().filter_map(stands).collect();
    tally.standing += stands.len() as u64;
    if stands.len() > KEPT {
        let lots = &mut StdRng::seed_from_u64(plan.seed ^ plan.first);
        stands = stands.sample(lots, KEPT).cloned().collect();
    }
    standing.append(&mut stands);
    Ok(tally)
}

/// What reached the edge once more may have been carried out at any time from then on.
fn add_extras(histories: &mut BTreeMap<u64, Vec<Note>>, extras: &[Extra]) {
    let mut keys: HashMap<&str, Vec<u64>> = HashMap::new();
    for extra in extras {
        keys.entry(&extra.key).or_default().push(extra.began);
    }
    for history in histories.values_mut() {
        let mut more = Vec::new();
        for note in history.iter() {
            let times = note.key.as_deref().and_then(|key| keys.get(key));
            for began in times.into_iter().flatten().filter(|began| **began >= note.call.began) {
                let call = Call { began: *began, ..note.call.unanswered() };
                let known = more.iter().any(|other: &Note| other.call == call);
                if !known {
                    more.push(Note { coupon: note.coupon, key: note.key.clone(), call });
                }
            }
        }
        history.append(&mut more);
    }
}

fn judge(histories: &BTreeMap<u64, Vec<Note>>, tally: &mut Tally) {
    let terms = Issuer::terms();
    let judged: Vec<_> = histories
        .par_iter()
        .filter_map(|(coupon, notes)| {
            let mut calls: Vec<Call> = notes.iter().map(|note| note.call.clone()).collect();
            calls.sort_by_key(|call| call.began);
            match check(terms, &calls) {
                Verdict::Explained(_) => None,
                Verdict::TooLong => Some(Finding::too_long(*coupon, calls.len())),
                Verdict::Violated { .. } => {
                    let shown = shortest(terms, &calls).unwrap_or_default();
                    Some(Finding::violation(*coupon, &shown))
                }
            }
        })
        .collect();
    tally.coupons += histories.len() as u64;
    tally.findings.extend(judged);
}

/// No two coupons have the same redemption or conflict.
fn unique(site: &Site, histories: &BTreeMap<u64, Vec<Note>>, tally: &mut Tally) -> Result<()> {
    let mut owners: HashMap<(u32, u64), u64> = HashMap::new();
    for (coupon, notes) in histories {
        let shard = site.issuer.coupon(*coupon)?.shard.index();
        for note in notes {
            let seq = match &note.call.answer {
                Some(Answer::Redeemed { receipt, .. }) => receipt.seq,
                Some(Answer::Conflict { conflict, .. }) => conflict.seq,
                _ => continue,
            };
            let owner = *owners.entry((shard, seq)).or_insert(*coupon);
            if owner != *coupon {
                tally.findings.push(Finding::shared(owner, *coupon, seq));
            }
        }
    }
    Ok(())
}

/// The redemption of a coupon that the last look found redeemed, if its receipt was seen.
fn stands((coupon, notes): (&u64, &Vec<Note>)) -> Option<Standing> {
    let last = notes.iter().rev().find(|note| {
        matches!(note.call.ask, Ask::Check { shop } if shop == look::AUDITOR)
            && note.call.answer.is_some()
    });
    let Some(Answer::AlreadyRedeemed { at, .. }) = &last?.call.answer else { return None };
    let receipt = notes.iter().find_map(|note| match &note.call.answer {
        Some(Answer::Redeemed { receipt, .. }) if receipt.at == *at => Some(receipt.clone()),
        _ => None,
    })?;
    Some(Standing { coupon: *coupon, receipt })
}

fn joined<T>(result: thread::Result<Result<T>>) -> Result<T> {
    result.unwrap_or_else(|_| bail!("a till's thread panicked"))
}
