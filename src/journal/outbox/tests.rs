//! Cursors, segments and lives of a shard, on SQLite.

use proptest::prelude::*;

use super::*;
use crate::journal::Segment;
use crate::journal::{Chain, Head};
use crate::ledger::schema::{MIGRATIONS, migrate};
use crate::ledger::tests::origin;
use crate::ledger::tests::sqlite::Sqlite;

/// A shard's database with so many entries, entry `seq` of it at `seq` milliseconds.
fn database(entries: u64) -> Sqlite {
    let mut database = Sqlite::in_memory();
    migrate(&mut database, MIGRATIONS).unwrap();
    append(&mut database, 1..=entries, 0);
    Outbox(&mut database).name(origin()).unwrap();
    database
}

fn append(database: &mut Sqlite, seqs: std::ops::RangeInclusive<u64>, salt: u8) {
    for seq in seqs {
        let mut serial = [salt; 12];
        serial[..8].copy_from_slice(&seq.to_be_bytes());
        let row = rusqlite::params![seq as i64, serial, [1_u8; 16]];
        let sql = "INSERT INTO entry VALUES
            (?1, ?2, 0, 1, ?1, 7, 2, ?3, ?3, 2500, 3000, NULL, 1, 1, 9000, 1, 12, NULL)";
        database.0.execute(sql, row).unwrap();
    }
}

#[test]
fn a_journal_has_one_name() {
    let mut database = Sqlite::in_memory();
    migrate(&mut database, MIGRATIONS).unwrap();
    let mut outbox = Outbox(&mut database);
    assert_eq!(outbox.journal().unwrap(), None);
    assert!(outbox.next_parcel(Consumer::Counters, 10).unwrap().is_none());
    assert!(outbox.next_segment().unwrap().is_none());
    outbox.name(origin()).unwrap();
    outbox.name(origin()).unwrap();
    let other = Origin { shard: Shard::parse("c536870913/11").unwrap(), ..origin() };
    assert!(matches!(outbox.name(other), Err(OutboxError::Misnamed)));
    let journal = outbox.journal().unwrap().unwrap();
    assert_eq!((journal.origin, journal.incarnation, journal.begins), (origin(), 1, 1));
}

#[test]
fn each_consumer_has_a_cursor_of_its_own() {
    let mut database = database(5);
    let mut outbox = Outbox(&mut database);
    let parcel = outbox.next_parcel(Consumer::Counters, 3).unwrap().unwrap();
    let seqs: Vec<_> = parcel.entries.iter().map(|entry| entry.seq).collect();
    assert_eq!((parcel.after, parcel.until, seqs), (0, 3, vec![1, 2, 3]));
    assert_eq!(parcel.complete_until, Timestamp::from_millis(4));
    // Not confirmed: the same again.
    assert_eq!(outbox.next_parcel(Consumer::Counters, 3).unwrap().unwrap(), parcel);
    outbox.has(Consumer::Counters, 3).unwrap();
    let rest = outbox.next_parcel(Consumer::Counters, 3).unwrap().unwrap();
    assert_eq!((rest.after, rest.until, rest.entries.len()), (3, 5, 2));
    assert_eq!(outbox.sent(Consumer::Statements).unwrap(), 0);
    let oldest = |outbox: &mut Outbox<'_, _>, consumer| outbox.progress(consumer).unwrap().oldest;
    assert_eq!(oldest(&mut outbox, Consumer::Statements), Some(Timestamp::from_millis(1)));
    assert_eq!(oldest(&mut outbox, Consumer::Counters), Some(Timestamp::from_millis(4)));
    outbox.has(Consumer::Counters, 5).unwrap();
    assert_eq!(oldest(&mut outbox, Consumer::Counters), None);
    // What it was told holds when there is nothing new.
    outbox.tell(Timestamp::from_millis(99)).unwrap();
    let idle = outbox.next_parcel(Consumer::Counters, 3).unwrap().unwrap();
    assert_eq!((idle.after, idle.until, idle.entries.len()), (5, 5, 0));
    assert_eq!(idle.complete_until, Timestamp::from_millis(99));
}

