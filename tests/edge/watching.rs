//! The counters that an operator watches: exact, whatever fails, and for operators alone.

use coupon_edge::cli::local::R2Trouble;
use coupon_edge::operator::TokenHash;
use coupon_edge::till::Till as Attributes;

use crate::support::{Edge, Issuer, Metrics, Till, item, operator_token};

const CAMPAIGN: &str = "campaign=\"268435457\"";

fn of_chain(edge: &Edge, chain: u16) -> Till<'_> {
    Till::new(edge, Attributes { chain, ..edge.issuer.credential(7, 3) })
}

fn entries(metrics: &Metrics, chain: u16, kind: &str) -> u64 {
    let name = format!("coupon_entries_total{{{CAMPAIGN},chain=\"{chain}\",kind=\"{kind}\"}}");
    metrics.find(&name).unwrap_or(0)
}

fn redeemed(edge: &Edge, count: u64) -> Metrics {
    Metrics::when(edge, "redemptions", |metrics| {
        let found = entries(metrics, 7, "redemption");
        assert!(found <= count, "{found} of {count}");
        found == count
    })
}

#[test]
fn what_was_redeemed_reversed_and_refused_is_counted_exactly() {
    let edge = Edge::start();
    assert_eq!(edge.issuer.campaign.campaign.get(), 268_435_457);
    let till = of_chain(&edge, 7);
    let coupons: Vec<_> = (0..5).map(|_| edge.issuer.coupon()).collect();
    for (bill, coupon) in coupons.iter().enumerate() {
        let answer = till.redeem(coupon, &format!("bill-{bill}"));
        assert_eq!(answer.status, 201, "{answer:?}");
        if bill == 0 {
            assert_eq!(till.reverse(&answer.id(), "undo").status, 201);
        }
    }
    // A replay is no second redemption.
    assert_eq!(till.redeem(&coupons[4], "bill-4").status, 200);
    for bill in ["another", "a third"] {
        assert_eq!(till.redeem(&coupons[1], &bill.replace(' ', "-")).code(), "already-redeemed");
    }
    assert_eq!(till.redeem("C1.nonsense", "x").code(), "token-malformed");
    let batch = till.batch(&[item(&coupons[1], "a"), item("C1.nonsense", "b")]).send();
    assert_eq!(batch.result_codes(), ["already-redeemed", "token-malformed"]);
    // A stranger who says that he is of chain 9, with a coupon of the campaign.
    let stranger = of_chain(&edge, 9);
    let forged = stranger.redemption(&coupons[2], "y").header("Signature", "sig=:AAAA:");
    assert_eq!(forged.send().code(), "signature-invalid");

    let metrics = redeemed(&edge, 5);
    Metrics::when(&edge, "the reversal", |metrics| entries(metrics, 7, "reversal") == 1);
    let discount =
        format!("coupon_discount_minor_units_total{{{CAMPAIGN},chain=\"7\",kind=\"redemption\"}}");
    assert_eq!(metrics.find(&discount), Some(5 * 2500));
    let refusals = [
        (r#"{campaign="0",chain="0",code="signature-invalid"}"#, 1),
        (r#"{campaign="0",chain="7",code="token-malformed"}"#, 2),
        (r#"{campaign="268435457",chain="7",code="already-redeemed"}"#, 3),
    ];
    let metrics =
        Metrics::when(&edge, "refusals", |it| it.all("coupon_refusals_total") == refusals);
    for campaign in ["0", "268435457", "134217730", "134217731"] {
        assert_eq!(metrics.find(&format!("coupon_up{{campaign=\"{campaign}\"}}")), Some(1));
    }
}

#[test]
fn counts_stay_exact_when_the_edge_dies() {
    let edge = Edge::start();
    let mut count = 0;
    for round in 0..5 {
        for bill in 0..3 {
            let key = format!("bill-{round}-{bill}");
            assert_eq!(of_chain(&edge, 7).redeem(&edge.issuer.coupon(), &key).status, 201);
            count += 1;
        }
        if round % 2 == 1 {
            redeemed(&edge, count);
        }
        edge.restart();
    }
    redeemed(&edge, count);
    // Nobody redeems any more: what the counters forgot they ask for.
    edge.restart();
    Metrics::when(&edge, "all shards", |it| {
        it.find(&format!("coupon_shards_heard_of{{{CAMPAIGN}}}")) == Some(4)
    });
    redeemed(&edge, count);
}

#[test]
fn a_backlog_grows_while_the_archive_is_away_and_goes_when_it_is_back() {
    let edge = Edge::start();
    let archive = |metrics: &Metrics, name: &str| {
        metrics.find(&format!("{name}{{{CAMPAIGN},consumer=\"archive\"}}"))
    };
    edge.archive.set_trouble(R2Trouble::Fails);
    for bill in 0..4 {
        let key = format!("bill-{bill}");
        assert_eq!(of_chain(&edge, 7).redeem(&edge.issuer.coupon(), &key).status, 201);
    }
    Metrics::when(&edge, "a backlog", |it| archive(it, "coupon_backlog_entries") == Some(4));
    Metrics::when(&edge, "its age", |it| archive(it, "coupon_backlog_age_seconds") >= Some(2));
    redeemed(&edge, 4);
    edge.archive.set_trouble(R2Trouble::None);
    let metrics =
        Metrics::when(&edge, "no backlog", |it| archive(it, "coupon_backlog_entries") == Some(0));
    assert_eq!(archive(&metrics, "coupon_backlog_age_seconds"), Some(0));
}

#[test]
fn a_campaign_is_complete_once_every_shard_was_asked() {
    let edge = Edge::start();
    let before = Metrics::of(&edge);
    assert_eq!(before.all("coupon_complete_until_timestamp_seconds"), []);
    let began = u64::from(crate::support::now_s());
    assert_eq!(of_chain(&edge, 7).redeem(&edge.issuer.coupon(), "bill").status, 201);
    let complete =
        format!("coupon_complete_until_timestamp_seconds{{{CAMPAIGN},consumer=\"counters\"}}");
    let metrics = Metrics::when(&edge, "completeness", |it| it.find(&complete).is_some());
    assert_eq!(metrics.find(&format!("coupon_shards_heard_of{{{CAMPAIGN}}}")), Some(4));
    assert_eq!(metrics.find(&format!("coupon_shards{{{CAMPAIGN}}}")), Some(4));
    assert!(metrics.find(&complete) >= Some(began), "{metrics:?}");
}

#[test]
fn nobody_reads_the_counters_without_an_operators_token() {
    let edge = Edge::start();
    let token = operator_token();
    let hash = TokenHash::of(&token).to_string();
    let wrong = [format!("Bearer {hash}"), format!("Bearer {token}x"), format!("Basic {token}")];
    let wrong = wrong.iter().map(String::as_str).map(Some);
    for authorization in [None, Some("Bearer "), Some(token.as_str())].into_iter().chain(wrong) {
        let (status, text) = edge.metrics(authorization);
        assert_eq!(status, 401, "{authorization:?}");
        assert!(!text.contains("coupon_"), "{text}");
    }
    // A till's signature shows no operator, and an operator's token no till.
    let till = edge.till(7, 3);
    let answer = till.call("GET", "/v1/ops/metrics").send();
    assert_eq!((answer.status, answer.code().as_str()), (401, "signature-missing"));
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    assert_eq!(answer.header("accept-signature"), None);
    let bearer = format!("Bearer {token}");
    let unsigned = till.redemption(&edge.issuer.coupon(), "bill");
    let unsigned = unsigned.header("Signature", "").header("Signature-Input", "");
    let answer = unsigned.header("Authorization", &bearer).send();
    assert_eq!((answer.status, answer.code().as_str()), (401, "signature-missing"));
    assert_eq!(answer.header("www-authenticate"), Some("Signature"));

    let call =
        |method: &str| till.call(method, "/v1/ops/metrics").header("Authorization", &bearer).send();
    let answer = call("GET");
    assert_eq!(
        answer.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    assert_eq!(call("OPTIONS").header("allow"), Some("GET, HEAD, OPTIONS"));
    assert_eq!((call("HEAD").status, call("HEAD").text.as_str()), (200, ""));
    assert_eq!(call("DELETE").status, 405);
    assert!(!edge.log().iter().any(|line| line.contains(&token) || line.contains(&hash)));
}

#[test]
fn without_tokens_at_the_edge_nobody_is_an_operator() {
    let edge = Edge::start();
    let bearer = format!("Bearer {}", operator_token());
    assert_eq!(edge.metrics(Some(&bearer)).0, 200);
    let others = |value: Option<&str>| {
        let mut bindings = Issuer::new().bindings(edge.port);
        bindings.retain(|(name, _)| name != "OPS_KEYS");
        bindings.extend(value.map(|it| ("OPS_KEYS".to_owned(), it.to_owned())));
        bindings
    };
    let another = TokenHash::of("another").to_string();
    for value in [None, Some("none"), Some("damaged"), Some(another.as_str())] {
        edge.restart_with(&others(value));
        assert_eq!(edge.metrics(Some(&bearer)).0, 401, "{value:?}");
        // The tills do not notice.
        assert_eq!(edge.till(7, 3).check(&edge.issuer.coupon()).status, 200, "{value:?}");
    }
    let both = format!("{another},{}", TokenHash::of(&operator_token()));
    edge.restart_with(&others(Some(&both)));
    assert_eq!(edge.metrics(Some(&bearer)).0, 200);
}
