//! Policies: what reaches coupons that are already out, what is not taken, and what happens while
//! KV is away.

use std::time::{Duration, Instant};

use coupon_edge::policy::{Extension, KeyMinimum, SerialRange};
use coupon_edge::time::Timestamp;
use coupon_edge::token::CouponFields;

use crate::support::{Edge, Issuer, KvMode, now_s};

const DAY: u32 = 86_400;

#[test]
fn an_extension_and_a_wider_scope_reach_coupons_that_are_already_out() {
    let mut issuer = Issuer::new();
    let expired = |issuer: &Issuer| CouponFields { not_after: now_s() - 60, ..issuer.fields() };
    let by_kid = issuer.mint(expired(&issuer), 2);
    let in_range = expired(&issuer);
    let out_of_range = issuer.mint(expired(&issuer), 1);
    let elsewhere = issuer.mint(CouponFields { scope: 0b100, ..issuer.fields() }, 1);
    let in_range_token = issuer.mint(in_range, 1);

    let mut edge = Edge::start_with(issuer);
    let till = edge.till(7, 1);
    for token in [&by_kid, &in_range_token, &out_of_range] {
        assert_eq!(till.redeem(token, "a").code(), "expired");
    }
    assert_eq!(till.redeem(&elsewhere, "a").code(), "out-of-scope");

    issuer = Issuer::new();
    let until = Timestamp::from_seconds(now_s() + DAY);
    let range = SerialRange { first: in_range.serial, last: in_range.serial };
    issuer.campaign.extensions = vec![
        Extension { until, kids: Some(vec![2]), serials: None },
        Extension { until, kids: None, serials: Some(range) },
    ];
    issuer.campaign.widen_scope = 0b001;
    issuer.campaign.epoch = 2;
    edge.issuer = issuer;
    edge.publish();
    edge.restart();
    let till = edge.till(7, 1);
    for token in [&by_kid, &in_range_token, &elsewhere] {
        let redeemed = till.redeem(token, "a");
        assert_eq!(redeemed.status, 201, "{}", redeemed.text);
    }
    assert_eq!(till.redeem(&out_of_range, "a").code(), "expired");
}

#[test]
fn shops_are_suspended_and_credentials_replaced_for_all_campaigns() {
    let mut issuer = Issuer::new();
    issuer.shops.suspended_shops = vec![8];
    issuer.shops.minimum_key_issues = vec![KeyMinimum { shop: 9, issue: 6 }];
    let edge = Edge::start_with(issuer);
    let token = edge.issuer.coupon();
    assert_eq!(edge.till(8, 1).redeem(&token, "a").code(), "shop-suspended");
    assert_eq!(edge.till(9, 1).redeem(&token, "a").code(), "signature-invalid");
    assert_eq!(edge.till(7, 1).redeem(&token, "a").status, 201);
}

#[test]
fn without_a_policy_in_force_nothing_is_guessed() {
    let edge = Edge::start();
    edge.set_kv(KvMode::Down);
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let busy = till.redeem(&token, "a");
    assert_eq!((busy.status, busy.code().as_str()), (503, "busy"));
    assert_eq!(busy.header("retry-after"), Some("1"));
    assert_eq!(busy.body["retryable"], true);
    edge.set_kv(KvMode::Up);
    assert_eq!(till.redeem(&token, "a").status, 201, "the same key once KV is back");
}

#[test]
fn while_kv_is_away_what_is_in_memory_goes_on_until_valid_until() {
    let mut issuer = Issuer::new();
    let end = now_s() + 12;
    issuer.campaign.valid_until = Timestamp::from_seconds(end);
    let edge = Edge::start_with(issuer);
    let till = edge.till(7, 1);
    assert_eq!(till.redeem(&edge.issuer.coupon(), "a").status, 201);
    edge.set_kv(KvMode::Down);
    let mut redeemed = 0;
    loop {
        let answer = till.redeem(&edge.issuer.coupon(), "a");
        if answer.status == 503 {
            break;
        }
        assert_eq!(answer.status, 201, "{}", answer.text);
        redeemed += 1;
    }
    assert!(redeemed > 0 && now_s() >= end, "{redeemed} until {} s before the end", end - now_s());
}

