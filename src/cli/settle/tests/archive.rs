//! What `verify` finds, by its name.

use std::fs;

use super::*;

const FIRST: &str = "001/000000000000001.tsv";
const SECOND: &str = "001/000000000000004.tsv";
const THIRD: &str = "001/000000000000006.tsv";

/// What is found after this was done to an archive of three segments.
fn found(mischief: impl FnOnce(&Desk)) -> Vec<(String, String)> {
    let desk = Desk::with_three_segments();
    mischief(&desk);
    let (code, said) = desk.verify();
    assert_eq!(code, 1, "{said}");
    faults(&said)
}

fn one(fault: &str, object: &str) -> Vec<(String, String)> {
    let object = object.rsplit('/').next().unwrap();
    vec![(fault.to_owned(), object.to_owned())]
}

#[test]
fn a_whole_archive_is_whole() {
    let (code, said) = Desk::with_three_segments().verify();
    assert_eq!((code, &said["whole"]), (0, &json!(true)), "{said}");
    assert_eq!(said["currencies"][0]["entries"], 6);
    assert_eq!(
        said["currencies"][0]["sums"]["redemptions"],
        json!({"count": 6, "discount": 15000})
    );
}

#[test]
fn missing_files_are_named() {
    let remove = |name: &'static str| move |desk: &Desk| fs::remove_file(desk.shard(name)).unwrap();
    assert_eq!(found(remove(FIRST)), one("gap", SECOND));
    assert_eq!(found(remove(SECOND)), one("gap", THIRD));
    assert_eq!(found(remove(THIRD)), one("missing-tail", "head.jws"));
    assert_eq!(found(remove("head.jws")), one("missing-head", "head.jws"));
}

#[test]
fn changed_files_are_named() {
    let change = |name: &'static str, change: fn(&mut Vec<u8>)| {
        move |desk: &Desk| {
            let mut text = fs::read(desk.shard(name)).unwrap();
            change(&mut text);
            fs::write(desk.shard(name), text).unwrap();
        }
    };
    assert_eq!(found(change(SECOND, |text| text[500] ^= 1)), one("altered", SECOND));
    assert_eq!(found(change(SECOND, |text| text.truncate(500))), one("truncated", SECOND));
    assert_eq!(found(change(SECOND, Vec::clear)), one("truncated", SECOND));
    assert_eq!(found(change("head.jws", |text| text[200] ^= 1)), one("bad-head", "head.jws"));
    // One that is altered does not hide another.
    let both = found(|desk| {
        change(FIRST, |text| text[500] ^= 1)(desk);
        change(THIRD, |text| text[300] ^= 1)(desk);
    });
    assert_eq!(both, [one("altered", FIRST), one("altered", THIRD)].concat());
}

#[test]
fn misplaced_files_are_named() {
    let swap = |desk: &Desk| {
        fs::rename(desk.shard(FIRST), desk.shard("x")).unwrap();
        fs::rename(desk.shard(SECOND), desk.shard(FIRST)).unwrap();
        fs::rename(desk.shard("x"), desk.shard(SECOND)).unwrap();
    };
    assert_eq!(found(swap), [one("misnamed", FIRST), one("misnamed", SECOND)].concat());
    let copy = |to: &'static str| {
        move |desk: &Desk| _ = fs::copy(desk.shard(SECOND), desk.shard(to)).unwrap()
    };
    let twice = "001/000000000000005.tsv";
    assert_eq!(found(copy(twice)), one("duplicate", twice));
    assert_eq!(found(copy("001/4.tsv")), one("stray", "4.tsv"));
}

#[test]
fn another_archive_is_named() {
    // The same entries of another campaign, in this one's folder.
    let other = Desk::new(1);
    let mut other = Desk { campaign: CampaignId::new(1, 2).unwrap(), ..other };
    other.journals =
        Journals::new(&other.path("a"), other.campaign, "CNY".parse().unwrap()).unwrap();
    (10..30).for_each(|coupon| other.append(redemption(coupon, NOON)));
    other.ship(NOON);
    let mix = |name: &'static str, to: &'static str| {
        let from = other.shard(name);
        move |desk: &Desk| _ = fs::copy(&from, desk.shard(to)).unwrap()
    };
    assert_eq!(found(mix(FIRST, SECOND)), one("foreign", SECOND));
    assert_eq!(found(mix("head.jws", "head.jws")), one("foreign", "head.jws"));
}

#[test]
fn an_older_version_and_another_version_are_named() {
    let older = Desk::with_three_segments();
    let head = fs::read(older.shard("head.jws")).unwrap();
    let beyond = |desk: &mut Desk| {
        desk.append(redemption(99, NOON + 9));
        desk.ship(NOON + 10);
        fs::write(desk.shard("head.jws"), &head).unwrap();
    };
    let mut desk = Desk::with_three_segments();
    beyond(&mut desk);
    assert_eq!(faults(&desk.verify().1), one("beyond-head", "head.jws"));

    // The same beginning, other entries from 4 on.
    let mut fork = Desk::new(0);
    (10..13).for_each(|coupon| fork.append(redemption(coupon, NOON + 1)));
    fork.ship(NOON);
    (50..52).for_each(|coupon| fork.append(redemption(coupon, NOON + 2)));
    fork.ship(NOON);
    let other = |desk: &Desk| _ = fs::copy(fork.shard(SECOND), desk.shard(SECOND)).unwrap();
    assert_eq!(found(other), one("fork", THIRD));
}

#[test]
fn an_unknown_key_is_named() {
    let keys = super::keys(2).public().jwks();
    let unknown = |desk: &Desk| fs::write(desk.path("keys.json"), &keys).unwrap();
    assert_eq!(found(unknown), one("unknown-key", "head.jws"));
}

#[test]
fn what_is_no_archive_is_said() {
    let desk = Desk::new(0);
    let error = |command: &str| desk.settle(command).1["error"].as_str().unwrap().to_owned();
    let verify = "verify --archive @a --jwks @keys.json";
    assert!(error(verify).contains("it has no folder `journal`"), "{}", error(verify));
    fs::create_dir_all(desk.path("a/journal")).unwrap();
    assert!(error(verify).contains("no segment and no head"), "{}", error(verify));
    let desk = Desk::with_three_segments();
    let other = desk.settle("verify --archive @a --jwks @keys.json --campaign 5").1;
    assert!(other["error"].as_str().unwrap().ends_with("there is campaign 1"), "{other}");
    let only = desk.settle("verify --archive @a --jwks @keys.json --campaign 1");
    assert_eq!(only.0, 0, "{}", only.1);
}
