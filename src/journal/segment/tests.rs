//! What a segment is, what damages it, and when segments are a chain.

use proptest::prelude::*;

use super::*;
use crate::campaign::{CampaignId, Serial, Shard};
use crate::journal::chain::Break;
use crate::journal::{Chain, Head};
use crate::ledger::{Fingerprint, Identity, KeyHash, Kind};
use crate::money::Amount;
use crate::policy::Epochs;
use crate::time::Timestamp;

fn origin() -> Origin {
    let shard = Shard::new(CampaignId::new(4, 1).unwrap(), 10).unwrap();
    Origin { shard, currency: "CNY".parse().unwrap() }
}

fn entry(seq: u64, kind: Kind) -> Entry {
    Entry {
        seq,
        serial: Serial::from_bytes([seq as u8; 12]),
        n: if kind == Kind::Conflict { -1 } else { 0 },
        kind,
        at: Timestamp::from_millis(1_770_336_000_000 + seq),
        by: Identity { shop: 7, till: 2, key: KeyHash::from_bytes([1; 16]) },
        chain: 12,
        fingerprint: Fingerprint::from_bytes([2; 16]),
        discount: Amount::from(2500),
        order_amount: Amount::from(3000),
        order_ref: (kind == Kind::Redemption).then(|| "Büro 1".to_owned().try_into().unwrap()),
        epochs: Epochs { campaign: 3, shops: 4 },
        reversible_until: Timestamp::from_millis(1_770_339_600_000),
        offline_at: (kind == Kind::Conflict).then(|| Timestamp::from_millis(1_770_335_000_000)),
        answer: 1,
    }
}

fn write(previous: SegmentHash, seqs: std::ops::RangeInclusive<u64>) -> (Segment, String) {
    let kinds = [Kind::Redemption, Kind::Reversal, Kind::Void, Kind::Conflict];
    let entries = seqs.map(|seq| entry(seq, kinds[(seq as usize - 1) % 4])).collect();
    Segment::write(origin(), 1, previous, entries).unwrap()
}

#[test]
fn a_segment_is_pinned() {
    let (segment, text) = write(SegmentHash::NONE, 1..=4);
    let expected = concat!(
        r#"{"v":1,"origin":{"shard":"c536870913/10","currency":"CNY"},"incarnation":1,"first":1,"last":4,"#,
        r#""count":4,"sums":{"redemptions":{"count":1,"discount":2500},"#,
        r#""reversals":{"count":1,"discount":2500},"voids":{"count":1,"discount":2500},"#,
        r#""conflicts":{"count":1,"discount":2500}},"#,
        r#""previous":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
        "\n1\tR\t1770336000001\tAQEBAQEBAQEBAQEB\t0\t7\t2\tAQEBAQEBAQEBAQEBAQEBAQ\t12\t",
        "AgICAgICAgICAgICAgICAg\t2500\t3000\t3\t4\t1770339600000\t1\t-\tBüro 1\n",
        "2\tU\t1770336000002\tAgICAgICAgICAgIC\t0\t7\t2\tAQEBAQEBAQEBAQEBAQEBAQ\t12\t",
        "AgICAgICAgICAgICAgICAg\t2500\t3000\t3\t4\t1770339600000\t1\t-\t\n",
        "3\tV\t1770336000003\tAwMDAwMDAwMDAwMD\t0\t7\t2\tAQEBAQEBAQEBAQEBAQEBAQ\t12\t",
        "AgICAgICAgICAgICAgICAg\t2500\t3000\t3\t4\t1770339600000\t1\t-\t\n",
        "4\tC\t1770336000004\tBAQEBAQEBAQEBAQE\t-1\t7\t2\tAQEBAQEBAQEBAQEBAQEBAQ\t12\t",
        "AgICAgICAgICAgICAgICAg\t2500\t3000\t3\t4\t1770339600000\t1\t1770335000000\t\n",
    );
    let (body, hash) = text.split_once("sha256\t").unwrap();
    assert_eq!(body, expected);
    assert_eq!(hash, format!("{}\n", segment.hash()));
    assert_eq!(segment.key(), "journal/c536870913/00010/001/000000000000001.tsv");
    assert_eq!(Segment::read(text.as_bytes()), Ok(segment));
}

