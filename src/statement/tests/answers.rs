//! What a statement says.

use super::*;
use crate::statement::Count;

#[test]
fn a_day_is_added_up_by_kind() {
    let mut book = book();
    let kinds = [Kind::Redemption, Kind::Redemption, Kind::Reversal, Kind::Void, Kind::Conflict];
    let entries = (1..).zip(kinds).map(|(seq, kind)| entry(seq, kind));
    let entries = entries.collect();
    book.receive(&Parcel::new(origin(0), 1, (0, 5), at(9), entries)).unwrap();
    let report = ask(&mut book);
    let [total] = &report.campaigns[..] else { panic!("{report:?}") };
    let one = Count { count: 1, discount: 2500, order_amount: 3000 };
    let two = Count { count: 2, discount: 5000, order_amount: 6000 };
    assert_eq!((total.redeemed, total.reversed, total.conflicts), (two, one, one));
    assert_eq!(total.net_discount(), 2500);
    assert_eq!(report.lines.iter().map(|line| line.kind).collect::<Vec<_>>(), kinds);
}

#[test]
fn what_came_back_on_a_later_day_is_that_days() {
    let mut book = book();
    let entries = vec![entry(1, Kind::Redemption), entry(2, Kind::Reversal)];
    book.receive(&Parcel::new(origin(0), 1, (0, 2), at(9), entries)).unwrap();
    let mut day = |from, until| {
        let period = Period { from: at(from), until: at(until) };
        let question = asked(shop(SHOP), period, 500, vec![]);
        book.ask(&question).unwrap()
    };
    // The first millisecond is the day's, the last bound is not.
    assert_eq!(day(1000, 2000).campaigns[0].net_discount(), 2500);
    assert_eq!(day(2000, 2001).campaigns[0].net_discount(), -2500);
    assert_eq!(seqs(&day(0, 1000)), [] as [u64; 0]);
    assert_eq!(day(2001, 9000).campaigns, []);
}

#[test]
fn a_shop_sees_its_own_and_a_chain_what_was_its_own() {
    let mut book = book();
    let mut others = vec![entry(2, Kind::Redemption), entry(3, Kind::Redemption)];
    others[0].by.shop = SHOP + 1;
    others[1].chain = 13;
    let entries = [vec![entry(1, Kind::Redemption)], others].concat();
    book.receive(&Parcel::new(origin(0), 1, (0, 3), at(9), entries)).unwrap();
    let mut of = |scope| {
        let report = book.ask(&asked(scope, EVER, 500, vec![])).unwrap();
        assert_eq!(count(&report), report.lines.len() as u64);
        seqs(&report)
    };
    assert_eq!(of(shop(SHOP)), [1, 3]);
    assert_eq!(of(shop(SHOP + 1)), [2]);
    assert_eq!(of(shop(SHOP + 2)), [] as [u64; 0]);
    assert_eq!(of(scope(SHOP, Some(12))), [1]);
    assert_eq!(of(scope(SHOP, Some(13))), [3]);
    assert_eq!(of(scope(SHOP, Some(14))), [] as [u64; 0]);
}

#[test]
fn it_is_as_fresh_as_the_slowest_shard_and_silence_is_not_completeness() {
    let mut book = book();
    let said = |shard, until| Parcel::new(origin(shard), 1, (0, 0), at(until), Vec::new());
    assert_eq!(ask(&mut book).complete_until, None);
    book.receive(&said(0, 9000)).unwrap();
    assert_eq!(ask(&mut book).complete_until, None, "the other shard said nothing");
    book.receive(&said(1, 5000)).unwrap();
    assert_eq!(ask(&mut book).complete_until, Some(at(5000)));
    book.receive(&said(1, 4000)).unwrap();
    assert_eq!(ask(&mut book).complete_until, Some(at(5000)), "late on its way");
    book.receive(&parcel(0, 1)).unwrap();
    let report = ask(&mut book);
    assert_eq!(report.campaigns[0].complete_until, Some(at(5000)));

    // Of another live campaign nothing was heard; of this one it is as fresh as it is.
    let other = CampaignId::new(0, 6).unwrap();
    let both = asked(shop(SHOP), EVER, 500, vec![campaign(), other]);
    let report = book.ask(&both).unwrap();
    assert_eq!(report.complete_until, None);
    assert_eq!(report.campaigns[0].complete_until, Some(at(5000)));

    // After a restart what was noted still holds; who was idle has to say it again.
    let mut book = Book::open(book.into_database()).unwrap();
    assert_eq!(ask(&mut book).complete_until, None);
    book.receive(&said(1, 6000)).unwrap();
    assert_eq!(ask(&mut book).complete_until, Some(at(6000)));
}

/// The platform takes an idle object out of memory within seconds.
#[test]
fn a_quiet_day_stays_complete_when_the_object_was_out_of_memory() {
    let mut book = book();
    let said = |shard, until| Parcel::new(origin(shard), 1, (0, 0), at(until), Vec::new());
    book.receive(&said(0, 30_000)).unwrap();
    book.receive(&said(1, 50_000)).unwrap();
    let mut book = Book::open(book.into_database()).unwrap();
    assert_eq!(ask(&mut book).complete_until, Some(at(30_000)));
    // Not every moment is worth a row.
    book.receive(&said(0, 59_999)).unwrap();
    let mut book = Book::open(book.into_database()).unwrap();
    assert_eq!(ask(&mut book).complete_until, Some(at(30_000)));
    book.receive(&said(0, 60_000)).unwrap();
    let mut book = Book::open(book.into_database()).unwrap();
    assert_eq!(ask(&mut book).complete_until, Some(at(50_000)));
}

#[test]
fn pages_follow_on_one_another_while_entries_arrive() {
    let mut book = book();
    book.receive(&parcel(0, 5)).unwrap();
    let page = |book: &mut Book<Sqlite>, after| book.ask(&question(after, 2)).unwrap();
    let first = page(&mut book, None);
    assert_eq!((seqs(&first), first.more, count(&first)), (vec![1, 2], true, 5));
    // Of the other shard: before and after where the page ended.
    let mut late = vec![entry(1, Kind::Redemption), entry(3, Kind::Redemption)];
    late.iter_mut().for_each(|entry| entry.serial = Serial::from_bytes([99; 12]));
    book.receive(&Parcel::new(origin(1), 1, (0, 3), at(9), late)).unwrap();
    let second = page(&mut book, Some(first.lines[1].position()));
    assert_eq!((seqs(&second), second.more), (vec![3, 3], true));
    let third = page(&mut book, Some(second.lines[1].position()));
    assert_eq!((seqs(&third), third.more), (vec![4, 5], false));
    assert_eq!(seqs(&page(&mut book, Some(third.lines[1].position()))), [] as [u64; 0]);
}

#[test]
fn a_statement_reads_one_stretch_of_one_tree() {
    let mut book = book();
    for sql in [super::super::sql::TOTALS, super::super::sql::LINES] {
        let plan = format!("EXPLAIN QUERY PLAN {sql}");
        let connection = &book.database_mut().0;
        let mut statement = connection.prepare(&plan).unwrap();
        let mut rows = statement.raw_query();
        let mut plan = String::new();
        while let Some(row) = rows.next().unwrap() {
            plan.push_str(&row.get::<_, String>(3).unwrap());
        }
        assert!(
            plan.starts_with("SEARCH line USING PRIMARY KEY (shop=? AND at>? AND at<?)"),
            "{plan}"
        );
        assert!(!sql.ends_with("?10") || !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
