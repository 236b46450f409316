//! Answers, word for word.

use super::*;
use crate::api::{Receipt, ReceiptBody};
use crate::campaign::{CampaignId, Serial, Shard};
use crate::jws::{SigningKeys, Typ};
use crate::ledger::{Fingerprint, Identity, KeyHash, Kind};
use crate::policy::Epochs;
use crate::time::Timestamp;

fn entry(kind: Kind, at: u64, order_ref: Option<&str>) -> Entry {
    Entry {
        seq: 258,
        serial: Serial::from_bytes([1; 12]),
        n: 0,
        kind,
        at: Timestamp::from_millis(at),
        by: Identity { shop: 7, till: 2, key: KeyHash::from_bytes([1; 16]) },
        fingerprint: Fingerprint::from_bytes([2; 16]),
        discount: Amount::from(2500),
        order_amount: Amount::from(3000),
        order_ref: order_ref.map(|text| text.to_owned().try_into().unwrap()),
        epochs: Epochs::default(),
        reversible_until: Timestamp::from_millis(1_770_437_045_123),
        chain: 12,
        offline_at: None,
        answer: 1,
    }
}

#[test]
fn a_receipt_is_pinned_word_for_word() {
    let shard = Shard::new(CampaignId::new(4, 1).unwrap(), 10).unwrap();
    let id = RedemptionId::new(shard, 258).unwrap();
    let redemption = entry(Kind::Redemption, 1_770_350_645_123, Some("账单 1"));
    let reversal = entry(Kind::Reversal, 1_770_350_700_999, None);
    let cny = "CNY".parse().unwrap();
    let keys = SigningKeys::parse("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    let signed = |reversal| {
        let receipt = Receipt::new(&id, cny, &redemption, reversal);
        let signed = ReceiptBody::sign(&receipt, &keys).receipt;
        let payload = keys.public().verify(Typ::Receipt, &signed).unwrap().payload;
        let read = Receipt::read(&payload).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), payload, "it reads back");
        payload
    };
    let plain = r#"{"iss":"coupon-edge","id":"R1.IAAAAQAKAAAAAAEC","campaign":536870913,"shop":7,"till":2,"redeemed_at":"2026-02-06T04:04:05.123Z","order_amount":3000,"discount":2500,"to_pay":500,"currency":"CNY","order_ref":"账单 1","status":"redeemed","iat":1770350645,"v":1}"#;
    assert_eq!(signed(None), plain);
    let reversed = plain
        .replace("\"redeemed\",", "\"reversed\",\"reversed_at\":\"2026-02-06T04:05:00.999Z\",")
        .replace("1770350645", "1770350700");
    assert_eq!(signed(Some(&reversal)), reversed);
    for (from, to) in [
        ("\"v\":1", "\"v\":2"),
        ("coupon-edge", "coupon"),
        ("\"v\":1", "\"v\":1,\"w\":1"),
        ("\"v\":1", "\"v\":1,\"v\":1"),
        ("\"redeemed\"", "\"void\""),
        ("500,\"cur", "-1,\"cur"),
    ] {
        assert!(Receipt::read(&plain.replace(from, to)).is_none(), "{to}");
    }
}

#[test]
fn p11_the_answers_are_pinned_word_for_word() {
    let shard = Shard::new(CampaignId::new(4, 1).unwrap(), 10).unwrap();
    let id = RedemptionId::new(shard, 258).unwrap();
    let redemption = entry(Kind::Redemption, 1_770_350_645_123, Some("账单 1"));
    let reversal = entry(Kind::Reversal, 1_770_350_700_000, None);
    let cny = "CNY".parse().unwrap();
    let body = |reversal| Answer::ok(&RedemptionBody::new(&id, cny, &redemption, reversal)).body;
    let plain = r#"{"id":"R1.IAAAAQAKAAAAAAEC","campaign":536870913,"shop":7,"till":2,"redeemed_at":"2026-02-06T04:04:05.123Z","order_amount":3000,"discount":2500,"to_pay":500,"currency":"CNY","order_ref":"账单 1","reversible_until":"2026-02-07T04:04:05.123Z"}"#;
    assert_eq!(body(None), plain);
    let reversed = plain.replace('}', r#","reversed_at":"2026-02-06T04:05:00.000Z"}"#);
    assert_eq!(body(Some(&reversal)), reversed);
    assert_eq!(Answer::written(Replay::First, &1).status, 201);
    let again = Answer::written(Replay::Again, &1);
    assert_eq!((again.status, again.headers.len()), (200, 1));
}
