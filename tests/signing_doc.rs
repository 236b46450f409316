//! `docs/signing.md`, held against the code: its worked example, the mistakes that it explains, and
//! its clients, which call a server that checks them as the edge does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test"
)]

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::SystemTime;

use coupon_edge::api::{Incoming, RedeemRequest, Route, split_url};
use coupon_edge::secret::Root;
use coupon_edge::signature::{
    Component, SignatureHeaders, SignedRequest, Verifier, content_digest, sign,
};
use coupon_edge::till::{KeyVersion, PosRoots, Till, TillKey};
use coupon_edge::time::Timestamp;
use tiny_http::{Header, Request, Response, Server};

const DOC: &str = include_str!("../docs/signing.md");
const BODY: &str = r#"{"token":"C1.AAEgAAABAAECAwQFBgcICQoLAAAJxGmFLwBpm5iAAAAABQDzXD8tbfEEMS8pfT2i1b__","order_amount":3000,"currency":"CNY","order_ref":"bill 4711"}"#;
const TOKEN: &str = "C1.AAEgAAABAAECAwQFBgcICQoLAAAJxGmFLwBpm5iAAAAABQDzXD8tbfEEMS8pfT2i1b__";
const CREATED: u64 = 1_770_350_645;
const ID: &str = "R1.IAAAAQABAAAAAAEC";

fn root() -> Root {
    Root::from_bytes([0x53; 32])
}

fn till() -> Till {
    let key_version = KeyVersion::new(0, 1).unwrap();
    Till { shop: 1001, till: 2, chain: 7, groups: 5, key_version, not_after: 1_804_896_000 }
}

fn key() -> TillKey {
    TillKey::derive(&root(), &till())
}

fn verifier(authority: &str) -> Verifier {
    let mut roots = PosRoots::default();
    roots.insert(0, root()).unwrap();
    Verifier::new(roots, vec![authority.to_owned()])
}

/// The doc has this text, as a block of code or as part of one.
fn has_lines(text: &str) {
    let block = text.lines().map(|line| format!("    {line}").trim_end().to_owned());
    let block = block.collect::<Vec<_>>().join("\n");
    assert!(DOC.contains(&block), "docs/signing.md does not have these lines:\n{block}");
}

/// A request of the doc, its signature, and the text that was signed.
fn signed(request: &SignedRequest<'_>, components: &[Component]) -> (SignatureHeaders, String) {
    let headers = sign(request, components, &till(), &key(), CREATED);
    let params = headers.signature_input.strip_prefix("sig=").unwrap();
    let values = components.iter().map(|c| (c.name(), c.value(request).unwrap()));
    let lines = values.chain([("@signature-params", params)]);
    let lines: Vec<_> = lines.map(|(name, value)| format!("\"{name}\": {value}")).collect();
    let base = lines.join("\n");
    let given = (Some(&*headers.signature_input), Some(&*headers.signature));
    let now = Timestamp::from_millis(CREATED * 1000);
    let taken = verifier("coupons.example").verify(request, given, components, now);
    assert_eq!(taken.unwrap().till(), &till());
    (headers, base)
}

#[test]
fn the_worked_examples_are_right() {
    assert!(DOC.contains(&till().keyid()), "{}", till().keyid());
    assert!(DOC.contains(&key().reveal()), "{}", key().reveal());
    has_lines(BODY);
    assert!(DOC.contains(&format!("{} bytes", BODY.len())), "{}", BODY.len());

    let digest = content_digest(BODY.as_bytes());
    let post = SignedRequest {
        method: "POST",
        authority: "coupons.example",
        path: "/v1/redemptions",
        query: "?",
        content_digest: Some(&digest),
        idempotency_key: Some("bill-4711"),
        body: BODY.as_bytes(),
    };
    let path = format!("/v1/redemptions/{ID}");
    let get = SignedRequest {
        method: "GET",
        path: &path,
        content_digest: None,
        idempotency_key: None,
        body: b"",
        ..post
    };
    for (request, components) in
        [(post, Component::required(true, true)), (get, Component::required(false, false))]
    {
        let (headers, base) = signed(&request, components);
        has_lines(&base);
        has_lines(&format!("Signature-Input: {}", headers.signature_input));
        has_lines(&format!("Signature: {}", headers.signature));
    }
    has_lines(&format!("Content-Digest: {}", content_digest(b"")));
}

