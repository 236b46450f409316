//! Which path and method is which call, and what it must carry.

use super::*;

const ID: &str = "R1.IAAAAQAKAAAAAAEC";

#[test]
fn finds_every_call() {
    let id = RedemptionId::parse(ID).unwrap();
    for (method, path, route) in [
        ("POST", "/v1/coupons/check", Route::Check),
        ("POST", "/v1/redemptions", Route::Redeem),
        ("POST", "/v1/redemptions/batch", Route::Batch),
        ("POST", "/v1/redemptions/cancel", Route::Cancel),
        ("GET", &format!("/v1/redemptions/{ID}"), Route::Find(id)),
        ("GET", &format!("/v1/redemptions/{ID}/receipt"), Route::Receipt(id)),
        ("POST", &format!("/v1/redemptions/{ID}/reversal"), Route::Reverse(id)),
        ("GET", "/v1/shops/me/statement", Route::Statement),
        ("GET", "/healthz", Route::Health),
        ("GET", "/openapi.json", Route::OpenApi),
        ("GET", "/docs", Route::Docs),
        ("GET", "/.well-known/jwks.json", Route::ReceiptKeys),
        ("GET", "/.well-known/archive-jwks.json", Route::ArchiveKeys),
        ("GET", "/v1/ops/metrics", Route::Metrics),
    ] {
        assert_eq!(Route::find(method, path), Ok((route, Method::Call)), "{path}");
        assert_eq!(Route::find("OPTIONS", path), Ok((route, Method::Options)), "{path}");
        let head = Route::find("HEAD", path);
        assert_eq!(head.is_ok(), method == "GET", "HEAD {path}");
        for other in ["PUT", "DELETE", "PATCH", "get", "TRACE", "QUERY"] {
            let refusal = Refusal::MethodNotAllowed { allow: route.allow() };
            assert_eq!(Route::find(other, path), Err(refusal), "{other} {path}");
        }
    }
}

#[test]
fn says_what_to_sign() {
    let find = Route::Find(RedemptionId::parse(ID).unwrap());
    assert_eq!(
        find.accept_signature().as_deref(),
        Some(
            "sig=(\"@method\" \"@authority\" \"@path\" \"@query\");created;keyid;tag=\"coupon-pos\""
        )
    );
    assert!(Route::Redeem.accept_signature().unwrap().contains("\"idempotency-key\""));
    assert_eq!(Route::Health.accept_signature(), None);
}

#[test]
fn no_till_calls_what_is_open_and_what_is_the_operators() {
    for path in [
        "/healthz",
        "/openapi.json",
        "/docs",
        "/.well-known/jwks.json",
        "/.well-known/archive-jwks.json",
        "/v1/ops/metrics",
    ] {
        assert!(Route::is_for_watching(path), "{path}");
        let (route, _) = Route::find("GET", path).unwrap();
        assert_eq!(route.is_operators(), path == "/v1/ops/metrics");
    }
    let receipt = format!("/v1/redemptions/{ID}/receipt");
    for path in ["/v1/redemptions", &receipt, "/v1/coupons/check", "/", "/nowhere"] {
        assert!(!Route::is_for_watching(path), "{path}");
    }
}

#[test]
fn a_path_lists_its_methods() {
    assert_eq!(Route::Docs.allow(), "GET, HEAD, OPTIONS");
    assert_eq!(Route::Redeem.allow(), "POST, OPTIONS");
}

#[test]
fn names_are_pinned() {
    let id = RedemptionId::parse(ID).unwrap();
    let (find, reverse) = (Route::Find(id), Route::Reverse(id));
    let names = [Route::Check, Route::Redeem, Route::Batch, find, reverse, Route::Cancel];
    let expected = ["check", "redeem", "batch", "find", "reverse", "cancel"];
    assert_eq!(names.map(Route::name), expected);
    assert_eq!(Route::Receipt(id).name(), "receipt");
    assert_eq!(Route::Statement.name(), "statement");
    let open = [Route::Health, Route::OpenApi, Route::Docs].map(Route::name);
    assert_eq!(open, ["health", "openapi", "docs"]);
    let keys = [Route::ReceiptKeys, Route::ArchiveKeys].map(Route::name);
    assert_eq!(keys, ["receipt-keys", "archive-keys"]);
    assert_eq!(Route::Metrics.name(), "metrics");
}

#[test]
fn any_other_path_is_not_found_whatever_the_method() {
    for path in [
        "",
        "/",
        "/v1",
        "/v1/redemptions/",
        "/v1/redemptions/R1.",
        "/v1/redemptions/%00",
        "/v1/redemptions/R1.IAAAAQAKAAAAAAEC/",
        "/v1/redemptions//reversal",
        "/v1/redemptions//receipt",
        "/v1/redemptions/R1.IAAAAQAKAAAAAAEC/receipt/",
        "/v1/redemptions/R1.IAAAAQAKAAAAAAEC/receipts",
        "/v1/redemptions/R1.IAAAAQAKAAAAAAEC/receipt/reversal",
        "/.well-known/",
        "/.well-known/jwks",
        "/jwks.json",
        "/v1/ops",
        "/v1/ops/metrics/",
        "/v1/redemptions/cancel/reversal",
        "/V1/redemptions",
        "/docs/",
        "/v1/shops/7/statement",
        "/v1/shops/me/statement/",
    ] {
        for method in ["GET", "POST", "BREW"] {
            assert_eq!(Route::find(method, path), Err(Refusal::NotFound), "{method} {path}");
        }
    }
}
