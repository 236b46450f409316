//! The contract over HTTP: statuses, headers and the exact words.

mod texts;

use coupon_edge::campaign::CampaignId;
use coupon_edge::ledger::RedemptionId;
use serde_json::Value;

use crate::support::{Answer, Edge, Issuer, Wire};

/// Headers of every response.
fn assert_common(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{answer:?}");
    let id = answer.header("request-id").expect("a Request-Id");
    assert!(coupon_edge::base64url::decode::<12>(id).is_some(), "{id}");
    assert_eq!(answer.header("location"), None);
    if answer.status >= 400 {
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer:?}");
    }
    let challenged = answer.header("www-authenticate").is_some();
    assert_eq!(challenged, answer.status == 401, "{answer:?}");
    assert_eq!(answer.header("accept-signature").is_some(), answer.status == 401, "{answer:?}");
    assert_eq!(answer.header("allow").is_some(), [204, 405].contains(&answer.status));
    assert_eq!(answer.header("retry-after").is_some(), answer.status == 503, "{answer:?}");
}

#[test]
fn every_path_takes_its_methods_and_no_other() {
    let edge = Edge::start();
    let (read, write) = ("GET, HEAD, OPTIONS", "POST, OPTIONS");
    let send = |method: &str, path: &str| {
        let answer = Wire::new(&edge, method, path).send(&edge);
        assert_common(&answer);
        answer
    };
    for (path, allow) in [
        ("/v1/coupons/check", write),
        ("/v1/redemptions", write),
        ("/v1/redemptions/cancel", write),
        ("/v1/redemptions/R1.EAAAAQAAAAAAAAAB/reversal", write),
        ("/v1/redemptions/R1.EAAAAQAAAAAAAAAB", read),
        ("/healthz", read),
        ("/openapi.json", read),
        ("/docs", read),
        ("/docs?a=1", read),
    ] {
        let options = send("OPTIONS", path);
        assert_eq!((options.status, options.header("allow")), (204, Some(allow)), "{path}");
        for method in ["TRACE", "PUT", "PATCH", "DELETE", "QUERY", "SEARCH", "GET", "HEAD", "POST"]
        {
            if allow.contains(method) {
                continue;
            }
            let answer = send(method, path);
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
            if method != "HEAD" {
                answer.assert_refusal(method, 405, "method-not-allowed", "");
            }
        }
    }
    for path in ["/", "/v1", "/v1/redemptions/", "/v1/redemption", "/docs/", "/V1/redemptions"] {
        for method in ["GET", "HEAD", "POST", "OPTIONS", "DELETE"] {
            assert_eq!(send(method, path).status, 404, "{method} {path}");
        }
    }
}

#[test]
fn a_method_that_the_platform_does_not_know_never_reaches_us() {
    let edge = Edge::start();
    for method in ["BREW", "get", "Post"] {
        let answer = Wire::new(&edge, method, "/v1/redemptions").send(&edge);
        assert_eq!((answer.status, answer.header("request-id")), (501, None), "{answer:?}");
    }
}

#[test]
fn head_gives_the_head_of_get() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let redeemed = till.redeem(&edge.issuer.coupon(), "bill");
    let own = format!("/v1/redemptions/{}", redeemed.id());
    let foreign = "/v1/redemptions/R1.EAAAAQAAAAAAAP__";
    for path in ["/healthz", "/openapi.json", "/docs", &own, foreign] {
        let [get, head] = ["GET", "HEAD"].map(|method| till.call(method, path).wire().send(&edge));
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        assert!(head.text.is_empty() && !get.text.is_empty(), "{path}");
        assert_common(&head);
    }
    // A HEAD is signed as a HEAD.
    let mut head = till.call("GET", &own).wire();
    head.method = "HEAD".to_owned();
    assert_eq!(head.send(&edge).status, 401);
}

