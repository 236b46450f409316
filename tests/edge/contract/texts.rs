//! The exact text of answers: what tills were written against. Times and ids are checked for their
//! form, and then stand as `<time>`, `<local>` and `<id>`.

use coupon_edge::policy::{Revoked, TillRef};
use coupon_edge::time::{Timestamp, UtcOffset};
use coupon_edge::token::CouponFields;
use serde_json::json;

use crate::support::{Edge, Issuer, now_s, order};

/// Puts a mark in the place of each time and id.
fn masked(text: &str) -> String {
    let forms = [
        ("0000-00-00T00:00:00.000Z", "<time>"),
        ("0000-00-00 00:00", "<local>"),
        ("R1.****************", "<id>"),
    ];
    let mut rest = text;
    let mut out = String::new();
    while let Some(next) = rest.chars().next() {
        let form = forms.iter().find(|(form, _)| {
            let fits = |(have, form): (char, char)| match form {
                '0' => have.is_ascii_digit(),
                '*' => have.is_ascii_alphanumeric() || "-_".contains(have),
                other => have == other,
            };
            rest.is_char_boundary(form.len().min(rest.len()))
                && rest.len() >= form.len()
                && rest.chars().zip(form.chars()).all(fits)
        });
        let (mark, length) = match form {
            Some((form, mark)) => ((*mark).to_owned(), form.len()),
            None => (next.to_string(), next.len_utf8()),
        };
        out.push_str(&mark);
        rest = &rest[length..];
    }
    out
}

#[test]
fn only_times_and_ids_are_masked() {
    let text =
        "at 2026-02-06T04:04:05.123Z，2026-02-06 12:04 R1.IAAAAQAKAAAAAAEC 2026-02-06T04:04Z";
    assert_eq!(masked(text), "at <time>，<local> <id> 2026-02-06T04:04Z");
}

fn time(text: &serde_json::Value) -> Timestamp {
    Timestamp::parse_rfc3339(text.as_str().unwrap()).unwrap()
}

#[test]
fn answers_are_these_words() {
    let edge = Edge::start();
    let till = edge.till(7, 3);
    let token = edge.issuer.coupon();

    let check = till.check(&token);
    assert_eq!(
        masked(&check.text),
        r#"{"redeemable":true,"campaign":268435457,"name":"奶茶 25","value":2500,"currency":"CNY","minimum_spend":0,"valid_until":"<time>","discount":2500,"to_pay":500}"#
    );
    let check = till.post("/v1/coupons/check", None, &json!({ "token": token })).send();
    assert_eq!(
        masked(&check.text),
        r#"{"redeemable":true,"campaign":268435457,"name":"奶茶 25","value":2500,"currency":"CNY","minimum_spend":0,"valid_until":"<time>"}"#
    );

    let body = json!({ "token": token, "order_amount": 3000, "currency": "CNY", "order_ref": "账单 \"42\"" });
    let redeemed = till.post("/v1/redemptions", Some("bill"), &body).send();
    assert_eq!(redeemed.status, 201);
    assert_eq!(
        masked(&redeemed.text),
        r#"{"id":"<id>","campaign":268435457,"shop":7,"till":3,"redeemed_at":"<time>","order_amount":3000,"discount":2500,"to_pay":500,"currency":"CNY","order_ref":"账单 \"42\"","reversible_until":"<time>"}"#
    );
    let at = time(&redeemed.body["redeemed_at"]);
    assert!(at.seconds().abs_diff(now_s().into()) < 60);
    assert_eq!(time(&redeemed.body["reversible_until"]), at.plus_seconds(3600));

    let again = till.post("/v1/redemptions", Some("bill"), &body).send();
    assert_eq!((again.status, &again.text), (200, &redeemed.text), "word for word");
    assert_eq!(till.find(&redeemed.id()).text, redeemed.text, "word for word");

    let reversed = till.reverse(&redeemed.id(), "undo");
    assert_eq!(reversed.status, 201);
    let undone =
        redeemed.text.replace('}', &format!(",\"reversed_at\":{}}}", reversed.body["reversed_at"]));
    assert_eq!(reversed.text, undone, "the redemption, and when it was undone");
    assert_eq!(masked(&reversed.body["reversed_at"].to_string()), "\"<time>\"");
    let again = till.reverse(&redeemed.id(), "undo-again");
    assert_eq!((again.status, &again.text), (200, &reversed.text), "word for word");
    assert_eq!(till.find(&redeemed.id()).text, reversed.text, "word for word");

    let cancelled = till.cancel(&token, "bill");
    let wrapped = format!("{{\"outcome\":\"reversed\",\"redemption\":{}}}", reversed.text);
    assert_eq!((cancelled.status, cancelled.text), (200, wrapped), "it was undone before");
    let token = edge.issuer.coupon();
    assert_eq!(till.redeem(&token, "bill").status, 201);
    let cancelled = till.cancel(&token, "bill");
    assert_eq!(cancelled.status, 201);
    assert_eq!(
        masked(&cancelled.text),
        r#"{"outcome":"reversed","redemption":{"id":"<id>","campaign":268435457,"shop":7,"till":3,"redeemed_at":"<time>","order_amount":3000,"discount":2500,"to_pay":500,"currency":"CNY","reversible_until":"<time>","reversed_at":"<time>"}}"#
    );
    let voided = till.cancel(&token, "never-sent");
    assert_eq!(voided.status, 201);
    assert_eq!(
        masked(&voided.text),
        r#"{"outcome":"voided","campaign":268435457,"shop":7,"till":3,"voided_at":"<time>"}"#
    );
    let again = till.cancel(&token, "never-sent");
    assert_eq!((again.status, again.text), (200, voided.text), "word for word");
}

