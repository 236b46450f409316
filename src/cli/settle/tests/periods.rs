//! Each entry is in one period, whatever the order of closing, reversing and late shipping.

use std::fs;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    /// A coupon is redeemed, or, if it is, given back.
    Use(u32),
    /// A key is spent for nothing.
    Void(u32),
    /// Goods were given without a network.
    Conflict(u32),
    /// The shards ship what they have.
    Ship,
    /// The mirror gets what one shard has shipped.
    Copy(u32),
    Pull,
    Close,
    /// Up to so long ago.
    CloseUntil(u64),
    /// The period that was closed last, once more.
    CloseAgain,
}

fn step() -> impl Strategy<Value = Step> {
    let coupon = || 0_u32..6;
    prop_oneof![
        6 => coupon().prop_map(Step::Use),
        1 => coupon().prop_map(Step::Void),
        1 => coupon().prop_map(Step::Conflict),
        3 => Just(Step::Ship),
        4 => (0_u32..2).prop_map(Step::Copy),
        3 => Just(Step::Pull),
        2 => Just(Step::Close),
        2 => (0_u64..20).prop_map(Step::CloseUntil),
        1 => Just(Step::CloseAgain),
    ]
}

/// What is paid for entries of these kinds when the shops bear all conflicts.
const PAYABLE: &str = "coalesce(sum(CASE kind WHEN 1 THEN discount WHEN 2 THEN -discount END), 0)";

#[derive(Default)]
struct Books {
    now: u64,
    used: [bool; 6],
    periods: u64,
    entries: i64,
    paid: i64,
}

impl Books {
    fn run(&mut self, desk: &mut Desk, step: &Step) {
        self.now += 1;
        let at = NOON + self.now;
        match step {
            Step::Use(coupon) => {
                let used = &mut self.used[*coupon as usize];
                *used = !*used;
                self.entries += 1;
                self.paid += if *used { 2500 } else { -2500 };
                desk.append(if *used { redemption(*coupon, at) } else { reversal(*coupon, at) });
            }
            Step::Void(coupon) => {
                self.entries += 1;
                desk.append(Entry { kind: Kind::Void, ..redemption(*coupon, at) });
            }
            Step::Conflict(coupon) => {
                self.entries += 1;
                desk.append(conflict(*coupon, 5, at, at));
            }
            Step::Ship => desk.ship(at),
            Step::Copy(shard) => copy(desk, *shard),
            Step::Pull => _ = desk.settle("pull --archive @mirror --jwks @keys.json --db @db"),
            Step::Close => self.close(desk, ""),
            Step::CloseUntil(ago) => {
                let until = Timestamp::from_millis(at - ago.min(&self.now)).rfc3339();
                self.close(desk, &format!("--until {until} --allow-incomplete"));
            }
            Step::CloseAgain if self.periods > 0 => {
                let before = spans(desk);
                let _ = desk.settle(&format!("close --db @db --period p{}", self.periods));
                assert_eq!(spans(desk), before);
            }
            Step::CloseAgain => {}
        }
    }

    fn close(&mut self, desk: &Desk, more: &str) {
        if desk.path("db").exists() {
            self.periods += 1;
            let more = format!("--offline-allowance count=0,value=0 {more}");
            desk.close(&format!("p{}", self.periods), &more);
        }
    }
}

/// Brings what a shard has shipped into the mirror.
fn copy(desk: &Desk, shard: u32) {
    let folder = format!("journal/c{}/{shard:05}", desk.campaign);
    let (from, to) = (desk.path("a").join(&folder), desk.path("mirror").join(&folder));
    fs::create_dir_all(to.join("001")).unwrap();
    for name in ["", "001"] {
        let Ok(files) = fs::read_dir(from.join(name)) else { continue };
        for file in files.map(Result::unwrap).filter(|file| file.path().is_file()) {
            fs::copy(file.path(), to.join(name).join(file.file_name())).unwrap();
        }
    }
}