#[test]
fn open_calls_need_no_signature() {
    let edge = Edge::start();
    let get = |path: &str| {
        let answer = Wire::new(&edge, "GET", path).send(&edge);
        assert_common(&answer);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    };
    let health = get("/healthz");
    assert_eq!(health.header("content-type"), Some("application/json"));
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(health.text, format!("{{\"status\":\"ok\",\"version\":\"{version}\"}}"));

    let openapi = get("/openapi.json");
    assert_eq!(openapi.header("content-type"), Some("application/json"));
    assert!(openapi.body.is_object());
    assert_eq!(openapi.text, published("openapi.json"));

    let docs = get("/docs");
    assert_eq!(docs.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(docs.text.to_ascii_lowercase().starts_with("<!doctype html>"));
    assert_eq!(docs.text, published("docs.html"));
}

fn published(name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("public");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn a_redemption_of_someone_else_looks_like_none() {
    let edge = Edge::start();
    let (here, there) = (edge.till(7, 1), edge.till(8, 1));
    let redeemed = here.redeem(&edge.issuer.coupon(), "bill");
    let campaign = edge.issuer.campaign.campaign;
    let (four, other) = (CampaignId::new(2, 2).unwrap(), CampaignId::new(2, 9).unwrap());
    assert_eq!(campaign.shards(), 4);
    let id = |campaign: CampaignId, shard: u16, seq: u64| {
        let campaign = campaign.get().to_be_bytes();
        let bytes = [&campaign[..], &shard.to_be_bytes(), &seq.to_be_bytes()[2..]].concat();
        format!("R1.{}", coupon_edge::base64url::encode(&bytes))
    };
    let own = RedemptionId::parse(&redeemed.id()).unwrap();
    let shard = u16::try_from(own.shard().index()).unwrap();
    assert_eq!(id(campaign, shard, own.seq()), redeemed.id());

    let strange = [
        ("someone else's", redeemed.id()),
        ("unknown", id(campaign, shard, own.seq() + 1)),
        ("the first of an empty shard", id(campaign, (shard + 1) % 4, 1)),
        ("0", id(campaign, shard, 0)),
        ("the last", id(campaign, shard, (1 << 48) - 1)),
        ("of an unknown campaign", id(four, shard, 1)),
        ("of another", id(other, shard, 1)),
        ("a shard out of range", id(campaign, 4, 1)),
        ("malformed", "R1.AAAA".to_owned()),
        ("of another version", redeemed.id().replace("R1.", "R2.")),
        ("a token", edge.issuer.coupon()),
    ];
    let mut texts = Vec::new();
    for (what, id) in &strange {
        for answer in [there.find(id), there.reverse(id, "undo")] {
            answer.assert_refusal(what, 404, "not-found", "");
            assert_common(&answer);
            texts.push((*what, answer));
        }
    }
    let first = &texts[0].1;
    for (what, answer) in &texts {
        assert_eq!(answer.text, first.text, "{what}: not the same bytes");
        let names = |answer: &Answer| {
            let headers = answer.headers.iter().filter(|(name, _)| name != "request-id");
            headers.cloned().collect::<Vec<_>>()
        };
        assert_eq!(names(answer), names(first), "{what}: not the same headers");
    }
    // Nothing was undone, and another till of the shop sees it.
    assert_eq!(edge.till(7, 2).find(&redeemed.id()).text, redeemed.text);
    // To whoever has not signed, ids that could exist all look the same as well.
    let mut unsigned = Vec::new();
    for id in [redeemed.id(), id(campaign, shard, 99), id(other, 0, 1)] {
        let answer = Wire::new(&edge, "GET", &format!("/v1/redemptions/{id}")).send(&edge);
        answer.assert_refusal(&id, 401, "signature-missing", "");
        unsigned.push(answer.text);
    }
    assert!(unsigned.iter().all(|text| *text == unsigned[0]));
}

#[test]
fn every_kind_of_answer_has_the_headers_of_its_kind() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let redeemed = till.redeem(&token, "bill");
    let answers = [
        till.check(&edge.issuer.coupon()),
        redeemed.clone(),
        till.redeem(&token, "bill"),
        till.redeem(&token, "other"),
        till.find(&redeemed.id()),
        till.reverse(&redeemed.id(), "undo"),
        till.cancel(&token, "never"),
        till.redeem("", "bill"),
        till.redemption(&token, "bill").header("Signature", "").send(),
        till.redemption(&token, "bill").header("Signature", "sig=::").send(),
        till.redemption(&token, "bill").clock(-400).send(),
    ];
    let statuses = answers.each_ref().map(|answer| answer.status);
    assert_eq!(statuses, [200, 201, 200, 409, 200, 201, 201, 422, 401, 401, 401]);
    for answer in &answers {
        assert_common(answer);
        let replayed = answer.header("idempotency-replayed");
        assert_eq!(
            replayed.is_some(),
            answer.text == redeemed.text
                && answer.status == 200
                && !std::ptr::eq(answer, &raw const answers[4]),
            "{answer:?}"
        );
        if answer.status < 400 {
            assert_eq!(answer.header("content-type"), Some("application/json"));
        }
    }
    let ids: std::collections::HashSet<_> =
        answers.iter().map(|answer| answer.header("request-id")).collect();
    assert_eq!(ids.len(), answers.len(), "each request has an id of its own");
}

#[test]
fn without_a_policy_in_force_the_edge_is_busy() {
    let mut issuer = Issuer::new();
    issuer.campaign.valid_until = issuer.campaign.window.from;
    let edge = Edge::start_with(issuer);
    let till = edge.till(7, 1);
    let busy = till.redeem(&edge.issuer.coupon(), "bill");
    busy.assert_refusal("busy", 503, "busy", "");
    assert_common(&busy);
    assert_eq!(busy.header("retry-after"), Some("1"));
    assert_eq!((&busy.body["retryable"], busy.body.get("detail")), (&Value::Bool(true), None));
    let line = edge.log_line(|line| line["code"] == "busy");
    assert_eq!(line["ledger_calls"], 0, "{line}");
    assert_eq!(Wire::new(&edge, "GET", "/healthz").send(&edge).status, 200);
}

#[test]
fn an_edge_that_cannot_read_its_keys_answers_fault_on_every_path() {
    let edge = Edge::start();
    for binding in ["COUPON_KEYS", "POS_ROOTS", "POLICY_KEYS", "RECEIPT_KEYS", "ARCHIVE_KEYS"] {
        let mut bindings = edge.issuer.bindings(edge.port);
        bindings.iter_mut().filter(|(name, _)| name == binding).for_each(|(_, value)| {
            value.insert_str(0, "no-key-");
        });
        edge.restart_with(&bindings);
        for path in ["/v1/redemptions", "/healthz", "/openapi.json", "/docs", "/nowhere"] {
            let fault = Wire::new(&edge, "GET", path).send(&edge);
            fault.assert_refusal(path, 500, "fault", "");
            assert_common(&fault);
            assert_eq!((&fault.body["retryable"], fault.body.get("detail")), (&true.into(), None));
            let id = fault.header("request-id").unwrap();
            let line = edge.log_line(|line| line["request_id"] == id);
            assert!(line["reason"].as_str().unwrap().contains(binding), "{line}");
            assert!(!line.to_string().contains("no-key-"), "{line}");
        }
        assert_eq!(Wire::new(&edge, "HEAD", "/healthz").send(&edge).status, 500, "{binding}");
    }
}
