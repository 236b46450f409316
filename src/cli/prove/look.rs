//! Looking at coupons when all is quiet again.

use std::collections::{HashMap, HashSet};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rayon::prelude::*;

use super::crowd::{Manner, Plan, Progress};
use super::site::Site;
use super::tally::{Finding, Tally};
use super::till::{Notes, SimulatedTill, Way};
use crate::prove::history::{Answer, Ask, Receipt};

/// A redemption that stands when its round is over: it must be there for good.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) coupon: u64,
    pub(super) receipt: Receipt,
}

/// Of coupons that one till redeemed and nobody else asked for, every so many-th is looked at in the
/// end, and all whose answer did not come.
const LOOKED_AT: u64 = 8;

/// Which shop looks at the coupons in the end: it redeems nothing.
pub(super) const AUDITOR: u32 = 900_001;

/// Looks for redemptions of earlier rounds: each must be there, word for word.
pub(super) fn again(site: &Site, standing: &[Standing], tally: &mut Tally) -> Result<()> {
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
pub(super) fn last(
    site: &Site,
    plan: &Plan,
    progress: &Progress,
    notes: &[Notes],
) -> Result<Vec<Notes>> {
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
