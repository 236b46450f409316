//! Somebody without a key tries to make the edge do, keep or tell something.

use coupon_edge::campaign::CampaignId;
use coupon_edge::token::CouponFields;

use crate::support::{Answer, Edge, Wire};

/// Each object that is called into being keeps a database that somebody pays for.
#[test]
fn no_object_is_made_by_whoever_has_no_coupon_and_no_signature() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let fields = edge.issuer.fields();
    let token = edge.issuer.mint(fields, 1);
    let of = |shards_log2, number| CouponFields {
        campaign: CampaignId::new(shards_log2, number).unwrap(),
        ..fields
    };
    let mut forged = token.clone();
    forged.replace_range(69.., if token.ends_with("AA") { "BB" } else { "AA" });
    for token in [
        forged,
        edge.issuer.mint(fields, 3),
        edge.issuer.mint(of(2, 9), 1),
        edge.issuer.mint(of(16, 1), 1),
    ] {
        for answer in [till.redeem(&token, "a"), till.check(&token), till.cancel(&token, "a")] {
            assert_eq!(answer.status, 422, "{answer:?}");
        }
    }
    // Redemptions of campaigns that are not live, and of a shard too many.
    for id in ["R1.EAAACQAAAAAAAAAB", "R1.gAAAAQAAAAAAAAAB", "R1.EAAAAQAEAAAAAAAB"] {
        assert_eq!((till.find(id).status, till.reverse(id, "r").status), (404, 404), "{id}");
    }
    let id = "R1.EAAAAQAAAAAAAAAB";
    let unsigned = |method: &str, path: &str| Wire::new(&edge, method, path).send(&edge).status;
    assert_eq!(unsigned("GET", &format!("/v1/redemptions/{id}")), 401);
    let mut tampered = till.redemption(&token, "a").wire();
    tampered.target.push_str("?x");
    assert_eq!(tampered.send(&edge).status, 401);
    assert_eq!(edge.ledger_files().len(), 0, "a stranger made an object");

    assert_eq!(till.redeem(&token, "a").status, 201);
    // That one, and soon those that the counters ask.
    assert!(!edge.ledger_files().is_empty());
}

#[test]
fn which_shops_tills_and_roots_there_are_is_not_told() {
    let mut issuer = crate::support::Issuer::new();
    issuer.shops.suspended_shops = vec![13];
    issuer.shops.retired_pos_roots = vec![1];
    let edge = Edge::start_with(issuer);
    let token = edge.issuer.coupon();
    // Real, suspended, unknown; under a root in use, a retired one, none. Signed with no secret.
    let mut texts = std::collections::BTreeMap::<String, Answer>::new();
    for shop in [7, 13, 4_000_000_000] {
        for root in [0, 1, 2, 15] {
            let mut till = edge.till(shop, 1);
            till.attributes.key_version = coupon_edge::till::KeyVersion::new(root, 5).unwrap();
            let mut stranger = till.redemption(&token, "a");
            stranger =
                stranger.header("Signature", "sig=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:");
            let answer = stranger.send();
            answer.assert_refusal("a stranger", 401, "signature-invalid", "does not match");
            texts.insert(answer.text.clone(), answer);
        }
    }
    assert_eq!(texts.len(), 1, "not the same bytes: {texts:#?}");
}
