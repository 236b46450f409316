//! The counters: each entry once, all shards heard of, and the text.

use proptest::prelude::*;

use super::*;
use crate::campaign::{CampaignId, Serial, Shard};
use crate::journal::{Consumer, Origin, Parcel, Received, Sum};
use crate::ledger::schema::migrate;
use crate::ledger::tests::origin;
use crate::ledger::tests::sqlite::Sqlite;
use crate::ledger::{Entry, Fingerprint, Identity, KeyHash, Kind};
use crate::money::Amount;
use crate::policy::Epochs;
use crate::time::Timestamp;

fn entry(seq: u64) -> Entry {
    let kinds = [Kind::Redemption, Kind::Redemption, Kind::Reversal, Kind::Conflict];
    Entry {
        seq,
        serial: Serial::from_bytes([1; 12]),
        n: 0,
        kind: kinds[seq as usize % 4],
        at: Timestamp::from_millis(seq),
        by: Identity { shop: 7, till: 2, key: KeyHash::from_bytes([1; 16]) },
        chain: 10 + (seq % 3) as u16,
        fingerprint: Fingerprint::from_bytes([2; 16]),
        discount: Amount::from(100),
        order_amount: Amount::from(3000),
        order_ref: None,
        epochs: Epochs::default(),
        reversible_until: Timestamp::from_millis(0),
        offline_at: None,
        answer: 1,
    }
}

fn parcel(shard: u32, incarnation: u32, after: u64, until: u64) -> Parcel {
    let shard = Shard::new(origin().shard.campaign(), shard).unwrap();
    let (origin, at) = (Origin { shard, ..origin() }, Timestamp::from_millis(until));
    let entries = (after + 1..=until).map(entry).collect();
    Parcel::new(origin, incarnation, (after, until), at, entries)
}

fn totals() -> Totals<Sqlite> {
    let mut database = Sqlite::in_memory();
    migrate(&mut database, MIGRATIONS).unwrap();
    Totals(database)
}

fn count(totals: &mut Totals<Sqlite>) -> u64 {
    totals.by_chain().unwrap().values().map(|sum| sum.count).sum()
}

#[test]
fn a_parcel_is_counted_once() {
    let mut totals = totals();
    let taken = Received::Taken;
    assert_eq!(totals.receive(&parcel(0, 1, 0, 4)).unwrap(), taken);
    assert_eq!(totals.receive(&parcel(0, 1, 0, 4)).unwrap(), taken);
    // It goes further than what came before, and overlaps with it.
    assert_eq!(totals.receive(&parcel(0, 1, 2, 6)).unwrap(), taken);
    assert_eq!(totals.receive(&parcel(0, 1, 8, 9)).unwrap(), Received::Behind { has: 6 });
    assert_eq!(totals.receive(&parcel(1, 1, 0, 2)).unwrap(), taken);
    // Entries 1 to 6 and 1 to 2: of each kind and chain.
    let found = totals.by_chain().unwrap();
    let counts: Vec<_> = found.iter().map(|(key, sum)| (*key, sum.count)).collect();
    let expected = [
        ((10, "conflict"), 1),
        ((10, "reversal"), 1),
        ((11, "redemption"), 3),
        ((12, "redemption"), 1),
        ((12, "reversal"), 2),
    ];
    assert_eq!(counts, expected);
    let sum: u64 = found.values().map(|sum| sum.discount).sum();
    assert_eq!(sum, 800);
}

#[test]
fn a_shards_next_life_starts_after_what_it_kept() {
    let mut totals = totals();
    totals.receive(&parcel(0, 1, 0, 8)).unwrap();
    assert_eq!(totals.receive(&parcel(0, 2, 5, 7)).unwrap(), Received::Taken);
    assert_eq!(count(&mut totals), 10);
    // What the first life still had on the way is not missed and not counted.
    assert_eq!(totals.receive(&parcel(0, 1, 8, 9)).unwrap(), Received::Taken);
    assert_eq!(count(&mut totals), 10);
    assert_eq!(totals.receive(&parcel(0, 2, 7, 8)).unwrap(), Received::Taken);
    assert_eq!(count(&mut totals), 11);
}