/// With a hash that fits what it now says: only its writer could.
fn rewritten(text: &str, from: &str, to: &str) -> Result<Segment, Damage> {
    let body = text.split_once(HASH).unwrap().0.replacen(from, to, 1);
    let hash = SegmentHash::from_bytes(Sha256::digest(&body).into());
    Segment::read(format!("{body}{HASH}{hash}\n").as_bytes())
}

#[test]
fn each_damage_is_named() {
    let text = write(SegmentHash::NONE, 1..=4).1;
    assert_eq!(rewritten(&text, "x", "x").unwrap().entries().len(), 4);
    assert_eq!(Segment::read(&vec![b'\n'; MAX_BYTES + 1]), Err(Damage::TooLong));
    for cut in 0..text.len() {
        assert_eq!(Segment::read(&text.as_bytes()[..cut]), Err(Damage::Truncated), "{cut}");
    }
    assert_eq!(Segment::read(format!("{text}\n").as_bytes()), Err(Damage::Truncated));
    let whole = |from: &str, to: &str| Segment::read(text.replacen(from, to, 1).as_bytes());
    assert_eq!(whole("2500", "2501"), Err(Damage::Altered));
    assert_eq!(whole("\"count\":4", "\"count\":3"), Err(Damage::Altered));

    let wrong = |from, to| rewritten(&text, from, to).unwrap_err();
    assert_eq!(wrong("\"v\":1", "\"v\":2"), Damage::Header("version 2".to_owned()));
    for (from, to) in [("\"v\":1", "\"v\":1,\"x\":1"), ("\"v\":1,", ""), ("{", "[")] {
        assert!(matches!(wrong(from, to), Damage::Header(_)), "{to}");
    }
    // The same header in another spelling.
    for (from, to) in [("{\"v\":1", "{ \"v\":1"), ("\"v\":1", "\"\\u0076\":1")] {
        assert_eq!(wrong(from, to), Damage::Header("not as a shard writes it".to_owned()));
    }
    for (from, to) in [
        ("1770339600000", "253402300800000"),
        ("1\tR\t", "01\tR\t"),
        ("1\tR\t", "+1\tR\t"),
        ("1\tR\t", "1\tX\t"),
        ("\t-\tBüro", "\t\tBüro"),
        ("Büro 1", "Büro 1\t"),
        ("\t7\t2\t", "\t7\t65536\t"),
        ("\t-1\t", "\t-0\t"),
    ] {
        assert!(matches!(wrong(from, to), Damage::Line(2 | 5)), "{to:?}");
    }
    assert_eq!(wrong("\n2\tU", "\n3\tU"), Damage::Sequence);
    assert_eq!(wrong("\"count\":4", "\"count\":3"), Damage::Sequence);
    assert_eq!(wrong("\"last\":4", "\"last\":5"), Damage::Sequence);
    assert_eq!(wrong("1770336000003", "1770336000001"), Damage::Time(3));
    assert_eq!(wrong("\t2500\t", "\t2400\t"), Damage::Sums);
}

#[test]
fn what_does_not_follow_on_one_another_is_no_segment() {
    let write = |entries| Segment::write(origin(), 1, SegmentHash::NONE, entries);
    let entry = |seq| entry(seq, Kind::Redemption);
    assert!(write(vec![entry(1), entry(2)]).is_some());
    for wrong in [vec![], vec![entry(0)], vec![entry(1), entry(3)], vec![entry(2), entry(1)]] {
        assert!(write(wrong).is_none());
    }
    let many = |count| (1..=count).map(entry).collect::<Vec<_>>();
    assert!(write(many(MAX_ENTRIES as u64)).is_some());
    assert!(write(many(MAX_ENTRIES as u64 + 1)).is_none());
}

#[test]
fn the_longest_segment_is_shorter_than_the_limit() {
    let longest = |seq| Entry {
        seq: (1 << 48) + seq,
        n: -20,
        kind: Kind::Conflict,
        at: Timestamp::from_millis(u64::MAX),
        by: Identity { shop: u32::MAX, till: u16::MAX, key: KeyHash::from_bytes([1; 16]) },
        chain: u16::MAX,
        discount: Amount::try_from(Amount::MAX).unwrap(),
        order_amount: Amount::try_from(Amount::MAX).unwrap(),
        order_ref: Some("\u{10ffff}".repeat(64).try_into().unwrap()),
        epochs: Epochs { campaign: u32::MAX, shops: u32::MAX },
        reversible_until: Timestamp::from_millis(u64::MAX),
        offline_at: Some(Timestamp::from_millis(u64::MAX)),
        answer: u8::MAX,
        ..entry(1, Kind::Conflict)
    };
    let entries = (0..MAX_ENTRIES as u64).map(longest).collect();
    let (_, text) = Segment::write(origin(), u32::MAX, SegmentHash::NONE, entries).unwrap();
    assert!(text.len() <= MAX_BYTES, "{}", text.len());
    assert!(Segment::read(text.as_bytes()).is_ok());
}

