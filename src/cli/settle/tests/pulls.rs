//! What `pull` loads, how often, and what it does not.

use std::fs;

use super::*;

fn count(desk: &Desk) -> i64 {
    desk.sql().query_row("SELECT count(*) FROM journal", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_pull_goes_on_where_the_last_one_was() {
    let mut desk = Desk::with_three_segments();
    let (code, said) = desk.pull();
    assert_eq!((code, &said["campaigns"][0]["new"]), (0, &json!(6)), "{said}");
    let (_, said) = desk.pull();
    assert_eq!(said["campaigns"][0]["new"], 0);
    desk.append(reversal(10, NOON + 9));
    desk.ship(NOON + 10);
    // What is loaded is not needed any more.
    fs::remove_file(desk.shard("001/000000000000001.tsv")).unwrap();
    let (code, said) = desk.pull();
    assert_eq!((code, &said["campaigns"][0]["new"]), (0, &json!(1)), "{said}");
    assert_eq!(said["campaigns"][0]["complete_until"], "2026-02-06T04:00:00.010Z");
    assert_eq!(count(&desk), 7);
}

#[test]
fn what_was_rolled_back_is_noticed() {
    let mut desk = Desk::with_three_segments();
    let old = fs::read(desk.shard("head.jws")).unwrap();
    desk.append(reversal(10, NOON + 9));
    desk.ship(NOON + 10);
    desk.pull();
    fs::write(desk.shard("head.jws"), old).unwrap();
    let (code, said) = desk.pull();
    assert_eq!((code, faults(&said)[0].0.as_str()), (1, "rollback"), "{said}");
    // A head that is new and counts less, and one that counts as much and says less of the time.
    let mut shorter = Desk::with_three_segments();
    shorter.ship(NOON + 99);
    fs::copy(shorter.shard("head.jws"), desk.shard("head.jws")).unwrap();
    assert_eq!(faults(&desk.pull().1)[0].0, "rollback");
    desk.ship(NOON + 9);
    assert_eq!(faults(&desk.pull().1)[0].0, "rollback");
    fs::remove_file(desk.shard("head.jws")).unwrap();
    assert_eq!(faults(&desk.pull().1)[0].0, "missing-head");
    fs::remove_dir_all(desk.path("a/journal")).unwrap();
    assert_eq!(desk.pull().0, 1);
    assert_eq!(count(&desk), 7);
}

#[test]
fn a_shard_that_is_damaged_is_loaded_as_far_as_it_is_right_and_the_others_wholly() {
    let mut desk = Desk::new(1);
    let shard =
        |desk: &Desk, coupon| desk.campaign.shard_of(redemption(coupon, NOON).serial).index();
    for part in 0..3 {
        (0..20).for_each(|n| desk.append(redemption(part * 20 + n, NOON)));
        desk.ship(NOON + 1);
    }
    let [here, there] = [0, 1].map(|it| (0..60).filter(|n| shard(&desk, *n) == it).count());
    let first = (0..20).filter(|n| shard(&desk, *n) == 0).count();
    let second = desk.shard(&format!("001/{:015}.tsv", first + 1));
    let mut text = fs::read(&second).unwrap();
    let whole = text.clone();
    text[600] ^= 1;
    fs::write(&second, text).unwrap();
    let (code, said) = desk.pull();
    assert_eq!((code, faults(&said)[0].0.as_str()), (1, "altered"), "{said}");
    assert_eq!(count(&desk) as usize, first + there);
    // Once the file is brought again, the rest follows.
    fs::write(&second, whole).unwrap();
    assert_eq!(desk.pull().0, 0);
    assert_eq!(count(&desk) as usize, here + there);
}

#[test]
fn nothing_is_loaded_that_the_head_does_not_prove() {
    let mut desk = Desk::with_three_segments();
    let old = fs::read(desk.shard("head.jws")).unwrap();
    desk.append(redemption(99, NOON + 9));
    desk.ship(NOON + 10);
    fs::write(desk.shard("head.jws"), &old).unwrap();
    let (code, said) = desk.pull();
    // A file that the head does not count yet is no reason to stop: the next head counts it.
    assert_eq!((code, count(&desk)), (0, 6), "{said}");
    // A whole journal by somebody who cannot sign.
    let desk = Desk::with_three_segments();
    let mut other = Desk::new(0);
    (60..66).for_each(|coupon| other.append(redemption(coupon, NOON)));
    other.ship(NOON);
    let first = "001/000000000000001.tsv";
    fs::copy(other.shard(first), desk.shard(first)).unwrap();
    let (code, said) = desk.pull();
    assert_eq!((code, count(&desk)), (1, 0), "{said}");
    assert_eq!(faults(&said)[0].0, "fork");
}

#[test]
fn another_database_is_refused() {
    let desk = Desk::with_three_segments();
    let error = |desk: &Desk| desk.pull().1["error"].as_str().unwrap().to_owned();
    fs::write(desk.path("db"), "something else, long enough to be read as a header of a file")
        .unwrap();
    assert!(error(&desk).contains("no SQLite database"), "{}", error(&desk));
    fs::remove_file(desk.path("db")).unwrap();
    desk.sql().execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert!(error(&desk).contains("database of something else"), "{}", error(&desk));
    fs::remove_file(desk.path("db")).unwrap();
    desk.pull();
    desk.sql().pragma_update(None, "user_version", 2).unwrap();
    assert!(error(&desk).contains("of version 2"), "{}", error(&desk));
}

#[test]
fn two_at_once_are_refused() {
    let desk = Desk::with_three_segments();
    desk.pull();
    let other = desk.sql();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (code, said) = desk.pull();
    assert_eq!(code, 1);
    assert!(said["error"].as_str().unwrap().contains("in use by another command"), "{said}");
    drop(other);
    assert_eq!(desk.pull().0, 0);
}
