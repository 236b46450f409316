//! Who bears a conflict.

use super::*;

fn offline(coupon: u32, shop: u32, offline_at: u64, at: u64) -> Entry {
    Entry { kind: Kind::Redemption, n: 0, ..conflict(coupon, shop, offline_at, at) }
}

/// Sequence number, bearer and reason of each conflict.
fn borne(desk: &Desk) -> Vec<(i64, String, String)> {
    let db = desk.sql();
    let mut query = db.prepare("SELECT seq, by, why FROM borne ORDER BY seq").unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn is(seq: i64, by: &str, why: &str) -> (i64, String, String) {
    (seq, by.to_owned(), why.to_owned())
}

#[test]
fn an_allowance_is_used_up_in_the_order_of_the_tills_clocks() {
    let mut desk = Desk::new(0);
    for entry in [
        redemption(1, NOON), // by shop 1001
        redemption(2, NOON),
        conflict(1, 5, NOON - 10, NOON + 1), // the second of shop 5's day
        offline(3, 5, NOON - 20, NOON + 2),  // the first, although it came later
        conflict(2, 5, NOON - 5, NOON + 3),  // the third
        conflict(2, 1001, NOON, NOON + 4),   // of its own
        conflict(2, 6, NOON, NOON + 5),
        // In China it is the next day.
        conflict(2, 5, NOON + 12 * 3_600_000, NOON + 13 * 3_600_000),
    ] {
        desk.append(entry);
    }
    desk.ship(NOON + 14 * 3_600_000);
    desk.pull();
    let said = desk.close("p", "--offline-allowance count=2,value=5000");
    assert_eq!(said["conflicts"], json!({"issuer": 3, "shop": 2}));
    assert_eq!(
        borne(&desk),
        [
            is(3, "issuer", "within allowance"),
            is(5, "shop", "beyond allowance"),
            is(6, "shop", "own redemption"),
            is(7, "issuer", "within allowance"),
            is(8, "issuer", "within allowance"),
        ]
    );
}

#[test]
fn what_was_used_in_an_earlier_period_counts_first() {
    let mut desk = Desk::new(0);
    desk.append(redemption(1, NOON));
    desk.append(offline(2, 5, NOON, NOON + 1));
    desk.ship(NOON + 2);
    desk.pull();
    desk.close("one", "--offline-allowance count=1,value=9999");
    // By the clock of its till it was the first of the day.
    desk.append(conflict(1, 5, NOON - 9, NOON + 3));
    desk.ship(NOON + 4);
    desk.pull();
    desk.close("two", "--offline-allowance count=1,value=9999");
    assert_eq!(borne(&desk), [is(3, "shop", "beyond allowance")]);
}

#[test]
fn the_value_is_limited_too_and_nothing_is_allowed_unless_said() {
    for (more, by) in [
        ("", "shop"),
        ("--offline-allowance count=9,value=2499", "shop"),
        ("--offline-allowance count=9,value=2500", "issuer"),
        ("--offline-allowance count=9,value=2500 --allowances @file", "shop"),
    ] {
        let mut desk = Desk::new(0);
        std::fs::write(desk.path("file"), r#"{"1":{"count":0,"value":0}}"#).unwrap();
        desk.append(redemption(1, NOON));
        desk.append(conflict(1, 5, NOON, NOON + 1));
        desk.ship(NOON + 2);
        desk.pull();
        desk.close("p", more);
        assert_eq!(borne(&desk)[0].1, by, "{more}");
    }
}
