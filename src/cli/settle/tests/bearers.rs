//! Who bears a conflict.

use ed25519_dalek::SigningKey;

use super::*;
use crate::policy::{CampaignPolicy, Offline, sign};
use crate::time::UtcOffset;

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
fn the_value_is_limited_too() {
    for (allowance, by) in [
        ("count=9,value=2499", "shop"),
        ("count=9,value=2500", "issuer"),
        ("count=0,value=2500", "shop"),
    ] {
        let desk = with_a_conflict();
        desk.close("p", &format!("--offline-allowance {allowance}"));
        assert_eq!(borne(&desk)[0].1, by, "{allowance}");
    }
}

/// An archive, pulled, in which shop 5 was second.
fn with_a_conflict() -> Desk {
    let mut desk = Desk::new(0);
    desk.append(redemption(1, NOON));
    desk.append(conflict(1, 5, NOON, NOON + 1));
    desk.ship(NOON + 2);
    desk.pull();
    desk
}

#[test]
fn who_bears_a_conflict_is_never_guessed() {
    let desk = with_a_conflict();
    let (code, said) = desk.settle("close --db @db --period p");
    let why = said["error"].as_str().unwrap();
    assert!(code == 1 && why.contains("nothing says who bears them"), "{said}");
    let periods = desk.sql().query_row("SELECT count(*) FROM period", [], |row| row.get(0));
    assert_eq!(periods, Ok(0), "nothing half-closed");

    let (code, said) = desk.settle("close --db @db --period p --until 2026-02-06T04:00:00Z");
    assert_eq!((code, &said["entries"]), (0, &json!(0)), "nobody has to state what is not needed");
    // Of the shop's own redemption there is no question either.
    let mut desk = Desk::new(0);
    desk.append(redemption(1, NOON));
    desk.append(conflict(1, 1001, NOON, NOON + 1));
    desk.ship(NOON + 2);
    desk.pull();
    desk.close("p", "");
    assert_eq!(borne(&desk), [is(2, "shop", "own redemption")]);
}

/// Publishes a policy of the campaign: the options with which `close` takes it.
fn published(desk: &Desk, offline: Option<Offline>, utc_offset_minutes: UtcOffset) -> String {
    let issuer = SigningKey::from_bytes(&[9; 32]);
    let mut document = crate::policy::tests::document();
    (document.campaign, document.offline) = (desk.campaign, offline);
    document.utc_offset_minutes = utc_offset_minutes;
    let kv_key = CampaignPolicy::kv_key_of(desk.campaign);
    let text = sign(&kv_key, &serde_json::to_string(&document).unwrap(), &issuer);
    std::fs::write(desk.path("policy"), text).unwrap();
    let key = base64url::encode(issuer.verifying_key().as_bytes());
    format!("--policy {}=@policy --policy-key {key}", desk.campaign)
}

fn allowance(count: u32, value: u32) -> Option<Offline> {
    Some(Offline { count, value: value.into(), max_age_s: 60 })
}

#[test]
fn the_policy_decides_and_its_signature_is_looked_at() {
    for (offline, by) in [(allowance(1, 2500), "issuer"), (allowance(1, 2499), "shop")] {
        let desk = with_a_conflict();
        let policy = published(&desk, offline, UtcOffset::CHINA);
        desk.close("p", &format!("{policy} --offline-allowance count=0,value=0"));
        assert_eq!(borne(&desk)[0].1, by, "{offline:?}");
    }
    let desk = with_a_conflict();
    let policy = published(&desk, None, UtcOffset::CHINA);
    let close = |options: &str| desk.settle(&format!("close --db @db --period p {options}"));
    let (code, said) = close(&policy);
    assert!(code == 1 && said["error"].as_str().unwrap().contains("nothing says"), "{said}");

    let policy = published(&desk, allowance(1, 2500), UtcOffset::CHINA);
    let (code, said) = close(&format!("{policy} --policy {}=@policy", desk.campaign));
    assert!(code == 1 && said["error"].as_str().unwrap().contains("two policies"), "{said}");
    let text = std::fs::read_to_string(desk.path("policy")).unwrap();
    std::fs::write(desk.path("policy"), text.replace("2500", "9500")).unwrap();
    let (code, said) = close(&policy);
    assert!(code == 1 && said["error"].as_str().unwrap().contains("no policy of"), "{said}");
}

#[test]
fn a_day_is_that_of_the_policys_local_time() {
    // 22:00 and 02:00 in China are two days there, and one in Hawaii.
    for (utc_offset, by) in [(480, ["issuer", "issuer"]), (-600, ["issuer", "shop"])] {
        let mut desk = Desk::new(0);
        for coupon in [1, 2] {
            desk.append(redemption(coupon, NOON));
        }
        desk.append(conflict(1, 5, NOON + 10 * 3_600_000, NOON + 15 * 3_600_000));
        desk.append(conflict(2, 5, NOON + 14 * 3_600_000, NOON + 15 * 3_600_000));
        desk.ship(NOON + 16 * 3_600_000);
        desk.pull();
        let policy = published(&desk, allowance(1, 9999), UtcOffset::try_from(utc_offset).unwrap());
        desk.close("p", &policy);
        assert_eq!(borne(&desk).iter().map(|it| it.1.as_str()).collect::<Vec<_>>(), by);
    }
}