/// Ships all segments of a shard into an archive that is a list.
fn archive(database: &mut Sqlite, most: usize) -> Vec<(Segment, String)> {
    let mut outbox = Outbox(database);
    let mut archive = Vec::new();
    while let Some((segment, text)) = outbox.next_segment().unwrap() {
        outbox.archived(&segment).unwrap();
        archive.push((segment, text));
        if archive.len() == most {
            break;
        }
    }
    archive
}

#[test]
fn the_archive_gets_segments_that_chain() {
    let mut database = database(4_500);
    let archive = archive(&mut database, 10);
    let ranges = archive.iter().map(|(it, _)| (it.header().first, it.header().last));
    assert_eq!(ranges.collect::<Vec<_>>(), [(1, 2000), (2001, 4000), (4001, 4500)]);
    let mut chain = Chain::after(Head::new(origin(), 1));
    for (segment, text) in &archive {
        assert_eq!(&Segment::read(text.as_bytes()).unwrap(), segment);
        chain.push(segment).unwrap();
    }
    let mut outbox = Outbox(&mut database);
    assert!(outbox.head_is_due().unwrap());
    outbox.head_written(4_500).unwrap();
    assert!(!outbox.head_is_due().unwrap());
    let head = outbox.head().unwrap().unwrap();
    assert_eq!(chain.ends_with(&head), Ok(()));
    assert_eq!((head.segments, head.sums.redemptions.count), (3, 4_500));
    // A segment out of turn is not taken for one that was written.
    assert!(Outbox(&mut database).archived(&archive[1].0).is_err());
}

#[test]
fn a_segment_whose_confirmation_was_lost_is_written_the_same_again() {
    let mut database = database(3);
    let mut outbox = Outbox(&mut database);
    let (segment, text) = outbox.next_segment().unwrap().unwrap();
    assert_eq!(outbox.next_segment().unwrap().unwrap().1, text);
    // Meanwhile there are more entries: what is in the archive is still ours.
    append(&mut database, 4..=5, 0);
    let mut outbox = Outbox(&mut database);
    assert_eq!(outbox.next_segment().unwrap().unwrap().0.header().last, 5);
    assert_eq!(outbox.differs(&segment).unwrap(), None);
    outbox.archived(&segment).unwrap();
    assert_eq!(outbox.next_segment().unwrap().unwrap().0.header().first, 4);
}

#[test]
fn an_archive_that_was_lost_gets_the_same_segments_again() {
    let mut database = database(5);
    let mut before = archive(&mut database, 10);
    append(&mut database, 6..=2_100, 0);
    before.extend(archive(&mut database, 10));
    let mut outbox = Outbox(&mut database);
    outbox.head_written(2_100).unwrap();
    let head = outbox.head().unwrap();
    assert!(outbox.archive_lost().unwrap());
    assert_eq!(outbox.progress(Consumer::Archive).unwrap().unsent, 2_100);
    // Entries that came since make no segment longer.
    append(&mut database, 2_101..=2_103, 0);
    let again = archive(&mut database, before.len());
    assert_eq!(again, before);
    assert_eq!(Outbox(&mut database).head().unwrap(), head);
    assert_eq!(archive(&mut database, 10)[0].0.header().first, 2_101);
}

#[test]
fn a_life_that_was_lost_cannot_be_archived_again() {
    let mut database = database(5);
    let archived = archive(&mut database, 10);
    let mut chain = Chain::after(Head::new(origin(), 1));
    chain.push(&archived[0].0).unwrap();
    let mut outbox = Outbox(&mut database);
    outbox.restored(chain.end(), 4).unwrap();
    let before = outbox.sent(Consumer::Archive).unwrap();
    assert!(!outbox.archive_lost().unwrap());
    assert_eq!(outbox.sent(Consumer::Archive).unwrap(), before);
}

