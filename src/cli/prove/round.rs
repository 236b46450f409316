//! One round: a crowd at work, trouble beside it, quiet again, a last look at every coupon, and the
//! judgement.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rayon::prelude::*;

use super::crowd::{Manner, Plan, Progress, work};
use super::proxy::Extra;
use super::site::Site;
use super::tally::{Finding, Tally};
use super::till::{Note, Notes, SimulatedTill, Way};
use crate::cli::local::Issuer;
use crate::prove::checker::{Verdict, check};
use crate::prove::history::{Answer, Ask, Call, Receipt};
use crate::prove::shortest::shortest;

/// Makes trouble while a crowd works, ends it when the crowd has gone, and says how often it struck.
pub(super) type Trouble = fn(&Site, &Plan, &Progress) -> Result<u64>;

/// A redemption that stands when its round is over: it must be there for good.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) coupon: u64,
    pub(super) receipt: Receipt,
}

/// How many of a round's standing redemptions are looked for again at the end of the run.
const KEPT: usize = 200;

/// Of coupons that one till redeemed and nobody else asked for, every so many-th is looked at in the
/// end, and all whose answer did not come.
const LOOKED_AT: u64 = 8;

/// Which shop looks at the coupons in the end: it redeems nothing.
const AUDITOR: u32 = 900_001;

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
    notes.extend(last_look(site, plan, &progress, &notes)?);

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

/// Looks for redemptions of earlier rounds: each must be there, word for word.
pub(super) fn look_again(site: &Site, standing: &[Standing], tally: &mut Tally) -> Result<()> {
    let missing: Vec<Finding> = standing
        .par_chunks(standing.len().div_ceil(16).max(1))
        .map(|some| {
            let mut missing = Vec::new();
            for it in some {
                let Receipt { seq, shop, till, .. } = it.receipt;
                let mut asker = SimulatedTill::new(site, Way::Direct, shop, till, 0)?;
                let ask = Ask::Find { seq, shop };
                let found = until_answered(site, &mut asker, it.coupon, &ask)?;
                let right = Answer::Found { receipt: it.receipt.clone(), reversed_at: None };
                if found != right {
                    missing.push(Finding::lost(it, &found));
                }
            }
            Ok(missing)
        })
        .collect::<Result<Vec<_>>>()?
        .concat();
    tally.looked_again += standing.len() as u64;
    tally.findings.extend(missing);
    Ok(())
}

/// When all is quiet, somebody asks about each coupon, and shops for what they redeemed.
fn last_look(site: &Site, plan: &Plan, progress: &Progress, notes: &[Notes]) -> Result<Vec<Notes>> {
    let mut seen: HashMap<u64, (u32, u64)> = HashMap::new();
    let mut unknown: HashSet<u64> = HashSet::new();
    for note in notes.iter().flat_map(|till| &till.calls) {
        match &note.call.answer {
            Some(Answer::Redeemed { receipt, .. }) => {
                seen.insert(note.coupon, (receipt.shop, receipt.seq));
            }
            Some(_) => {}
            None => drop(unknown.insert(note.coupon)),
        }
    }
    let mut coupons: Vec<u64> = (plan.first..plan.first + progress.coupons(plan)).collect();
    if plan.manner == Manner::Orderly {
        coupons.retain(|coupon| coupon % LOOKED_AT == 0 || unknown.contains(coupon));
    }
    coupons
        .par_chunks(coupons.len().div_ceil(16).max(1))
        .map(|some| {
            let mut auditor = SimulatedTill::new(site, Way::Direct, AUDITOR, 1, 0)?;
            let mut notes = Vec::new();
            for coupon in some {
                until_answered(site, &mut auditor, *coupon, &Ask::Check { shop: AUDITOR })?;
                // A tenth of the redemptions word for word: the check shows the time of all.
                if let (0, Some((shop, seq))) = (coupon % 10, seen.get(coupon)) {
                    let mut own = SimulatedTill::new(site, Way::Direct, *shop, 0, 0)?;
                    let ask = Ask::Find { seq: *seq, shop: *shop };
                    until_answered(site, &mut own, *coupon, &ask)?;
                    notes.push(own.notes);
                }
            }
            notes.push(auditor.notes);
            Ok(notes)
        })
        .collect::<Result<Vec<_>>>()
        .map(|notes| notes.into_iter().flatten().collect())
}

/// With no trouble any more, the edge must answer before long.
fn until_answered(site: &Site, till: &mut SimulatedTill, coupon: u64, ask: &Ask) -> Result<Answer> {
    let issued = site.issuer.coupon(coupon)?;
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(answer) = till.ask(coupon, &issued, ask)? {
            return Ok(answer);
        }
        if Instant::now() > until {
            bail!("the edge did not recover: no answer for 30 s after all trouble was over");
        }
        thread::sleep(Duration::from_millis(100));
    }
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

/// No two coupons have the same redemption.
fn unique(site: &Site, histories: &BTreeMap<u64, Vec<Note>>, tally: &mut Tally) -> Result<()> {
    let mut owners: HashMap<(u32, u64), u64> = HashMap::new();
    for (coupon, notes) in histories {
        let shard = site.issuer.coupon(*coupon)?.shard.index();
        for note in notes {
            if let Some(Answer::Redeemed { receipt, .. }) = &note.call.answer {
                let owner = *owners.entry((shard, receipt.seq)).or_insert(*coupon);
                if owner != *coupon {
                    tally.findings.push(Finding::shared(owner, *coupon, receipt.seq));
                }
            }
        }
    }
    Ok(())
}

/// The redemption of a coupon that the last look found redeemed, if its receipt was seen.
fn stands((coupon, notes): (&u64, &Vec<Note>)) -> Option<Standing> {
    let last = notes.iter().rev().find(|note| {
        matches!(note.call.ask, Ask::Check { shop } if shop == AUDITOR)
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
