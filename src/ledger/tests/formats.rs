//! Property 13: what is stored and what goes over the wire, pinned by literal bytes. A change here
//! needs a migration, and a build that understands both.

use super::*;
use crate::ledger::Reply;
use crate::ledger::schema::{MIGRATIONS, SchemaError, migrate};

#[test]
fn p13_the_schema_is_pinned() {
    assert_eq!(MIGRATIONS.len(), 6, "append a migration, and pin it here");
    assert_eq!(
        MIGRATIONS[0],
        "CREATE TABLE entry (\n  seq INTEGER PRIMARY KEY,\n  serial BLOB NOT NULL,\n  \
         n INTEGER NOT NULL,\n  kind INTEGER NOT NULL,\n  at INTEGER NOT NULL,\n  shop INTEGER NOT \
         NULL,\n  till INTEGER NOT NULL,\n  key BLOB NOT NULL,\n  fingerprint BLOB NOT NULL,\n  \
         discount INTEGER NOT NULL,\n  order_amount INTEGER NOT NULL,\n  order_ref TEXT,\n  \
         policy_epoch INTEGER NOT NULL,\n  shops_epoch INTEGER NOT NULL,\n  reversible_until INTEGER \
         NOT NULL,\n  answer INTEGER NOT NULL,\n  UNIQUE (serial, n)\n) STRICT"
    );
    let later = [
        "ALTER TABLE entry ADD COLUMN chain INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE entry ADD COLUMN offline_at INTEGER",
        "CREATE TABLE journal (\n  id INTEGER PRIMARY KEY CHECK (id = 1),\n  shard TEXT NOT NULL,\n  \
         currency TEXT NOT NULL,\n  incarnation INTEGER NOT NULL,\n  begins INTEGER NOT NULL,\n  told INTEGER NOT NULL\n) STRICT",
        "CREATE TABLE consumer (\n  id INTEGER PRIMARY KEY,\n  sent INTEGER NOT NULL,\n  head TEXT\n) STRICT",
        "CREATE TABLE segment (last INTEGER PRIMARY KEY) STRICT",
    ];
    assert_eq!(MIGRATIONS[1..], later);
}

#[test]
fn p13_an_older_ledger_is_migrated_once_and_a_later_builds_is_left_alone() {
    let mut database = Sqlite::in_memory();
    // As a build of before left it.
    database.0.execute(MIGRATIONS[0], []).unwrap();
    database.0.execute_batch("CREATE TABLE migration (number INTEGER PRIMARY KEY) STRICT").unwrap();
    database.0.execute("INSERT INTO migration (number) VALUES (1)", []).unwrap();
    migrate(&mut database, MIGRATIONS).unwrap();
    migrate(&mut database, MIGRATIONS).unwrap();
    let recorded = database
        .0
        .query_row("SELECT group_concat(number) FROM migration", [], |row| row.get::<_, String>(0));
    assert_eq!(recorded.unwrap(), "1,2,3,4,5,6");
    database.0.execute("INSERT INTO migration (number) VALUES (7)", []).unwrap();
    assert!(matches!(migrate(&mut database, MIGRATIONS), Err(SchemaError::Newer)));
}

#[test]
fn p13_a_stored_row_is_pinned() {
    let mut ledger = Ledger::new();
    ledger.redeem(0xab, by(7, 2, 1));
    let row: String = ledger
        .shard
        .database()
        .0
        .query_row(
            "SELECT seq || ' ' || hex(serial) || ' ' || n || ' ' || kind || ' ' || at || ' ' || shop
             || ' ' || till || ' ' || hex(key) || ' ' || hex(fingerprint) || ' ' || discount || ' '
             || order_amount || ' ' || order_ref || ' ' || policy_epoch || ' ' || shops_epoch || ' '
             || reversible_until || ' ' || answer || ' ' || chain || ' ' || ifnull(offline_at, '-')
             FROM entry",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(
        row,
        "1 ABABABABABABABABABABABAB 0 1 1000001 7 2 01010101010101010101010101010101 \
         00000BB8ABABABABABABABABABABABAB 2500 3000 bill 1 1 1 4600001 1 12 -"
    );
}

