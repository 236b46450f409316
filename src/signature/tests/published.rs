//! What RFC 9421 and RFC 9530 print, as far as it is ours to make or to judge.

use super::super::digest::digest_matches;
use super::super::input::{InputError, SignatureInput};
use super::*;
use crate::api::split_url;

/// The digest of section 2.5's and appendix B.2's example message: by an algorithm that we do not
/// judge, but sign over.
const SHA_512: &str = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";

/// RFC 9421 section 2.5 and appendix B.2.3.
#[test]
fn bases_are_those_of_rfc_9421() {
    let params = r#"("@method" "@authority" "@path" "content-digest" "content-length" "content-type");created=1618884473;keyid="test-key-rsa-pss""#;
    let section_2_5 = signature_base(
        [
            ("@method", "POST"),
            ("@authority", "example.com"),
            ("@path", "/foo"),
            ("content-digest", SHA_512),
            ("content-length", "18"),
            ("content-type", "application/json"),
        ],
        params,
    );
    let expected = r#""@method": POST
"@authority": example.com
"@path": /foo
"content-digest": DIGEST
"content-length": 18
"content-type": application/json
"@signature-params": ("@method" "@authority" "@path" "content-digest" "content-length" "content-type");created=1618884473;keyid="test-key-rsa-pss""#;
    assert_eq!(section_2_5, expected.replace("DIGEST", SHA_512));

    // Nothing covered, as in B.2.1: one line, and no line feed.
    let params = r#"();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd""#;
    assert_eq!(signature_base([], params), format!("\"@signature-params\": {params}"));
}

/// RFC 9421 sections 2.2.1, 2.2.3, 2.2.6, 2.2.7 and 2.1.
#[test]
fn components_have_the_values_of_rfc_9421() {
    let value = |component: Component, url: &str| {
        let (authority, path, query) = split_url(url);
        let request = SignedRequest { authority, path, query, ..request("") };
        component.value(&request).unwrap().to_owned()
    };
    let url = "https://www.example.com/path?param=value";
    assert_eq!(value(Component::Method, url), "POST");
    assert_eq!(value(Component::Authority, url), "www.example.com");
    assert_eq!(value(Component::Path, url), "/path");
    assert_eq!(value(Component::Query, url), "?param=value");
    for (target, query) in [
        ("path?param=value&foo=bar&baz=bat%2Dman", "?param=value&foo=bar&baz=bat%2Dman"),
        ("path?queryString", "?queryString"),
        ("path?", "?"),
        ("path", "?"),
    ] {
        let url = format!("https://www.example.com/{target}");
        assert_eq!(value(Component::Query, &url), query, "{target}");
    }
    // A field's value is without the white space around it, and otherwise as it came.
    let header = " \t Leading, and  trailing\twhite space.\t ";
    let request = SignedRequest { idempotency_key: Some(header), ..request(header) };
    for component in [Component::ContentDigest, Component::IdempotencyKey] {
        let value = component.value(&request);
        assert_eq!(value, Some("Leading, and  trailing\twhite space."), "{component:?}");
    }
}

/// The `Signature-Input` of appendix B.2, and section 4.3's of two signatures: meant for others.
#[test]
fn the_signatures_of_rfc_9421_are_not_ours() {
    let inputs = [
        r#"sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd""#,
        r#"sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example""#,
        r#"sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss""#,
        r#"sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret""#,
        r#"sig1=("@method" "@authority" "@path");created=1618884475;keyid="test-key-ecc-p256", proxy_sig=("@method" "@authority" "forwarded");created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540"#,
    ];
    let signature = "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:";
    for input in inputs {
        let read = SignatureInput::read(Some(input), Some(signature));
        assert_eq!(read.err(), Some(InputError::Missing), "{input}");
    }
    // With our tag they are judged, and each lacks something.
    for (input, why) in inputs.iter().zip([
        "Signature has no member of that label",
        "Signature has no member of that label",
        "Signature has no member of that label",
        "the signature covers a component that this call does not have",
    ]) {
        let mut call = signed();
        call.headers.signature = signature.to_owned();
        call.headers.signature_input =
            format!("{};tag=\"coupon-pos\"", input.replace(";tag=\"header-example\"", ""));
        assert_eq!(call.judge(), Err(Invalid(why)), "{input}");
    }
    let query_param = inputs[1].replace("header-example", "coupon-pos");
    let signature = signature.replace("sig-b25", "sig-b22");
    let read = SignatureInput::read(Some(&query_param), Some(&signature));
    assert_eq!(read.err(), Some(InputError::Invalid("a covered component has parameters")));
}

/// RFC 9530 section 2 and appendix B: what is and what is not the `sha-256` of these bodies.
#[test]
fn content_digests_are_those_of_rfc_9530() {
    const HELLO: &[u8] = b"{\"hello\": \"world\"}\n";
    // The same, encoded with brotli.
    const ENCODED: &[u8] = b"\x0b\x09\x80{\"hello\": \"world\"}\n\x03";
    const SHA_256: &str = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
    const SHA_512: &str = "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:";
    const ENCODED_SHA_256: &str = "sha-256=:d435Qo+nKZ+gLcUHn7GQtQ72hiBVAgqoLsZnZPiTGPk=:";
    const EMPTY: &str = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
    assert_eq!(content_digest(HELLO), SHA_256);
    assert_eq!(content_digest(b""), EMPTY);
    // Section 2's two algorithms in one field, whose sha-256 is of the encoded body and whose
    // sha-512 is of the plain one: the sha-256 decides.
    let two = format!("{ENCODED_SHA_256},{SHA_512}");
    for (header, body, taken) in [
        (SHA_256, HELLO, true),
        (SHA_512, HELLO, false),
        (&format!("{SHA_512}, {SHA_256}"), HELLO, true),
        (&format!("{SHA_256}, {SHA_512}"), HELLO, true),
        (&two, HELLO, false),
        (&two, ENCODED, true),
        (EMPTY, b"", true),
        (EMPTY, HELLO, false),
        (SHA_256, b"", false),
        (SHA_256, ENCODED, false),
        // Algorithms that nobody knows, or nobody should: passed over.
        (&format!("foo=:AAAA:, {SHA_256}"), HELLO, true),
        (&format!("unixsum=30637, md5=?1, {SHA_256}"), HELLO, true),
        ("foo=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:", HELLO, false),
        ("md5=:Sd/dVLAcvNLSq16eXua5uQ==:", HELLO, false),
    ] {
        assert_eq!(digest_matches(header, body), taken, "{header}");
    }
}
