//! What is stored and what goes over the wire, pinned by literal bytes.

use super::*;
use crate::journal::Received;
use crate::statement::schema::MIGRATIONS;
use crate::statement::{Bucket, Cursor};

#[test]
fn the_object_of_a_shop_is_pinned() {
    // SHA-256("coupon-edge/statement/v1" ‖ shop) begins with 4 bytes computed elsewhere.
    let named = |shop| Bucket::of(shop).object_name();
    let names = [0, 1, 7, 1001, u32::MAX].map(named);
    assert_eq!(names, ["s15", "s8", "s12", "s1", "s14"]);
    let all = Bucket::all().map(Bucket::object_name).collect::<Vec<_>>();
    assert_eq!((all.len(), &*all[0], &*all[15]), (16, "s0", "s15"));
}

#[test]
fn the_schema_is_pinned() {
    assert_eq!(
        MIGRATIONS,
        [
            "CREATE TABLE line (\n  shop INTEGER NOT NULL,\n  at INTEGER NOT NULL,\n  campaign INTEGER \
             NOT NULL,\n  shard INTEGER NOT NULL,\n  incarnation INTEGER NOT NULL,\n  seq INTEGER NOT \
             NULL,\n  kind INTEGER NOT NULL,\n  serial BLOB NOT NULL,\n  n INTEGER NOT NULL,\n  till \
             INTEGER NOT NULL,\n  chain INTEGER NOT NULL,\n  currency TEXT NOT NULL,\n  discount \
             INTEGER NOT NULL,\n  order_amount INTEGER NOT NULL,\n  order_ref TEXT,\n  offline_at \
             INTEGER,\n  PRIMARY KEY (shop, at, campaign, shard, incarnation, seq)\n) STRICT, WITHOUT \
             ROWID",
            "CREATE TABLE received (\n  campaign INTEGER NOT NULL,\n  shard INTEGER NOT NULL,\n  \
             incarnation INTEGER NOT NULL,\n  seq INTEGER NOT NULL,\n  complete_until INTEGER NOT \
             NULL,\n  PRIMARY KEY (campaign, shard)\n) STRICT, WITHOUT ROWID",
        ]
    );
}

#[test]
fn a_stored_row_is_pinned() {
    let mut book = book();
    let reference = Some("账单 1".to_owned().try_into().unwrap());
    let conflict =
        Entry { order_ref: reference, offline_at: Some(at(3)), ..entry(5, Kind::Conflict) };
    let parcel = Parcel::new(origin(1), 1, (0, 9), at(8), vec![entry(4, Kind::Void), conflict]);
    assert_eq!(book.receive(&parcel).unwrap(), Received::Taken);
    let mut read = |sql: &str| {
        let connection = &book.database_mut().0;
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let lines = read(
        "SELECT shop || ' ' || at || ' ' || campaign || ' ' || shard || ' ' || incarnation || ' ' ||
         seq || ' ' || kind || ' ' || hex(serial) || ' ' || n || ' ' || till || ' ' || chain || ' ' ||
         currency || ' ' || discount || ' ' || order_amount || ' ' || ifnull(order_ref, '-') || ' ' ||
         ifnull(offline_at, '-') FROM line",
    );
    assert_eq!(
        lines,
        [
            "7 4000 134217733 1 1 4 3 040404040404040404040404 0 2 12 CNY 2500 3000 - -",
            "7 5000 134217733 1 1 5 4 050505050505050505050505 -1 2 12 CNY 2500 3000 账单 1 3",
        ]
    );
    let received = read(
        "SELECT campaign || ' ' || shard || ' ' || incarnation || ' ' || seq || ' ' || complete_until
         FROM received",
    );
    assert_eq!(received, ["134217733 1 1 9 8"]);
}

#[test]
fn a_question_is_pinned() {
    let period = Period { from: at(5), until: at(6) };
    let question = asked(scope(SHOP, Some(12)), period, 2, vec![campaign()]);
    let cursor = Cursor::new(SHOP, question.period(), Position::before(question.period()));
    let question = question.after(cursor).unwrap();
    let json = concat!(
        r#"{"v":1,"shop":7,"chain":12,"day":"2026-02-06","time_zone":"UTC","from":5,"until":6,"#,
        r#""after":"AAAABwAAAAAAAAAAAAAABQAAAAAAAAAGAAAAAAAAAAUAAAAAAAAAAAAAAAAAAAAA","limit":2,"#,
        r#""campaigns":[134217733]}"#,
    );
    assert_eq!(serde_json::to_string(&question).unwrap(), json);
    assert_eq!(Question::parse(json), Some(question));
    for (from, to) in [
        ("\"v\":1", "\"v\":2"),
        ("\"v\":1", "\"v\":1,\"x\":1"),
        ("\"limit\":2", "\"limit\":501"),
        ("2026-02-06", "2026-02-30"),
        ("AAAABw", "AAAAB"),
        (json, "[]"),
    ] {
        assert_eq!(Question::parse(&json.replacen(from, to, 1)), None, "{to}");
    }
}

#[test]
fn a_cursor_is_pinned_and_of_one_statement() {
    let period = Period { from: at(1_770_307_200_000), until: at(1_770_393_600_000) };
    let position = Position {
        at: at(1_770_336_000_001),
        campaign: 536_870_913,
        shard: 10,
        incarnation: 1,
        seq: 258,
    };
    let cursor = Cursor::new(SHOP, period, position);
    let text = "AAAAByAAAAEAAAGcLogkAAAAAZwzroAAAAABnDA_mAEAAAAKAAAAAQAAAAAAAAEC";
    assert_eq!(cursor.to_string(), text);
    assert_eq!(Cursor::parse(text), Some(cursor));
    assert_eq!(cursor.position(SHOP, period), Some(position));
    assert_eq!(cursor.position(SHOP + 1, period), None);
    for other in [Period { from: at(5), ..period }, Period { until: at(5), ..period }] {
        assert_eq!(cursor.position(SHOP, other), None);
    }
    for wrong in ["", &text[1..], &format!("{text}A"), &text.replace('A', "."), &"_".repeat(64)] {
        assert_eq!(Cursor::parse(wrong), None, "{wrong}");
    }
}