#[test]
fn p13_the_wire_is_pinned() {
    let call = call(EPOCHS, redeem(1, by(7, 2, 1), 3000));
    let json = r#"{"v":3,"origin":{"shard":"c536870913/10","currency":"CNY"},"epochs":{"campaign":1,"shops":1},"commands":[{"redeem":{"serial":"AQEBAQEBAQEBAQEB","by":{"shop":7,"till":2,"key":"AQEBAQEBAQEBAQEBAQEBAQ"},"fingerprint":"AAALuAEBAQEBAQEBAQEBAQ","discount":2500,"order_amount":3000,"order_ref":"bill 1","reversal_window_s":3600,"chain":12}}]}"#;
    assert_eq!(serde_json::to_string(&call).unwrap(), json);
    assert_eq!(Call::parse(json.as_bytes()), Some(call));
    // A build that speaks another version is not guessed at.
    assert_eq!(Call::parse(json.replacen("\"v\":3", "\"v\":2", 1).as_bytes()), None);
    assert_eq!(Call::parse(json.replacen("\"v\":3", "\"v\":3,\"x\":0", 1).as_bytes()), None);
    let array = json.replacen(r#"{"campaign":1,"shops":1}"#, "[1,1]", 1);
    assert_eq!(Call::parse(array.as_bytes()), None);

    let refusal =
        LedgerRefusal::AlreadyRedeemed { at: Timestamp::from_millis(5), shop: 7, till: 2 };
    let reply = Reply { outcomes: vec![Outcome::Refused(refusal)], rows_written: 0 };
    assert_eq!(
        serde_json::to_string(&reply).unwrap(),
        r#"{"outcomes":[{"refused":{"already-redeemed":{"at":5,"shop":7,"till":2}}}],"rows_written":0}"#
    );
}

#[test]
fn p13_the_reply_to_a_redemption_says_what_the_shard_added() {
    let mut ledger = Ledger::new();
    let asked = call(EPOCHS, redeem(1, by(7, 2, 1), 3000));
    let reply = ledger.shard.handle(asked.clone(), Timestamp::from_millis(5)).unwrap();
    let json = r#"{"outcomes":[{"appended":{"seq":1,"n":0,"at":5}}],"rows_written":0}"#;
    assert_eq!(serde_json::to_string(&reply).unwrap(), json);
    assert_eq!(serde_json::from_str::<Reply>(json).unwrap(), reply);
    // It is no reply to another call.
    assert_eq!(reply.clone().complete(call(EPOCHS, look(1))), None);
    let two = Call::new(origin(), EPOCHS, vec![look(1), look(2)]).unwrap();
    assert_eq!(reply.clone().complete(two), None);
    // What whoever asked makes of it is what is stored, and what a replay gives.
    let outcomes = reply.complete(asked.clone()).unwrap();
    let [Outcome::Redeemed { entry, replayed: false }] = &outcomes[..] else { panic!() };
    let again = one(&mut ledger.shard, asked, Timestamp::from_millis(6));
    assert_eq!(again, Outcome::Redeemed { entry: entry.clone(), replayed: true });
}

#[test]
fn p13_fingerprints_are_pinned() {
    use crate::campaign::{CampaignId, Shard};
    use crate::ledger::RedemptionId;
    use crate::order::Order;
    use crate::token::{Coupon, CouponFields};

    let campaign = CampaignId::new(4, 1).unwrap();
    let fields = CouponFields {
        campaign,
        serial: serial(1),
        value: 2500,
        not_before: 1,
        not_after: 2,
        scope: 0,
        flags: 0,
    };
    let coupon = Coupon::new(fields).unwrap();
    let order = |reference: Option<&str>| {
        let reference = reference.map(|text| text.to_owned().try_into().unwrap());
        Order::new(Amount::from(3000), "CNY".parse().unwrap(), reference).unwrap()
    };
    let id = RedemptionId::new(Shard::new(campaign, 10).unwrap(), 258).unwrap();
    let fingerprints = [
        Fingerprint::of_redemption(&coupon, &order(None), None),
        Fingerprint::of_redemption(&coupon, &order(Some("bill 1")), None),
        Fingerprint::of_reversal(&id),
        Fingerprint::of_cancel(&coupon),
        Fingerprint::of_redemption(&coupon, &order(None), Some(OFFLINE_AT)),
    ];
    assert_eq!(
        fingerprints.map(|it| it.to_string()),
        [
            "9iEg8cEOV-CznP3DDDup-Q",
            "rNjlBUx0mZU1nVAAIyg-gg",
            "BD3xidgOx3UUQfT72MmKKA",
            "k4SCdcZeSOd7ckjW77A5zg",
            "eZS6BERdwLYi1YHNfPUIzA"
        ]
    );
}