#[test]
fn the_discount_is_at_most_the_order() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    for (amount, discount, to_pay) in [(1, 1, 0), (2499, 2499, 0), (2500, 2500, 0), (2501, 2500, 1)]
    {
        let mut body = order(&edge.issuer.coupon());
        body["order_amount"] = json!(amount);
        let checked = till.post("/v1/coupons/check", None, &body).send();
        let redeemed = till.post("/v1/redemptions", Some("bill"), &body).send();
        for answer in [checked, redeemed] {
            assert_eq!(answer.body["discount"], discount, "{}", answer.text);
            assert_eq!(answer.body["to_pay"], to_pay, "{}", answer.text);
        }
    }
}

#[test]
fn problems_are_these_words() {
    let mut issuer = Issuer::new();
    issuer.campaign.minimum_spend = 100_u32.into();
    issuer.campaign.revoked = Revoked { kids: vec![2], ..Revoked::default() };
    issuer.shops.suspended_tills = vec![TillRef { shop: 7, till: 9 }];
    let edge = Edge::start_with(issuer);
    let (till, elsewhere) = (edge.till(7, 3), edge.till(8, 1));
    let fields = |edit: fn(&mut CouponFields)| {
        let mut fields = edge.issuer.fields();
        edit(&mut fields);
        edge.issuer.mint(fields, 1)
    };
    let token = edge.issuer.coupon();
    let with = |field: &str, value: serde_json::Value| {
        let mut body = order(&token);
        body[field] = value;
        till.post("/v1/redemptions", Some("k"), &body).send()
    };
    let used = edge.issuer.coupon();
    let first = till.redeem(&used, "bill");
    let reversed = edge.issuer.coupon();
    till.reverse(&till.redeem(&reversed, "bill").id(), "undo");
    let software = r#""message":{"en":"The till's software made a mistake. Call technical support.","zh-Hans":"收银系统出错，请联系技术支持。"},"retryable":false"#;

    let cases = [
        (till.find("R1.EAAAAQAAAAAAAP__"), r#"{"code":"not-found","fix":"integrator","message":{"en":"There is no such redemption.","zh-Hans":"找不到这笔用券记录。"},"retryable":false,"status":404,"title":"There is no such path, or this shop has no such redemption.","type":"/docs#not-found"}"#.to_owned()),
        (till.call("PUT", "/v1/redemptions").send(), format!(r#"{{"code":"method-not-allowed","fix":"integrator",{software},"status":405,"title":"The path does not take this method.","type":"/docs#method-not-allowed"}}"#)),
        (till.redemption(&token, "k").header("Signature", "").send(), format!(r#"{{"code":"signature-missing","fix":"integrator",{software},"status":401,"title":"The request carries no signature with the tag coupon-pos.","type":"/docs#signature-missing"}}"#)),
        (till.redemption(&token, "k").header("Signature", "sig=::").send(), format!(r#"{{"code":"signature-invalid","detail":"an hmac-sha256 signature is 32 bytes","fix":"integrator",{software},"status":401,"title":"The request's signature is not valid.","type":"/docs#signature-invalid"}}"#)),
        (till.redemption(&token, "k").clock(-400).send(), r#"{"code":"signature-stale","edge_time":"<time>","fix":"integrator","message":{"en":"The till's clock is wrong. Set the time and try again.","zh-Hans":"收银机时间不准，请校准时间后重试。"},"retryable":true,"status":401,"title":"The till's clock is more than 300 s off, or the signature has expired: sign again.","type":"/docs#signature-stale"}"#.to_owned()),
        (edge.till(7, 9).redeem(&token, "k"), r#"{"code":"shop-suspended","fix":"operator","message":{"en":"This shop or till is suspended. Contact the campaign.","zh-Hans":"本店或本收银台已暂停用券，请联系活动方。"},"retryable":false,"status":403,"title":"The shop or the till is suspended.","type":"/docs#shop-suspended"}"#.to_owned()),
        (with("tip", json!(1)), format!(r#"{{"code":"malformed-request","detail":"unknown field `tip`, expected one of `token`, `order_amount`, `currency`, `order_ref` at line 1 column 43","fix":"integrator",{software},"status":400,"title":"The body is not what this call takes.","type":"/docs#malformed-request"}}"#)),
        (with("token", json!("C1.")), r#"{"code":"token-malformed","detail":"a token is exactly 71 ASCII characters, or 135 in version 2","fix":"cashier","message":{"en":"This is not a coupon code. Scan it again.","zh-Hans":"这不是有效的券码，请重新扫码。"},"retryable":false,"status":422,"title":"The text is not a coupon token.","type":"/docs#token-malformed"}"#.to_owned()),
        (till.redeem(&edge.issuer.mint(edge.issuer.fields(), 3), "k"), r#"{"code":"token-unknown-key","fix":"nobody","message":{"en":"This coupon belongs to no running campaign.","zh-Hans":"此券不属于进行中的活动。"},"retryable":false,"status":422,"title":"The coupon belongs to no live campaign.","type":"/docs#token-unknown-key"}"#.to_owned()),
        (with("token", json!(token.replace(&token[60..], "AAAAAAAAAAA"))), r#"{"code":"token-forged","fix":"nobody","message":{"en":"This coupon is not genuine.","zh-Hans":"此券不是真券。"},"retryable":false,"status":422,"title":"The coupon was not issued by the campaign.","type":"/docs#token-forged"}"#.to_owned()),
        (till.redeem(&reversed, "bill"), r#"{"code":"redemption-reversed","fix":"cashier","message":{"en":"This use was undone on <local>. Scan the coupon again to use it.","zh-Hans":"这次用券已于 <local> 撤销，如需使用请重新扫码。"},"retryable":false,"reversed_at":"<time>","status":409,"title":"This request redeemed the coupon and was undone: its key is spent. Redeem again under a new key.","type":"/docs#redemption-reversed"}"#.to_owned()),
        (with("currency", json!("USD")), r#"{"code":"currency-mismatch","currency":"CNY","fix":"integrator","message":{"en":"This coupon is for orders in CNY. Call technical support.","zh-Hans":"此券仅限 CNY 订单使用，请联系技术支持。"},"retryable":false,"status":422,"title":"The order is not in the campaign's currency.","type":"/docs#currency-mismatch"}"#.to_owned()),
        (till.redeem(&fields(|f| f.not_before = now_s() + 60), "k"), r#"{"code":"not-yet-valid","fix":"cashier","message":{"en":"This coupon is not valid yet. It can be used from <local>.","zh-Hans":"此券尚未生效，<local> 起可用。"},"retryable":false,"status":409,"title":"The coupon is not valid yet.","type":"/docs#not-yet-valid","valid_from":"<time>"}"#.to_owned()),
        (till.redeem(&fields(|f| f.not_after = now_s() - 60), "k"), r#"{"code":"expired","expired_at":"<time>","fix":"nobody","message":{"en":"This coupon expired on <local>.","zh-Hans":"此券已于 <local> 过期。"},"retryable":false,"status":409,"title":"The coupon has expired.","type":"/docs#expired"}"#.to_owned()),
        (with("order_amount", json!(99)), r#"{"code":"below-minimum-spend","currency":"CNY","fix":"cashier","message":{"en":"The order must be at least CNY 1.00 to use this coupon.","zh-Hans":"订单满 CNY 1.00 才能使用此券。"},"minimum_spend":100,"retryable":false,"status":422,"title":"The order is below the campaign's minimum.","type":"/docs#below-minimum-spend"}"#.to_owned()),
        (till.redeem(&edge.issuer.mint(edge.issuer.fields(), 2), "k"), r#"{"code":"revoked","fix":"nobody","message":{"en":"This coupon was withdrawn.","zh-Hans":"此券已作废。"},"retryable":false,"status":409,"title":"The issuer took the coupon back.","type":"/docs#revoked"}"#.to_owned()),
        (till.redeem(&used, "k"), r#"{"code":"already-redeemed","fix":"nobody","message":{"en":"This coupon was used on <local> at this shop, till 3.","zh-Hans":"此券已于 <local> 在本店 3 号收银台使用。"},"redeemed_at":"<time>","retryable":false,"status":409,"till":3,"title":"The coupon has been used.","type":"/docs#already-redeemed"}"#.to_owned()),
        (elsewhere.redeem(&used, "k"), r#"{"code":"already-redeemed","fix":"nobody","message":{"en":"This coupon was used on <local> at another shop.","zh-Hans":"此券已于 <local> 在其他门店使用。"},"redeemed_at":"<time>","retryable":false,"status":409,"title":"The coupon has been used.","type":"/docs#already-redeemed"}"#.to_owned()),
    ];
    for (answer, text) in &cases {
        assert_eq!(&masked(&answer.text), text);
    }
    let same_shop = edge.till(7, 4).redeem(&used, "k");
    assert_eq!(same_shop.body["till"], 3, "another till of the shop learns it too");
    assert_eq!(same_shop.body["redeemed_at"], first.body["redeemed_at"]);
}

#[test]
fn words_tell_the_campaigns_local_time() {
    for minutes in [480, -570, 0, 345] {
        let offset = UtcOffset::try_from(minutes).unwrap();
        let mut issuer = Issuer::new();
        issuer.campaign.utc_offset_minutes = offset;
        let edge = Edge::start_with(issuer);
        let (here, there) = (edge.till(7, 1), edge.till(8, 1));
        let token = edge.issuer.coupon();
        let redeemed = here.redeem(&token, "bill");
        let local = time(&redeemed.body["redeemed_at"]).local(offset);
        let refused = there.redeem(&token, "bill");
        for language in ["zh-Hans", "en"] {
            let message = refused.body["message"][language].as_str().unwrap();
            assert!(message.contains(&local), "{minutes}: {message} does not say {local}");
        }
    }
}