#[test]
fn every_detail_that_the_edge_gives_is_explained() {
    let sources = [
        include_str!("../src/signature/input.rs"),
        include_str!("../src/signature/verify.rs").split("#[cfg(test)]").next().unwrap(),
        include_str!("../src/refusal/origin.rs"),
    ];
    let mut details = 0;
    for source in sources {
        // A detail may stand on the line after its parenthesis.
        let source = source.split_whitespace().collect::<Vec<_>>().join(" ").replace("( \"", "(\"");
        for rest in source.split("Invalid(\"").skip(1) {
            let detail = rest.split("\")").next().unwrap().replace("\\\"", "\"");
            assert!(DOC.contains(&format!("| `{detail}` |")), "not explained: {detail}");
            details += 1;
        }
    }
    assert!(details > 20, "{details}");
}

#[test]
fn the_clients_are_printed_as_they_are() {
    for client in [
        include_str!("clients/redeem.sh"),
        include_str!("clients/redeem.py"),
        include_str!("clients/redeem.mjs"),
    ] {
        assert!(
            DOC.contains(&format!("\n{client}```\n")),
            "docs/signing.md has another:\n{client}"
        );
    }
}

#[test]
fn the_python_client_signs_as_the_edge_wants() {
    client_signs("python3", "redeem.py");
}

#[test]
fn the_shell_client_signs_as_the_edge_wants() {
    // Not among what the project needs: `scripts/test` says so when they are missing.
    let there = |tool: &str| Command::new(tool).arg("--version").output().is_ok();
    if there("curl") && there("openssl") {
        client_signs("bash", "redeem.sh");
    }
}

#[test]
fn the_node_client_signs_as_the_edge_wants() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(
        root.join("node_modules/http-message-signatures").exists(),
        "http-message-signatures is missing: run ./scripts/setup first"
    );
    client_signs("node", "redeem.mjs");
}

fn client_signs(interpreter: &str, file: &str) {
    // The document's own credential ends one day; the clock here is the real one.
    let till = Till { not_after: u32::MAX, ..till() };
    let key = TillKey::derive(&root(), &till);
    let server = Server::http("127.0.0.1:0").unwrap();
    let address = server.server_addr().to_ip().unwrap();
    let edge = thread::spawn(move || {
        for request in server.incoming_requests().take(2) {
            serve(request, &address.to_string());
        }
    });
    let run = |secret: &str| {
        let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(file);
        let url = format!("http://{address}");
        let output = Command::new(interpreter)
            .arg(client)
            .args([&*url, &till.keyid(), secret, TOKEN, "bill-4711"])
            .output()
            .unwrap_or_else(|why| panic!("{interpreter} is needed: {why}"));
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    assert_eq!(run(&key.reveal()), format!("201 {{\"token\":\"{TOKEN}\"}}\n"));
    let other = TillKey::derive(&Root::from_bytes([1; 32]), &till).reveal();
    assert_eq!(run(&other), "401 SignatureInvalid(\"the signature does not match\")\n");
    edge.join().unwrap();
}

/// Checks a redemption as the edge does, up to the coupon.
fn serve(mut request: Request, authority: &str) {
    let mut body = Vec::new();
    request.as_reader().read_to_end(&mut body).unwrap();
    let header = |name: &'static str| {
        let found = request.headers().iter().find(|header| header.field.equiv(name));
        found.map(|header| header.value.to_string())
    };
    let url = format!("http://{}{}", header("Host").unwrap(), request.url());
    let (host, path, query) = split_url(&url);
    let incoming = Incoming {
        method: request.method().to_string(),
        authority: host.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        content_type: header("Content-Type"),
        content_digest: header("Content-Digest"),
        idempotency_key: header("Idempotency-Key"),
        signature_input: header("Signature-Input"),
        signature: header("Signature"),
        body,
    };
    let since_epoch = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let now = Timestamp::from_millis(since_epoch.as_millis().try_into().unwrap());
    let judge = || {
        let (route, _) = Route::find(&incoming.method, &incoming.path)?;
        incoming.check_body(route)?;
        incoming.idempotency_key()?;
        incoming.authenticate(route, &verifier(authority), now)?;
        RedeemRequest::read(&incoming.body)
    };
    let (status, text) = match judge() {
        Ok(redeem) => (201, format!("{{\"token\":\"{}\"}}", redeem.token)),
        Err(refusal) => (refusal.code().meaning().status, format!("{refusal:?}")),
    };
    let close = Header::from_bytes("Connection", "close").unwrap();
    request
        .respond(Response::from_string(text).with_status_code(status).with_header(close))
        .unwrap();
}