#[test]
fn a_shard_that_was_put_back_begins_its_next_life_where_it_differs() {
    let mut lost = database(8);
    let archived = archive(&mut lost, 10);
    // The backup is of entry 5, when nothing was archived; then other entries came.
    let mut restored = database(5);
    append(&mut restored, 6..=7, 1);
    let mut outbox = Outbox(&mut restored);
    outbox.has(Consumer::Counters, 2).unwrap();
    assert_eq!(outbox.differs(&archived[0].0).unwrap(), Some(6));
    let mut chain = Chain::after(outbox.head().unwrap().unwrap());
    chain.push(&archived[0].0).unwrap();
    outbox.restored(chain.end(), 6).unwrap();

    let (next, _) = outbox.next_segment().unwrap().unwrap();
    let header = next.header();
    assert_eq!((header.incarnation, header.first, header.last), (2, 6, 7));
    chain.push(&next).unwrap();
    let head = outbox.archived(&next).unwrap();
    assert_eq!(chain.ends_with(&head), Ok(()));
    // What was before the backup is of the first life, for the other consumers too.
    let parcel = outbox.next_parcel(Consumer::Counters, 10).unwrap().unwrap();
    assert_eq!((parcel.incarnation, parcel.after, parcel.until), (1, 2, 5));
    outbox.has(Consumer::Counters, 5).unwrap();
    let parcel = outbox.next_parcel(Consumer::Counters, 10).unwrap().unwrap();
    assert_eq!((parcel.incarnation, parcel.after, parcel.until), (2, 5, 7));
}

#[test]
fn a_parcel_is_pinned() {
    let mut database = database(1);
    let parcel = Outbox(&mut database).next_parcel(Consumer::Counters, 1).unwrap().unwrap();
    let json = concat!(
        r#"{"v":1,"origin":{"shard":"c536870913/10","currency":"CNY"},"incarnation":1,"after":0,"#,
        r#""until":1,"complete_until":1,"entries":[{"seq":1,"serial":"AAAAAAAAAAEAAAAA","n":0,"#,
        r#""kind":"redemption","at":1,"by":{"shop":7,"till":2,"key":"AQEBAQEBAQEBAQEBAQEBAQ"},"#,
        r#""chain":12,"fingerprint":"AQEBAQEBAQEBAQEBAQEBAQ","discount":2500,"order_amount":3000,"#,
        r#""order_ref":null,"epochs":{"campaign":1,"shops":1},"reversible_until":9000,"answer":1}]}"#,
    );
    assert_eq!(serde_json::to_string(&parcel).unwrap(), json);
    assert_eq!(Parcel::parse(json.as_bytes()), Some(parcel));
    assert_eq!(Parcel::parse(json.replacen("\"v\":1", "\"v\":2", 1).as_bytes()), None);
}

proptest! {
    /// Whatever gets lost on the way, a consumer that takes what it lacks has each entry once.
    #[test]
    fn every_entry_arrives_once(entries in 1_u64..60, most in 1_usize..20, lost: Vec<bool>) {
        let mut database = database(entries);
        let mut outbox = Outbox(&mut database);
        let (mut has, mut taken) = (0, Vec::new());
        let mut lost = lost.into_iter();
        while outbox.sent(Consumer::Statements).unwrap() < entries {
            let parcel = outbox.next_parcel(Consumer::Statements, most).unwrap().unwrap();
            let new = parcel.entries.iter().filter(|entry| entry.seq > has);
            taken.extend(new.map(|entry| entry.seq));
            has = has.max(parcel.until);
            if !lost.next().unwrap_or(false) {
                outbox.has(Consumer::Statements, parcel.until).unwrap();
            }
        }
        prop_assert_eq!(taken, (1..=entries).collect::<Vec<_>>());
    }
}
