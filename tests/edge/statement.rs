//! Statements: parcels reach the real object, shops ask for them through real HTTP.

mod days;
mod readers;

use coupon_edge::campaign::{CampaignId, Serial, Shard};
use coupon_edge::journal::{Origin, Parcel};
use coupon_edge::ledger::{Entry, Fingerprint, Identity, KeyHash, Kind};
use coupon_edge::money::Amount;
use coupon_edge::policy::Epochs;
use coupon_edge::statement::Bucket;
use coupon_edge::time::Timestamp;
use serde_json::{Value, json};

use crate::support::{Answer, Edge, Issuer, Till};

const SHOP: u32 = 7;
const DAY: &str = "2026-02-06";
/// The middle of that day, UTC.
const NOON: u64 = 1_770_379_200_000;

fn edge() -> Edge {
    Edge::fed(Issuer::new())
}

/// The statement of the till's shop on a day, with further parameters.
fn ask(till: &Till<'_>, further: &str) -> Answer {
    till.call("GET", &format!("/v1/shops/me/statement?day={DAY}{further}")).send()
}

/// An entry of the shop, so many seconds after noon as its number says.
fn entry(seq: u64, kind: Kind) -> Entry {
    let at = Timestamp::from_millis(NOON + seq * 1000);
    Entry {
        seq,
        serial: Serial::from_bytes([seq as u8; 12]),
        n: 0,
        kind,
        at,
        by: Identity { shop: SHOP, till: 2, key: KeyHash::from_bytes([1; 16]) },
        chain: 12,
        fingerprint: Fingerprint::from_bytes([2; 16]),
        discount: Amount::from(2500),
        order_amount: Amount::from(3000),
        order_ref: Some("账单 1".to_owned().try_into().unwrap()),
        epochs: Epochs { campaign: 1, shops: 1 },
        reversible_until: at,
        offline_at: None,
        answer: 1,
    }
}

/// What a shard sends: its entries after a number, up to the last of these.
fn parcel(campaign: CampaignId, shard: u32, after: u64, entries: Vec<Entry>) -> String {
    let shard = Shard::new(campaign, shard).unwrap();
    let origin = Origin { shard, currency: "CNY".parse().unwrap() };
    let until = entries.last().map_or(after, |entry| entry.seq);
    let complete = Timestamp::from_millis(NOON + 1_000_000 + u64::from(shard.index()));
    serde_json::to_string(&Parcel::new(origin, 1, (after, until), complete, entries)).unwrap()
}

fn bring(edge: &Edge, parcel: &str) -> Value {
    let (status, answer) = edge.feed(&Bucket::of(SHOP).object_name(), parcel);
    assert_eq!(status, 200, "{answer}");
    serde_json::from_str(&answer).unwrap()
}

/// Redemptions of the campaign's first shard.
fn redemptions(edge: &Edge, after: u64, until: u64) -> String {
    let entries = (after + 1..=until).map(|seq| entry(seq, Kind::Redemption)).collect();
    parcel(edge.issuer.campaign.campaign, 0, after, entries)
}

fn seqs(answer: &Answer) -> Vec<String> {
    let entries = answer.body["entries"].as_array().expect(&answer.text).iter();
    entries.map(|entry| entry["at"].as_str().unwrap()[17..19].to_owned()).collect()
}

#[test]
fn a_shop_reads_what_its_shards_brought_each_entry_once() {
    let edge = edge();
    let till = edge.till(SHOP, 1);
    let empty = ask(&till, "");
    assert_eq!(empty.status, 200, "{}", empty.text);
    assert_eq!(
        empty.body,
        json!({
            "shop": 7, "day": DAY, "time_zone": "UTC", "from": "2026-02-06T00:00:00.000Z",
            "until": "2026-02-07T00:00:00.000Z", "complete_until": null, "campaigns": [],
            "entries": [], "next_cursor": null,
        })
    );
    let campaign = edge.issuer.campaign.campaign;
    assert_eq!(bring(&edge, &redemptions(&edge, 2, 3)), json!({ "behind": { "has": 0 } }));
    for _ in 0..2 {
        assert_eq!(bring(&edge, &redemptions(&edge, 0, 3)), "taken");
    }
    let reversal = vec![entry(4, Kind::Reversal)];
    assert_eq!(bring(&edge, &parcel(campaign, 0, 3, reversal)), "taken");
    // A crash of the whole machine, in between the answer to the shard and the shop's question.
    edge.restart();
    assert_eq!(bring(&edge, &redemptions(&edge, 0, 3)), "taken");

    let answer = ask(&till, "");
    let [total] = &answer.body["campaigns"].as_array().unwrap()[..] else { panic!("{answer:?}") };
    let count = |count: u64| json!({ "count": count, "discount": count * 2500, "order_amount": count * 3000 });
    assert_eq!((&total["redeemed"], &total["reversed"]), (&count(3), &count(1)));
    assert_eq!((&total["net_discount"], &total["conflicts"]), (&json!(5000), &count(0)));
    assert_eq!(seqs(&answer), ["01", "02", "03", "04"]);
    assert_eq!(
        answer.body["entries"][3],
        json!({
            "id": "R1.EAAAAQAAAAAAAAAE", "kind": "reversal", "at": "2026-02-06T12:00:04.000Z",
            "till": 2, "campaign": campaign, "coupon": "BAQEBAQEBAQEBAQE", "currency": "CNY",
            "discount": 2500, "order_amount": 3000, "order_ref": "账单 1",
        })
    );
    assert_eq!(ask(&edge.till(SHOP + 1, 1), "").body["entries"], json!([]));
}