proptest! {
    /// Repeated, reordered, overlapping: what is taken is each entry once.
    #[test]
    fn every_entry_is_counted_once(parcels in prop::collection::vec((0_u64..30, 0_u64..10), 1..40)) {
        let (mut totals, mut has) = (totals(), 0);
        for (after, length) in parcels {
            let received = totals.receive(&parcel(0, 1, after, after + length)).unwrap();
            let expected = if after > has && after + length > has {
                Received::Behind { has }
            } else {
                has = has.max(after + length);
                Received::Taken
            };
            prop_assert_eq!(received, expected);
            prop_assert_eq!(count(&mut totals), has);
        }
    }
}

#[test]
fn a_campaign_is_complete_when_every_shard_has_reported() {
    let at = Timestamp::from_millis;
    let mut reports = Reports::default();
    assert_eq!((reports.wait_ms(at(0)), reports.silent(at(0)).len()), (None, 0));
    let campaign = origin().shard.campaign();
    let progress = |complete, oldest: Option<u64>| {
        let one = Progress {
            unsent: oldest.map_or(0, |_| 3),
            oldest: oldest.map(at),
            complete_until: at(complete),
        };
        [one; 3]
    };
    let of = |index| Origin { shard: Shard::new(campaign, index).unwrap(), ..origin() };
    for index in 0..15 {
        reports.heard(of(index), progress(100 + u64::from(index), None), at(1_000));
    }
    assert_eq!(reports.of(Consumer::Archive), (0, None, None));
    // At first they are asked at once.
    assert_eq!(reports.wait_ms(at(1_000)), Some(1_000));
    assert_eq!(reports.silent(at(1_000)), [of(15)]);
    assert_eq!(reports.wait_ms(at(1_000)), Some(600_000));
    reports.heard(of(15), progress(50, Some(40)), at(2_000));
    assert_eq!(reports.of(Consumer::Archive), (3, Some(at(40)), Some(at(50))));
    assert_eq!(reports.silent(at(2_000)), []);
    reports.entry(at(2_000));
    assert_eq!(reports.silent(at(60_500)).len(), 15);
    assert_eq!(reports.oldest_report(), Some(at(1_000)));
}

#[test]
fn refusals_are_passed_on_from_time_to_time() {
    let at = Timestamp::from_millis;
    let mut tally = Tally::default();
    assert!(!tally.is_due(at(99_000)));
    let campaign = Some(origin().shard.campaign());
    tally.refused(None, 0, "signature-invalid", at(1_000));
    tally.refused(campaign, 12, "expired", at(2_000));
    tally.refused(campaign, 12, "expired", at(3_000));
    assert!(!tally.is_due(at(15_999)) && tally.is_due(at(16_000)));
    let due = tally.take();
    assert_eq!(due[0], (None, Counted(vec![(0, "signature-invalid".to_owned(), 1)])));
    assert_eq!(due[1], (campaign, Counted(vec![(12, "expired".to_owned(), 2)])));
    assert!(!tally.is_due(at(99_000)) && tally.take().is_empty());
    // However many chains there are, so many are counted apart.
    for chain in 0..=u16::MAX {
        tally.refused(None, chain, "signature-invalid", at(0));
    }
    assert_eq!(tally.take()[0].1.0.len(), 1_000);
}

#[test]
fn whose_totals_they_are_is_remembered() {
    let mut totals = totals();
    assert_eq!(totals.origin().unwrap(), None);
    totals.remember(origin()).unwrap();
    totals.remember(origin()).unwrap();
    assert_eq!(totals.origin().unwrap(), Some(origin()));
    let mut reports = Reports::of_campaign(Some(origin()));
    let at = Timestamp::from_millis(0);
    assert_eq!(reports.wait_ms(at), Some(1_000));
    assert_eq!(reports.silent(at).len(), 16);
    assert_eq!(Reports::of_campaign(None).wait_ms(at), None);
}

