//! Coupons of version 2, of which the edge has the public key alone.

use coupon_edge::base64url;
use coupon_edge::secret::{Key, Root};
use coupon_edge::token::{Coupon, CouponFields, CouponKey, KeyId};

use crate::support::{Edge, issuer_root, item};

#[test]
fn a_signed_coupon_is_redeemed_once_and_given_back_like_any_other() {
    let edge = Edge::start();
    let (till, elsewhere) = (edge.till(7, 1), edge.till(8, 1));
    let coupon = edge.issuer.offline_coupon();
    assert_eq!(coupon.len(), 135);
    let checked = till.check(&coupon);
    assert_eq!((checked.status, &checked.body["discount"]), (200, &2500.into()));

    let redeemed = till.redeem(&coupon, "bill");
    assert_eq!(redeemed.status, 201, "{redeemed:?}");
    assert_eq!(redeemed.body["campaign"], edge.issuer.offline.campaign.get());
    let replayed = till.redeem(&coupon, "bill");
    assert_eq!((replayed.status, &replayed.text), (200, &redeemed.text));
    let refused = elsewhere.redeem(&coupon, "bill");
    refused.assert_refusal("used", 409, "already-redeemed", "");

    let reversed = till.reverse(redeemed.body["id"].as_str().unwrap(), "undo");
    assert_eq!(reversed.status, 201, "{reversed:?}");
    let again = elsewhere.redeem(&coupon, "again");
    assert_eq!(again.status, 201, "{again:?}");
    let cancelled = elsewhere.cancel(&coupon, "again");
    assert_eq!(cancelled.body["outcome"], "reversed", "{cancelled:?}");

    let answers = [checked, redeemed, replayed, refused, reversed, again, cancelled];
    edge.audit(&answers, &[&till, &elsewhere]);
}

/// The same coupon, by every key that is not the issuer's for it.
#[test]
fn a_forged_coupon_and_one_of_the_other_version_are_refused() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let (issuer, campaign) = (&edge.issuer, edge.issuer.offline.campaign);
    let fields = CouponFields { campaign, ..issuer.fields() };
    let mint = |key: &CouponKey| Coupon::new(fields).unwrap().mint(key).unwrap();
    let good = mint(&issuer.offline_key(1));
    let flipped = |at: usize| {
        let mut bytes: [u8; 99] = base64url::decode(&good[3..]).unwrap();
        bytes[at] ^= 1;
        format!("C2.{}", base64url::encode(&bytes))
    };

    let id = KeyId { campaign, kid: 1 };
    let foreign = CouponKey::derive_signing(&Root::from_bytes([2; 32]), id);
    let public = issuer.offline_key(1).public().unwrap().to_string();
    let public = Key::parse(public.strip_prefix("ed25519:").unwrap()).unwrap();
    let of_version_1 = KeyId { campaign: issuer.campaign.campaign, kid: 1 };
    let signing = CouponKey::derive_signing(&issuer_root(), of_version_1);
    let signed = Coupon::new(issuer.fields()).unwrap().mint(&signing).unwrap();

    let (unknown, forged) = ("token-unknown-key", "token-forged");
    let mut answers = Vec::new();
    for (what, token, code) in [
        ("another issuer's signature", mint(&foreign), forged),
        ("its serial changed", flipped(6), forged),
        ("its value changed", flipped(21), forged),
        ("R changed", flipped(35), forged),
        ("S changed", flipped(67), forged),
        ("no such kid", mint(&issuer.offline_key(2)), unknown),
        ("version 1 under a kid of version 2", issuer.mint(fields, 1), unknown),
        ("a tag by the public key", mint(&CouponKey::new(id, &public)), unknown),
        ("version 2 under a kid of version 1", signed, unknown),
        ("cut to the length of version 1", good[..71].to_owned(), "token-malformed"),
        ("under the prefix of version 1", good.replacen("C2.", "C1.", 1), "token-malformed"),
    ] {
        let answer = till.redeem(&token, "bill");
        answer.assert_refusal(what, 422, code, "");
        answers.push(answer);
    }
    let answer = till.redeem(&good, "bill");
    assert_eq!(answer.status, 201, "{answer:?}");
    answers.push(answer);
    edge.audit(&answers, &[&till]);
}

#[test]
fn a_batch_mixes_both_versions() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let (short, long) = (edge.issuer.coupon(), edge.issuer.offline_coupon());
    let mut forged = edge.issuer.offline_coupon();
    let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
    forged.push(last);
    let items = [item(&long, "a"), item(&short, "a"), item(&long, "b"), item(&forged, "c")];
    let codes = till.batch(&items).send().result_codes();
    assert_eq!(codes, ["201", "201", "already-redeemed", "token-forged"]);
}