#[test]
fn it_says_how_fresh_it_is_when_every_shard_has_said_so() {
    let edge = edge();
    let till = edge.till(SHOP, 1);
    bring(&edge, &redemptions(&edge, 0, 1));
    let (ours, other) = (edge.issuer.campaign.campaign, edge.issuer.other.campaign);
    let campaigns = [ours, other, edge.issuer.offline.campaign];
    let of = |campaign: CampaignId| (0..campaign.shards()).map(move |shard| (campaign, shard));
    let mut shards: Vec<_> = campaigns.into_iter().flat_map(of).collect();
    let last = shards.pop().unwrap();
    for (campaign, shard) in shards.into_iter().skip(1) {
        bring(&edge, &parcel(campaign, shard, 0, Vec::new()));
    }
    let answer = ask(&till, "");
    assert_eq!(answer.body["complete_until"], Value::Null, "a shard has said nothing");
    assert_eq!(answer.body["campaigns"][0]["complete_until"], "2026-02-06T12:16:40.000Z");
    bring(&edge, &parcel(last.0, last.1, 0, Vec::new()));
    assert_eq!(ask(&till, "").body["complete_until"], "2026-02-06T12:16:40.000Z");
}

#[test]
fn pages_follow_on_one_another_and_a_cursor_is_of_one_statement() {
    let edge = edge();
    let till = edge.till(SHOP, 1);
    bring(&edge, &redemptions(&edge, 0, 5));
    let first = ask(&till, "&limit=2");
    let cursor = first.body["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(seqs(&first), ["01", "02"]);
    bring(&edge, &redemptions(&edge, 5, 6));
    let second = ask(&till, &format!("&cursor={cursor}&limit=3"));
    assert_eq!(seqs(&second), ["03", "04", "05"]);
    let cursor = second.body["next_cursor"].as_str().unwrap().to_owned();
    let third = ask(&till, &format!("&cursor={cursor}"));
    assert_eq!((seqs(&third), &third.body["next_cursor"]), (vec!["06".to_owned()], &Value::Null));
    assert_eq!(third.body["campaigns"], ask(&till, "").body["campaigns"], "of the whole day");

    let other_day =
        till.call("GET", &format!("/v1/shops/me/statement?day=2026-02-05&cursor={cursor}"));
    let other_zone = ask(&till, &format!("&cursor={cursor}&tz=Asia/Shanghai"));
    let other_shop = ask(&edge.till(SHOP + 1, 1), &format!("&cursor={cursor}"));
    for refused in [other_day.send(), other_zone, other_shop] {
        assert_eq!(refused.code(), "malformed-request");
        assert_eq!(
            refused.body["detail"],
            "cursor: it belongs to the statement of another shop or day"
        );
    }
}

#[test]
fn what_is_no_parcel_is_not_taken_and_leaves_the_object_well() {
    let edge = edge();
    let name = Bucket::of(SHOP).object_name();
    let good = redemptions(&edge, 0, 1);
    for wrong in ["", "{}", &good.replacen("\"v\":1", "\"v\":2", 1), &good[1..]] {
        let (status, answer) = edge.feed(&name, wrong);
        assert_eq!((status, answer.contains("not a parcel")), (500, true), "{wrong}: {answer}");
    }
    assert_eq!(bring(&edge, &good), "taken");
    assert_eq!(seqs(&ask(&edge.till(SHOP, 1), "")), ["01"]);
}

#[test]
fn it_takes_get_and_its_relatives_and_is_signed() {
    let edge = edge();
    let till = edge.till(SHOP, 1);
    let path = format!("/v1/shops/me/statement?day={DAY}");
    let head = till.call("HEAD", &path).send();
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    let options = till.call("OPTIONS", &path).send();
    assert_eq!((options.status, options.header("allow")), (204, Some("GET, HEAD, OPTIONS")));
    assert_eq!(till.call("GET", &path).header("Signature", "").send().code(), "signature-missing");
    assert_eq!(till.call("POST", &path).send().code(), "method-not-allowed");
}