#[test]
fn so_many_kinds_of_refusals_are_counted_apart() {
    let mut refusals = Refusals::default();
    let one = |chain, code: &str| Counted(vec![(chain, code.to_owned(), 1)]);
    for chain in 0..=u16::MAX {
        refusals.add(one(chain, "expired"));
    }
    refusals.add(one(9, "expired"));
    let all = refusals.all();
    assert_eq!(all.len(), 10_000);
    assert_eq!(all.iter().map(|(_, _, count)| count).sum::<u64>(), 65_537);
    assert_eq!(all[9], (9, "expired".to_owned(), 2));
    assert_eq!(all[0], (0, "expired".to_owned(), 65_536 - 10_000 + 1));
}

#[test]
fn the_text_is_pinned() {
    assert_eq!(object_name(None), "m0");
    assert_eq!(object_name(Some(origin().shard.campaign())), "m536870913");
    let backlog = |consumer: &str, entries, age_s, complete_until| Backlog {
        consumer: consumer.to_owned(),
        entries,
        age_s,
        complete_until,
    };
    let sum = Sum { count: 2, discount: 5000 };
    let said = Said {
        entries: vec![(12, "redemption".to_owned(), sum), (12, "void".to_owned(), sum)],
        refusals: vec![(12, "expired".to_owned(), 3)],
        consumers: vec![backlog("archive", 4, 5, Some(6)), backlog("statements", 0, 0, None)],
        heard_of: 15,
        silent_s: Some(7),
    };
    let refusals = vec![(0, "signature-invalid".to_owned(), 9)];
    let strangers = Said { refusals, ..Said::default() };
    let text = write(&[
        Campaign { id: None, said: Some(strangers) },
        Campaign { id: Some(origin().shard.campaign()), said: Some(said) },
        Campaign { id: CampaignId::new(0, 2), said: None },
    ]);
    let expected = r#"# TYPE coupon_entries counter
# HELP coupon_entries Entries of the journal, by kind.
coupon_entries_total{campaign="536870913",chain="12",kind="redemption"} 2
coupon_entries_total{campaign="536870913",chain="12",kind="void"} 2
# TYPE coupon_discount_minor_units counter
# HELP coupon_discount_minor_units Discounts of the entries, in minor units of the campaign's currency.
coupon_discount_minor_units_total{campaign="536870913",chain="12",kind="redemption"} 5000
coupon_discount_minor_units_total{campaign="536870913",chain="12",kind="void"} 5000
# TYPE coupon_refusals counter
# HELP coupon_refusals Refused calls and items of batches, by code.
coupon_refusals_total{campaign="0",chain="0",code="signature-invalid"} 9
coupon_refusals_total{campaign="536870913",chain="12",code="expired"} 3
# TYPE coupon_backlog_entries gauge
# HELP coupon_backlog_entries Entries that a consumer has not yet.
coupon_backlog_entries{campaign="536870913",consumer="archive"} 4
coupon_backlog_entries{campaign="536870913",consumer="statements"} 0
# TYPE coupon_backlog_age_seconds gauge
# HELP coupon_backlog_age_seconds Age of the oldest of these.
coupon_backlog_age_seconds{campaign="536870913",consumer="archive"} 5
coupon_backlog_age_seconds{campaign="536870913",consumer="statements"} 0
# TYPE coupon_complete_until_timestamp_seconds gauge
# HELP coupon_complete_until_timestamp_seconds A consumer has every entry of before then; absent while a shard has not reported.
coupon_complete_until_timestamp_seconds{campaign="536870913",consumer="archive"} 6
# TYPE coupon_shards gauge
# HELP coupon_shards Ledger shards of the campaign.
coupon_shards{campaign="536870913"} 16
coupon_shards{campaign="2"} 1
# TYPE coupon_shards_heard_of gauge
# HELP coupon_shards_heard_of Shards that have reported.
coupon_shards_heard_of{campaign="536870913"} 15
# TYPE coupon_shard_silent_seconds gauge
# HELP coupon_shard_silent_seconds Time since the report of the shard that is silent for longest.
coupon_shard_silent_seconds{campaign="536870913"} 7
# TYPE coupon_up gauge
# HELP coupon_up Whether the campaign's counters answered.
coupon_up{campaign="0"} 1
coupon_up{campaign="536870913"} 1
coupon_up{campaign="2"} 0
# EOF
"#;
    assert_eq!(text, expected);
}
