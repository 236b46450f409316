//! Random commands to a few coupons from a few tills, and the shard's answers to them.

use proptest::prelude::*;

use super::REVERSAL_WINDOW_S;
use super::observed::{Observation, Observed};
use crate::prove::history::{Answer, Ask, Asker, Call, Order, Sale};
use crate::time::Timestamp;

/// Something that happens to the shard.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A call about this coupon.
    Ask {
        coupon: u8,
        ask: Draft,
        allowed: bool,
    },
    /// A call judged by a policy that was replaced.
    OldPolicy {
        coupon: u8,
        ask: Draft,
    },
    Wait {
        millis: u64,
    },
    ClockBack {
        millis: u64,
    },
    Restart,
    NewPolicy,
}

/// A call in the making: it names a redemption by how many of the coupon's came after it.
#[derive(Clone, Debug)]
pub(crate) enum Draft {
    Redeem { by: Asker, sale: Sale },
    Check { shop: u32 },
    Find { back: usize, shop: u32 },
    Reverse { back: usize, by: Asker },
    Cancel { by: Asker },
}

/// How many there are of each; few, so that commands meet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) coupons: u8,
    pub(crate) shops: u32,
    pub(crate) tills: u16,
    pub(crate) keys: u8,
}

fn asker(bounds: Bounds) -> impl Strategy<Value = Asker> {
    (1..=bounds.shops, 1..=bounds.tills, 0..bounds.keys).prop_map(|(shop, till, key)| Asker {
        shop,
        till,
        key: format!("k{key}"),
    })
}

fn order() -> impl Strategy<Value = Order> {
    // Mostly the same, so that most retries are retries; one below the coupon's value.
    prop_oneof![
        8 => Just(Order { amount: 3000, reference: None }),
        1 => Just(Order { amount: 3000, reference: Some("bill".to_owned()) }),
        1 => Just(Order { amount: 2400, reference: None }),
    ]
}

/// One in five was made without a network, at one of two times.
fn sale() -> impl Strategy<Value = Sale> {
    let offline_at = prop_oneof![8 => Just(None), 1 => Just(Some(1)), 1 => Just(Some(2))];
    (order(), offline_at).prop_map(|(order, offline_at)| Sale {
        order,
        offline_at: offline_at.map(Timestamp::from_millis),
    })
}

fn draft(bounds: Bounds) -> impl Strategy<Value = Draft> {
    let back = || prop_oneof![4 => Just(0_usize), 1 => 0..12_usize];
    let shop = || 1..=bounds.shops;
    prop_oneof![
        5 => (asker(bounds), sale()).prop_map(|(by, sale)| Draft::Redeem { by, sale }),
        1 => shop().prop_map(|shop| Draft::Check { shop }),
        1 => (back(), shop()).prop_map(|(back, shop)| Draft::Find { back, shop }),
        4 => (back(), asker(bounds)).prop_map(|(back, by)| Draft::Reverse { back, by }),
        2 => asker(bounds).prop_map(|by| Draft::Cancel { by }),
    ]
}

pub(crate) fn step(bounds: Bounds) -> impl Strategy<Value = Step> {
    let window = u64::from(REVERSAL_WINDOW_S) * 1000;
    prop_oneof![
        90 => (0..bounds.coupons, draft(bounds), prop::bool::weighted(0.9))
            .prop_map(|(coupon, ask, allowed)| Step::Ask { coupon, ask, allowed }),
        2 => (0..bounds.coupons, draft(bounds))
            .prop_map(|(coupon, ask)| Step::OldPolicy { coupon, ask }),
        3 => prop_oneof![2 => 1..1000_u64, 1 => window - 20..window + 20]
            .prop_map(|millis| Step::Wait { millis }),
        2 => (1..2000_u64).prop_map(|millis| Step::ClockBack { millis }),
        1 => Just(Step::Restart),
        1 => Just(Step::NewPolicy),
    ]
}

/// The redemptions of each coupon, so that they can be asked for.
#[derive(Default)]
pub(crate) struct Known(Vec<(u8, u64)>);

impl Known {
    /// The call. Without such a redemption, it asks for one that is none.
    pub(crate) fn ask(&self, coupon: u8, draft: &Draft) -> Ask {
        let seq = |back: usize| {
            let mut seqs = self.0.iter().rev().filter(|(of, _)| *of == coupon);
            seqs.nth(back).map_or(1 << 40, |(_, seq)| *seq)
        };
        match draft.clone() {
            Draft::Redeem { by, sale } => Ask::Redeem { by, sale },
            Draft::Check { shop } => Ask::Check { shop },
            Draft::Find { back, shop } => Ask::Find { seq: seq(back), shop },
            Draft::Reverse { back, by } => Ask::Reverse { seq: seq(back), by },
            Draft::Cancel { by } => Ask::Cancel { by },
        }
    }

    pub(crate) fn learn(&mut self, coupon: u8, answer: &Answer) {
        if let Answer::Redeemed { receipt, replayed: false } = answer {
            self.0.push((coupon, receipt.seq));
        }
    }
}

/// Does what the step says with the shard; the call and its answer, if it is one.
pub(crate) fn play(
    shard: &mut Observed,
    known: &mut Known,
    step: &Step,
) -> Option<(u8, Ask, Observation)> {
    match step {
        Step::Ask { coupon, ask, allowed } => {
            let ask = known.ask(*coupon, ask);
            let observation = shard.ask(*coupon, &ask, *allowed);
            known.learn(*coupon, &observation.answer);
            return Some((*coupon, ask, observation));
        }
        Step::OldPolicy { coupon, ask } => {
            shard.ask_with_an_old_policy(*coupon, &known.ask(*coupon, ask));
        }
        Step::Wait { millis } => shard.now += millis,
        Step::ClockBack { millis } => shard.now -= millis,
        Step::Restart => shard.restart(),
        Step::NewPolicy => shard.epochs.campaign += 1,
    }
    None
}

/// What one coupon's callers see, one call after the other.
pub(crate) fn history(steps: &[Step]) -> Vec<Call> {
    let (mut shard, mut known) = (Observed::new(), Known::default());
    let calls = steps.iter().filter_map(|step| play(&mut shard, &mut known, step));
    let calls = calls.enumerate().map(|(place, (_, ask, Observation { answer, when }))| {
        let began = place as u64 * 10;
        Call { ask, began, ended: began + 5, answer: Some(answer), when }
    });
    calls.collect()
}
