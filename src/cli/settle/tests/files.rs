//! What finance gets.

use std::fs;

use super::*;

/// Four redemptions, one undone, a void, and a conflict that the issuer bears.
fn small() -> Desk {
    let mut desk = Desk::new(0);
    let other = |mut entry: Entry| {
        entry.by.shop = 2001;
        entry.chain = 9;
        entry
    };
    for entry in [
        redemption(1, NOON),
        redemption(2, NOON + 1),
        other(redemption(3, NOON + 2)),
        redemption(4, NOON + 3),
        reversal(2, NOON + 4),
        Entry { kind: Kind::Void, chain: 0, discount: Amount::ZERO, ..redemption(5, NOON + 5) },
        other(conflict(1, 2001, NOON, NOON + 6)),
    ] {
        desk.append(entry);
    }
    desk.ship(NOON + 7);
    desk.pull();
    desk.close("p", "--offline-allowance count=5,value=10000");
    desk
}

fn files(desk: &Desk, out: &str, more: &str) -> (u8, Value) {
    desk.settle(format!("files --db @db --period p --out @{out} {more}").trim())
}

fn read(desk: &Desk, name: &str) -> String {
    fs::read_to_string(desk.path(name)).unwrap()
}

#[test]
fn the_totals_are_these() {
    let desk = small();
    assert_eq!(files(&desk, "out", "").0, 0);
    assert_eq!(
        read(&desk, "out/shops.csv"),
        "chain,shop,currency,redemptions,redeemed,reversals,reversed,voids,conflicts_issuer,\
         borne_by_issuer,conflicts_shop,borne_by_shop,payable\n\
         7,1001,CNY,3,75.00,1,25.00,0,0,0.00,0,0.00,50.00\n\
         9,2001,CNY,1,25.00,0,0.00,0,1,25.00,0,0.00,50.00\n"
    );
    assert!(read(&desk, "out/chains.csv").contains("\n7,CNY,3,75.00,"));
    assert!(
        read(&desk, "out/campaigns.csv")
            .contains("\n1,CNY,4,100.00,1,25.00,1,1,25.00,0,0.00,100.00")
    );
    let lines = read(&desk, "out/lines-chain-00007.csv");
    assert_eq!(lines.lines().count(), 5);
    // A reversal names the redemption that it undid, the second entry.
    let id = |seq: u8| crate::base64url::encode(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, seq]);
    let undone = format!(
        "1,R1.{},1,reversal,R1.{},2026-02-06T04:00:00.004Z,,7,1001,1,bill-2,CNY,30.00,25.00,-25.00,,",
        id(5),
        id(2)
    );
    assert!(lines.contains(&undone), "{lines}");
    let conflicts = read(&desk, "out/conflicts.csv");
    assert!(conflicts.contains(",25.00,25.00,issuer,within allowance"), "{conflicts}");
    let control: Value = serde_json::from_str(&read(&desk, "out/control.json")).unwrap();
    assert_eq!(control["campaigns"]["1"]["payable"], 10_000);
    assert_eq!(
        control["shards"][0]["head"]["redemptions"],
        json!({"count": 4, "discount": 10_000})
    );
}

#[test]
fn the_same_period_gives_the_same_bytes() {
    let mut desk = small();
    files(&desk, "one", "");
    // Later entries change nothing.
    desk.append(redemption(6, NOON + 9));
    desk.ship(NOON + 10);
    desk.pull();
    desk.close("q", "");
    files(&desk, "two", "");
    let names = |folder: &str| {
        let mut names: Vec<_> =
            fs::read_dir(desk.path(folder)).unwrap().map(|it| it.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("one"), names("two"));
    assert_eq!(names("one").len(), 8);
    for name in names("one") {
        let name = name.to_str().unwrap();
        assert_eq!(
            read(&desk, &format!("one/{name}")),
            read(&desk, &format!("two/{name}")),
            "{name}"
        );
    }
}

#[test]
fn what_does_not_tie_out_is_not_written() {
    for damage in [
        "DELETE FROM journal WHERE seq = 3",
        "UPDATE journal SET discount = 2400 WHERE seq = 3",
        "UPDATE journal SET kind = 1 WHERE seq = 5",
        "INSERT INTO span VALUES (1, 1, 0, 1, 2, 3)",
    ] {
        let desk = small();
        desk.sql().execute_batch(damage).unwrap();
        let (code, said) = files(&desk, "out", "");
        assert_eq!(code, 1, "{damage}: {said}");
        assert!(said["error"].as_str().unwrap().contains("does not tie out"), "{said}");
        assert!(!desk.path("out").exists() && !desk.path("out.part").exists());
    }
}

#[test]
fn lines_are_in_one_file_or_one_for_each_shop_when_asked() {
    let desk = small();
    files(&desk, "one", "--one-file");
    assert_eq!(read(&desk, "one/lines.csv").lines().count(), 8);
    files(&desk, "shops", "--per-shop");
    assert_eq!(read(&desk, "shops/lines-chain-00009-shop-0000002001.csv").lines().count(), 3);
}

#[test]
fn a_bill_number_is_not_run_by_a_spreadsheet() {
    let mut desk = Desk::new(0);
    let order_ref = Some("=1+1".to_owned().try_into().unwrap());
    desk.append(Entry { order_ref, ..redemption(1, NOON) });
    desk.ship(NOON + 1);
    desk.pull();
    desk.close("p", "");
    files(&desk, "out", "");
    assert!(read(&desk, "out/lines-chain-00007.csv").contains(",'=1+1,"));
}
