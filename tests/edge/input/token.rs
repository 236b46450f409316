//! Texts that are no coupon.

use coupon_edge::campaign::CampaignId;
use coupon_edge::token::CouponFields;
use serde_json::json;

use crate::support::Edge;

#[test]
fn a_token_has_one_spelling() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let good = edge.issuer.fields();
    let token = edge.issuer.mint(good, 1);
    let body = &token[3..];
    let at = |index: usize, with: char| {
        let spelled = token.chars().enumerate();
        spelled.map(|(i, c)| if i == index { with } else { c }).collect::<String>()
    };
    let flipped = |index: usize| at(index, if token.as_bytes()[index] == b'A' { 'B' } else { 'A' });
    let forge = |fields, kid| edge.issuer.mint_anything(fields, kid);
    let campaign = |shards_log2, number| CouponFields {
        campaign: CampaignId::new(shards_log2, number).unwrap(),
        ..good
    };
    let (malformed, unknown, forged) = ("token-malformed", "token-unknown-key", "token-forged");
    assert_eq!(forge(good, 1), token, "by hand as by the library");

    let cases = [
        ("empty", String::new(), malformed, "exactly 71"),
        ("70 characters", token[..70].to_owned(), malformed, "exactly 71"),
        ("72 characters", format!("{token}A"), malformed, "exactly 71"),
        ("padding", format!("{token}="), malformed, "exactly 71"),
        ("padding in place", format!("{}=", &token[..70]), malformed, "base64url"),
        ("leading space", format!(" {token}"), malformed, "exactly 71"),
        ("trailing line feed", format!("{token}\n"), malformed, "exactly 71"),
        ("leading space in place", format!(" {}", &token[..70]), malformed, "begins with C1."),
        ("trailing space in place", format!("{} ", &token[..70]), malformed, "base64url"),
        ("a plus", at(40, '+'), malformed, "base64url"),
        ("a slash", at(40, '/'), malformed, "base64url"),
        ("a dot", at(40, '.'), malformed, "base64url"),
        ("NUL", at(40, '\0'), malformed, "base64url"),
        ("71 bytes, not all ASCII", format!("{}é", &token[..69]), malformed, "base64url"),
        ("71 wide characters", "茶".repeat(71), malformed, "exactly 71"),
        ("c1.", format!("c1.{body}"), malformed, "begins with C1."),
        ("C2.", format!("C2.{body}"), malformed, "begins with C1."),
        ("a till's key id", till.attributes.keyid(), malformed, "exactly 71"),
        ("an unknown kid", forge(good, 3), unknown, ""),
        ("kid 0", forge(good, 0), unknown, ""),
        ("kid 65535", forge(good, u16::MAX), unknown, ""),
        ("another campaign", forge(campaign(2, 2), 1), unknown, ""),
        ("other shards", forge(campaign(3, 1), 1), unknown, ""),
        ("a campaign that cannot be", format!("C1.AAH{}", "_".repeat(65)), unknown, ""),
        ("first character of the tag", flipped(51), forged, ""),
        ("last character of the tag", flipped(70), forged, ""),
        ("a serial changed", flipped(20), forged, ""),
        ("a value changed", flipped(30), forged, ""),
        ("a tag of zeros", format!("{}{}", &token[..50], "A".repeat(21)), forged, ""),
        ("a flag", forge(CouponFields { flags: 1, ..good }, 1), malformed, "sets flags"),
        ("all flags", forge(CouponFields { flags: 255, ..good }, 1), malformed, "sets flags"),
        ("no value", forge(CouponFields { value: 0, ..good }, 1), malformed, "worth nothing"),
        (
            "an empty window",
            forge(CouponFields { not_after: good.not_before, ..good }, 1),
            malformed,
            "window is empty",
        ),
        (
            "a window backwards",
            forge(CouponFields { not_after: 0, ..good }, 1),
            malformed,
            "window is empty",
        ),
    ];
    let mut answers = Vec::new();
    for (what, text, code, detail) in &cases {
        let cancel = json!({ "token": text, "redemption_key": "bill" });
        for answer in [
            till.redeem(text, "bill"),
            till.check(text),
            till.post("/v1/redemptions/cancel", Some("c"), &cancel).send(),
        ] {
            answer.assert_refusal(what, 422, code, detail);
            answers.push(answer);
        }
    }
    let answer = till.redeem(&token, "bill");
    assert_eq!(answer.status, 201, "{answer:?}");
    answers.push(answer);
    edge.audit(&answers, &[&till]);
}