#[test]
fn p12_a_shard_that_has_seen_a_newer_policy_makes_the_worker_refresh_or_give_up() {
    let mut issuer = Issuer::new();
    issuer.campaign.epoch = 5;
    let mut edge = Edge::start_with(issuer);
    // One coupon for every later call, so that it is the same shard each time.
    let fields = edge.issuer.fields();
    let token = edge.issuer.mint(fields, 1);
    assert_eq!(edge.till(7, 1).redeem(&token, "a").status, 201);

    // KV somewhere still gives an older document: correctly signed, so a new instance takes it.
    edge.issuer.campaign.epoch = 4;
    edge.publish();
    edge.restart();
    let stale = edge.till(8, 1).redeem(&token, "b");
    assert_eq!((stale.status, stale.code().as_str()), (503, "busy"), "{}", stale.text);

    // The next one arrives in KV; what is in memory is still fresh, and the shard knows better.
    edge.issuer.campaign.epoch = 6;
    edge.publish();
    let refreshed = edge.till(8, 1).redeem(&token, "b");
    assert_eq!(refreshed.code(), "already-redeemed", "{}", refreshed.text);
}

#[test]
fn a_tampered_older_or_foreign_policy_is_not_taken_and_the_last_good_one_stays() {
    let mut edge = Edge::start();
    edge.issuer.campaign.epoch = 7;
    edge.publish();
    let till = edge.till(7, 1);
    assert_eq!(till.check(&edge.issuer.coupon()).status, 200);

    let (key, good) = edge.issuer.signed_campaign();
    let mut older = Issuer::new();
    (older.campaign.epoch, older.campaign.paused) = (6, true);
    let (_, older) = older.signed_campaign();
    let mut foreign = Issuer::new();
    foreign.campaign.campaign = coupon_edge::campaign::CampaignId::new(2, 9).unwrap();
    (foreign.campaign.epoch, foreign.campaign.paused) = (9, true);
    let (_, foreign) = foreign.signed_campaign();
    let mut dearer = Issuer::new();
    (dearer.campaign.epoch, dearer.campaign.currency) = (9, "JPY".parse().unwrap());
    let (_, dearer) = dearer.signed_campaign();

    for (text, why) in [
        (good.replace("\"paused\":false", "\"paused\":true"), "signature"),
        (older, "lower than"),
        (foreign, "signature"),
        (dearer, "`currency` can never change"),
        ("hello".to_owned(), "signature"),
    ] {
        edge.put(&key, &text);
        // The instance asks KV behind some request, once its copy is 30 s old.
        let refused = || {
            let log = edge.log();
            let lines = log.iter().filter(|line| line.contains("policy-not-taken"));
            lines.filter(|line| line.contains(why)).count()
        };
        let (before, deadline) = (refused(), Instant::now() + Duration::from_secs(60));
        while refused() == before {
            assert!(Instant::now() < deadline, "never asked for: {why}");
            let answer = till.check(&edge.issuer.coupon());
            assert_eq!(answer.status, 200, "the last good one stays: {}", answer.text);
        }
    }
}

#[test]
fn a_pause_takes_effect_within_the_time_we_state() {
    let mut edge = Edge::start();
    assert_eq!(edge.till(7, 1).redeem(&edge.issuer.coupon(), "first").status, 201);
    edge.issuer.campaign.paused = true;
    edge.issuer.campaign.epoch = 2;
    edge.publish();
    let published = Instant::now();
    let mut last = Duration::ZERO;
    let till = edge.till(7, 1);
    loop {
        let answer = till.redeem(&edge.issuer.coupon(), "a");
        match answer.code().as_str() {
            "201" => last = published.elapsed(),
            "campaign-paused" => break,
            code => panic!("{code}"),
        }
        assert!(published.elapsed() < Duration::from_secs(120));
    }
    println!("from publishing a pause to the last redemption: {:.1} s", last.as_secs_f64());
}
