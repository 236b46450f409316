//! Parcels: each entry once, whatever comes again, in whichever order, and wherever it breaks off.

use super::*;
use crate::journal::Received;

fn rows(book: &mut Book<Sqlite>, table: &str) -> u32 {
    let sql = format!("SELECT count(*) FROM {table}");
    book.database_mut().0.query_row(&sql, [], |row| row.get(0)).unwrap()
}

/// How many rows SQLite changed so far.
fn changes(book: &mut Book<Sqlite>) -> u64 {
    book.database_mut().0.total_changes()
}

#[test]
fn a_parcel_that_comes_again_changes_nothing() {
    let mut book = book();
    for _ in 0..3 {
        assert_eq!(book.receive(&parcel(0, 4)).unwrap(), Received::Taken);
        assert_eq!(count(&ask(&mut book)), 4);
    }
    // With entries that are there already, and some that are not.
    assert_eq!(book.receive(&parcel(2, 6)).unwrap(), Received::Taken);
    assert_eq!(seqs(&ask(&mut book)), [1, 2, 3, 4, 5, 6]);
    assert_eq!(book.receive(&parcel(0, 1)).unwrap(), Received::Taken);
    assert_eq!(count(&ask(&mut book)), 6);
}

#[test]
fn a_parcel_after_a_gap_is_sent_again_from_there() {
    let mut book = book();
    assert_eq!(book.receive(&parcel(2, 3)).unwrap(), Received::Behind { has: 0 });
    book.receive(&parcel(0, 2)).unwrap();
    assert_eq!(book.receive(&parcel(3, 4)).unwrap(), Received::Behind { has: 2 });
    assert_eq!(count(&ask(&mut book)), 2);
    assert_eq!(book.receive(&parcel(2, 4)).unwrap(), Received::Taken);
    assert_eq!(count(&ask(&mut book)), 4);
}

#[test]
fn an_entry_is_one_row_and_that_nothing_happened_is_none() {
    let mut book = book();
    book.receive(&parcel(0, 4)).unwrap();
    assert_eq!((rows(&mut book, "line"), rows(&mut book, "received")), (4, 1));
    let before = changes(&mut book);
    let idle = |after, until| Parcel::new(origin(0), 1, (after, until), at(until), Vec::new());
    // Others' entries, up to a thousand of them; and what was taken already.
    for parcel in [idle(4, 4), idle(4, 1000), idle(1000, 1003), parcel(0, 4)] {
        assert_eq!(book.receive(&parcel).unwrap(), Received::Taken);
    }
    assert_eq!(changes(&mut book), before);
    book.receive(&idle(1003, 1004)).unwrap();
    assert_eq!(changes(&mut book), before + 1, "a thousand are not sent again");
    let mut book = Book::open(book.into_database()).unwrap();
    assert_eq!(book.receive(&idle(1005, 1006)).unwrap(), Received::Behind { has: 1004 });
}

/// The same, by the key alone: as if the note of how far it is had been lost on the way to the disk.
#[test]
fn lines_that_were_kept_without_a_note_are_kept_once() {
    let mut book = book();
    let run = |book: &mut Book<Sqlite>, sql| book.database_mut().0.execute_batch(sql).unwrap();
    run(
        &mut book,
        "CREATE TRIGGER cut BEFORE INSERT ON received BEGIN SELECT raise(FAIL, 'cut off'); END",
    );
    book.receive(&parcel(0, 4)).unwrap_err();
    run(&mut book, "DROP TRIGGER cut");
    assert_eq!((rows(&mut book, "line"), rows(&mut book, "received")), (4, 0));
    assert_eq!(book.receive(&parcel(4, 5)).unwrap(), Received::Behind { has: 0 });
    book.receive(&parcel(0, 5)).unwrap();
    assert_eq!(seqs(&ask(&mut book)), [1, 2, 3, 4, 5]);
}

#[test]
fn a_restored_shard_goes_on_and_what_its_backup_had_is_not_counted_twice() {
    let mut book = book();
    book.receive(&parcel(0, 6)).unwrap();
    // The backup ends with entry 4, and knew only of 2 that they had been sent.
    let mut again = parcel(2, 5);
    again.incarnation = 2;
    again.entries[2].at = at(7_000);
    again.entries[2].serial = Serial::from_bytes([99; 12]);
    assert_eq!(book.receive(&again).unwrap(), Received::Taken);
    // 5 and 6 of the first life happened, and so did 5 of the second.
    assert_eq!(seqs(&ask(&mut book)), [1, 2, 3, 4, 5, 6, 5]);
    // What is late from the first life, and a restart, change nothing.
    assert_eq!(book.receive(&parcel(6, 9)).unwrap(), Received::Taken);
    let mut book = Book::open(book.into_database()).unwrap();
    assert_eq!(book.receive(&parcel(6, 9)).unwrap(), Received::Taken);
    assert_eq!(count(&ask(&mut book)), 7);
    let third = Parcel::new(origin(0), 2, (6, 6), at(9), Vec::new());
    assert_eq!(book.receive(&third).unwrap(), Received::Behind { has: 5 });
}

/// In another life a number is another entry's, also in the same millisecond.
#[test]
fn entries_of_two_lives_with_the_same_number_are_two() {
    let mut book = book();
    book.receive(&parcel(0, 4)).unwrap();
    let mut other = parcel(3, 4);
    other.incarnation = 2;
    other.entries[0].serial = Serial::from_bytes([99; 12]);
    book.receive(&other).unwrap();
    assert_eq!(count(&ask(&mut book)), 5);
}
