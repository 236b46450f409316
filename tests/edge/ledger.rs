//! The life of a coupon: redeemed, replayed, refused, reversed, cancelled.

use crate::support::Edge;

#[test]
fn a_coupon_is_redeemed_once() {
    let edge = Edge::start();
    let (here, there) = (edge.till(7, 1), edge.till(8, 1));
    let token = edge.issuer.coupon();

    let checked = here.check(&token);
    assert_eq!(checked.status, 200, "{}", checked.text);
    assert_eq!(checked.body["redeemable"], true);

    let redeemed = here.redeem(&token, "bill-1");
    assert_eq!(redeemed.status, 201, "{}", redeemed.text);
    assert_eq!(redeemed.body["discount"], 2500);
    assert_eq!(redeemed.body["to_pay"], 500);
    assert_eq!(redeemed.header("idempotency-replayed"), None);

    let again = here.redeem(&token, "bill-1");
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, Some("true")));
    assert_eq!(again.text, redeemed.text, "word for word");

    let elsewhere = there.redeem(&token, "bill-1");
    assert_eq!((elsewhere.status, elsewhere.code()), (409, "already-redeemed".to_owned()));
    assert_eq!(elsewhere.body["redeemed_at"], redeemed.body["redeemed_at"]);
    assert_eq!(elsewhere.body.get("till"), None, "only the same shop learns the till");
}