#[test]
fn a_chain_names_what_is_wrong() {
    let first = write(SegmentHash::NONE, 1..=4).0;
    let second = write(first.hash(), 5..=6).0;
    let third = write(second.hash(), 7..=7).0;
    let mut chain = Chain::after(Head::new(origin(), 1));
    assert_eq!(chain.push(&second), Err(Break::Gap { from: 1, until: 4 }));
    chain.push(&first).unwrap();
    assert_eq!(chain.push(&first), Err(Break::Duplicate));
    assert_eq!(chain.push(&third), Err(Break::Gap { from: 5, until: 6 }));
    assert_eq!(chain.push(&write(SegmentHash::NONE, 5..=6).0), Err(Break::Fork { at: 5 }));
    assert_eq!(chain.push(&write(first.hash(), 4..=6).0), Err(Break::Fork { at: 4 }));
    let foreign = Segment::write(
        Origin { currency: "EUR".parse().unwrap(), ..origin() },
        1,
        first.hash(),
        vec![entry(5, Kind::Void)],
    );
    assert_eq!(chain.push(&foreign.unwrap().0), Err(Break::Foreign));

    let early = *chain.end();
    chain.push(&second).unwrap();
    let head = Head { complete_until: Timestamp::from_millis(9), ..*chain.end() };
    assert_eq!(head.sums.count(), 6);
    assert_eq!(chain.ends_with(&head), Ok(()));
    assert_eq!(chain.ends_with(&early), Err(Break::BeyondHead { from: 5 }));
    assert_eq!(chain.ends_with(&Head { hash: first.hash(), ..head }), Err(Break::OtherHead));
    chain.push(&third).unwrap();
    let whole = *chain.end();
    let mut shorter = Chain::after(early);
    shorter.push(&second).unwrap();
    assert_eq!(shorter.ends_with(&whole), Err(Break::MissingTail { from: 7, until: 7 }));

    // After a backup, in which entries 6 and 7 were not, the shard goes on in its next life.
    let again = Segment::write(origin(), 2, third.hash(), vec![entry(6, Kind::Void)]).unwrap().0;
    chain.push(&again).unwrap();
    assert_eq!((chain.end().incarnation, chain.end().last), (2, 6));
    assert_eq!(chain.push(&third), Err(Break::Fork { at: 7 }));
}

#[test]
fn a_head_is_pinned() {
    let mut chain = Chain::after(Head::new(origin(), 1));
    chain.push(&write(SegmentHash::NONE, 1..=1).0).unwrap();
    let head = Head {
        hash: SegmentHash::from_bytes([7; 32]),
        complete_until: Timestamp::from_millis(5),
        ..*chain.end()
    };
    let json = concat!(
        r#"{"v":1,"origin":{"shard":"c536870913/10","currency":"CNY"},"incarnation":1,"segments":1,"last":1,"#,
        r#""hash":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc","#,
        r#""sums":{"redemptions":{"count":1,"discount":2500},"reversals":{"count":0,"discount":0},"#,
        r#""voids":{"count":0,"discount":0},"conflicts":{"count":0,"discount":0}},"#,
        r#""complete_until":5}"#,
    );
    assert_eq!(serde_json::to_string(&head).unwrap(), json);
    assert_eq!(Head::parse(json.as_bytes()), Some(head));
    assert_eq!(Head::parse(json.replacen("\"v\":1", "\"v\":2", 1).as_bytes()), None);
    assert_eq!(head.key(), "journal/c536870913/00010/head.jws");
}

proptest! {
    #[test]
    fn no_change_of_a_byte_goes_unnoticed(at in 0_usize..1200, byte: u8) {
        let (segment, text) = write(SegmentHash::NONE, 1..=4);
        let mut bytes = text.into_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        let read = Segment::read(&bytes);
        prop_assert!(read.is_err() , "{:?} read from byte {}", segment.header(), at);
    }
}