fn spans(desk: &Desk) -> Vec<[i64; 5]> {
    let db = desk.sql();
    let mut query = db.prepare("SELECT period, shard, incarnation, first, last FROM span").unwrap();
    let row = |row: &rusqlite::Row<'_>| {
        Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?])
    };
    query.query_map([], row).unwrap().map(Result::unwrap).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_paid_twice_and_nothing_is_left_out(steps in prop::collection::vec(step(), 1..60)) {
        let mut desk = Desk::new(1);
        let mut books = Books::default();
        for step in &steps {
            books.run(&mut desk, step);
        }
        for step in [Step::Ship, Step::Copy(0), Step::Copy(1), Step::Pull, Step::Close] {
            books.run(&mut desk, &step);
        }
        let db = desk.sql();
        let all = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        prop_assert_eq!(all("SELECT count(*) FROM journal"), books.entries);
        prop_assert_eq!(all(&format!("SELECT {PAYABLE} FROM journal")), books.paid);
        let settled = "FROM span s JOIN journal e USING (campaign, shard, incarnation) \
                       WHERE seq BETWEEN first AND last";
        prop_assert_eq!(all(&format!("SELECT count(*) {settled}")), books.entries);
        prop_assert_eq!(all(&format!("SELECT {PAYABLE} {settled}")), books.paid);
        let distinct = format!("SELECT count(*) FROM (SELECT DISTINCT shard, seq {settled})");
        prop_assert_eq!(all(&distinct), books.entries);
        drop(db);
        // And so say the files, each of which ties out.
        let mut payable = 0;
        for period in 1..=books.periods {
            let files = format!("files --db @db --period p{period} --out @out-{period}");
            let (code, said) = desk.settle(&files);
            prop_assert_eq!(code, 0, "{}", said);
            payable += said["payable"]["CNY"].as_i64().unwrap_or(0);
        }
        prop_assert_eq!(payable, books.paid);
    }
}

#[test]
fn entries_at_or_after_the_end_fall_into_the_next_period() {
    let mut desk = Desk::new(0);
    (0..5).for_each(|n| desk.append(redemption(n, NOON + u64::from(n))));
    desk.ship(NOON + 5);
    desk.pull();
    desk.close("one", "--until 2026-02-06T04:00:00.003Z");
    desk.close("two", "");
    assert_eq!(spans(&desk), [[1, 0, 1, 1, 3], [2, 0, 1, 4, 5]]);
    let again = desk.close("one", "--until 2026-02-06T04:00:00.003Z");
    assert_eq!(again["closed_now"], false);
    let (code, said) = desk.settle("close --db @db --period one");
    assert_eq!(code, 1);
    assert!(said["error"].as_str().unwrap().contains("closed otherwise"), "{said}");
}

#[test]
fn a_period_is_not_closed_while_a_shard_is_late() {
    let mut desk = Desk::new(1);
    (0..9).for_each(|n| desk.append(redemption(n, NOON)));
    desk.ship(NOON + 5);
    copy(&desk, 0);
    let pull = "pull --archive @mirror --jwks @keys.json --db @db";
    assert_eq!(desk.settle(pull).0, 0);
    let close = "close --db @db --period p --until 2026-02-06T04:00:00.005Z";
    let (code, said) = desk.settle(close);
    assert_eq!(code, 1);
    assert!(said["error"].as_str().unwrap().contains("c134217729/1: nothing loaded"), "{said}");
    copy(&desk, 1);
    assert_eq!(desk.settle(pull).0, 0);
    let late = close.replace("005Z", "006Z");
    let said = desk.settle(&late).1;
    assert!(said["error"].as_str().unwrap().contains("until 2026-02-06T04:00:00.005Z"), "{said}");
    assert_eq!(desk.settle(close).0, 0);
}

/// After a backup the numbers 3 and 4 are given a second time: both lives were goods in somebody's
/// hands, and both are settled, each once.
#[test]
fn each_life_of_a_shard_is_settled() {
    let mut desk = Desk::new(0);
    (1..=4).for_each(|n| desk.append(redemption(n, NOON)));
    desk.ship(NOON + 1);
    desk.pull();
    desk.close("one", "");
    desk.journals.restore(2);
    (5..=7).for_each(|n| desk.append(redemption(n, NOON + 2)));
    desk.ship(NOON + 3);
    let (code, said) = desk.pull();
    assert_eq!(code, 0, "{said}");
    desk.close("two", "");
    assert_eq!(spans(&desk), [[1, 0, 1, 1, 4], [2, 0, 2, 3, 5]]);
    assert_eq!(desk.settle("files --db @db --period two --out @out").1["payable"]["CNY"], 7500);
}
