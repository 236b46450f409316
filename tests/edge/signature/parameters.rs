//! What stands in `Signature-Input` and `Signature`.

use super::{INVALID, NO_MATCH, assert_refused};
use crate::support::{Call, Edge, now_s};

/// The call with both headers as given.
fn with_headers<'a>(call: Call<'a>, input: &str, signature: &str) -> Call<'a> {
    call.header("Signature-Input", input).header("Signature", signature)
}

#[test]
fn exactly_the_required_components_are_covered() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let edited = |from: &str, to: &str| {
        let call = till.redemption(&token, "bill-1");
        call.resigned(|params| {
            assert!(params.contains(from), "{params}");
            params.replacen(from, to, 1)
        })
    };
    let (missing, surplus) = ("does not cover all that this call requires", "does not have");
    let mut cases = Vec::new();
    for name in ["@method", "@authority", "@path", "@query", "content-digest", "idempotency-key"] {
        let without = till.redemption(&token, "bill-1").resigned(|params| {
            let quoted = format!("\"{name}\"");
            assert!(params.contains(&quoted), "{params}");
            params.replacen(&quoted, "", 1).replace("  ", " ").replace("( ", "(").replace(" )", ")")
        });
        cases.push((name, without.send(), missing));
    }
    let nothing = till
        .redemption(&token, "bill-1")
        .resigned(|params| format!("(){}", params.split_once(')').unwrap().1));
    cases.push(("nothing", nothing.send(), missing));
    for extra in ["content-type", "date", "@target-uri", "@scheme", "@request-target", "signature"]
    {
        let answer = edited("(", &format!("(\"{extra}\" ")).send();
        cases.push((extra, answer, surplus));
    }
    cases.extend([
        ("twice", edited("(", "(\"@path\" ").send(), "covers a component twice"),
        ("with ;bs", edited("digest\"", "digest\";bs").send(), "component has parameters"),
        ("with ;sf", edited("digest\"", "digest\";sf").send(), "component has parameters"),
        ("with ;req", edited("@method\"", "@method\";req").send(), "component has parameters"),
        ("a token as name", edited("\"@path\"", "path").send(), "is not a string"),
        ("in capitals", edited("content-digest", "Content-Digest").send(), surplus),
    ]);
    assert_refused(&edge, &till, &token, cases);

    // In any order.
    let token = edge.issuer.coupon();
    let reordered = till.redemption(&token, "bill").resigned(|params| {
        let (names, rest) = params.trim_start_matches('(').split_once(')').unwrap();
        let names: Vec<_> = names.split(' ').rev().collect();
        format!("({}){rest}", names.join(" "))
    });
    assert_eq!(reordered.send().status, 201);
}

#[test]
fn parameters_are_the_known_ones() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let call = |token: &str| till.redemption(token, "bill-1");
    let with = |extra: &str| call(&token).resigned(|params| format!("{params}{extra}")).send();
    let without = |name: &str| {
        call(&token).resigned(|params| {
            let parts = params.split(';').filter(|part| !part.starts_with(name));
            parts.collect::<Vec<_>>().join(";")
        })
    };
    let unknown = "a signature parameter is unknown";
    let cases = vec![
        ("context", with(";context=\"x\""), unknown),
        ("a flag", with(";urgent"), unknown),
        ("alg sha512", with(";alg=\"hmac-sha512\""), "alg is not"),
        ("alg ed25519", with(";alg=\"ed25519\""), "alg is not"),
        ("alg as a token", with(";alg=hmac-sha256"), "alg is not"),
        ("expires as a text", with(";expires=\"soon\""), "a time is not an integer"),
        ("expires as a decimal", with(";expires=9999999999.5"), "a time is not an integer"),
        ("expires before 1970", with(";expires=-1"), "a time is before 1970"),
        ("nonce as a number", with(";nonce=1"), "keyid or nonce is not a string"),
        ("created as a text", with(";created=\"now\""), "a time is not an integer"),
        ("created before 1970", with(";created=-1"), "a time is before 1970"),
        ("no created", without("created").send(), "created is missing"),
        ("no keyid", without("keyid").send(), "keyid is missing"),
        ("keyid as a token", with(";keyid=x"), "keyid or nonce is not a string"),
    ];
    assert_refused(&edge, &till, &token, cases);

    let later = format!(";expires={}", now_s() + 60);
    for good in [";alg=\"hmac-sha256\"", ";nonce=\"any\"", &later] {
        let call = till.redemption(&edge.issuer.coupon(), "bill");
        let answer = call.resigned(|params| format!("{params}{good}")).send();
        assert_eq!(answer.status, 201, "{good}: {answer:?}");
    }
}

#[test]
fn our_signature_is_found_among_others() {
    let edge = Edge::start();
    let till = edge.till(7, 1);
    let token = edge.issuer.coupon();
    let call = |token: &str| till.redemption(token, "bill-1");
    let good = |token: &str| call(token).signature_of(str::to_owned);
    let (params, signature) = good(&token);
    let short = "an hmac-sha256 signature is 32 bytes";
    let send = |input: &str, signature: &str| with_headers(call(&token), input, signature).send();
    let sig = format!("sig=:{signature}:");
    let input = format!("sig={params}");
    let untagged = params.replace(";tag=\"coupon-pos\"", "");
    let mut cases = vec![
        (
            "two of ours",
            send(&format!("{input}, b={params}"), &format!("{sig}, b=:{signature}:")),
            "two signatures",
        ),
        (
            "two of ours, one false",
            send(&format!("b=();tag=\"coupon-pos\", {input}"), &sig),
            "two signatures",
        ),
        (
            "another's tag over ours",
            send(&input, &format!("sig=:{}:", "A".repeat(43) + "=")),
            NO_MATCH,
        ),
        ("cut to 16 bytes", send(&input, &format!("sig=:{}==:", &signature[..22])), short),
        ("nothing", send(&input, "sig=::"), short),
        ("a text", send(&input, &format!("sig=\"{signature}\"")), "not a byte sequence"),
        ("another label", send(&input, &format!("gis=:{signature}:")), "no member of that label"),
        ("no dictionary", send("=", &sig), "Signature-Input is not a structured dictionary"),
        ("not closed", send(&input.replace(')', ""), &sig), "Signature-Input is not a structured"),
        ("no dictionary as well", send(&input, "=:"), "Signature is not a structured dictionary"),
        ("not base64", send(&input, "sig=:***:"), "Signature is not a structured dictionary"),
    ];
    for answer in [
        send("", ""),
        send("", &sig),
        send(&input, ""),
        send(&format!("sig={untagged}"), &sig),
        call(&token).resigned(|params| params.replace("coupon-pos", "coupon")).send(),
        call(&token).resigned(|params| params.replace("coupon-pos", "Coupon-Pos")).send(),
        call(&token).resigned(|params| params.replace("\"coupon-pos\"", "coupon-pos")).send(),
        send("sig=\"(); tag=coupon-pos\"", &sig),
    ] {
        answer.assert_refusal("without our tag", 401, "signature-missing", "");
    }
    // The replaced tag is the last one: a parameter given twice counts as given last.
    let again = call(&token).resigned(|params| format!("{params};tag=\"other\"")).send();
    again.assert_refusal("a second tag", 401, "signature-missing", "");
    let answer = call(&token).header("Signature", &sig.replace('=', " = ")).send();
    cases.push(("spaces", answer, "Signature is not a structured"));
    assert_refused(&edge, &till, &token, cases);

    let token = edge.issuer.coupon();
    let (params, signature) = good(&token);
    let proxy = "proxy=(\"date\");created=1;keyid=\"p\";tag=\"proxy\"";
    let answer = with_headers(
        call(&token),
        &format!("{proxy},\tmine={params}, x=1"),
        &format!("proxy=:AAAA:, mine=:{signature}:"),
    );
    assert_eq!(answer.send().status, 201, "a proxy may sign too, and a label is free");

    // In two header lines, which HTTP makes one of.
    let token = edge.issuer.coupon();
    let mut wire = call(&token).wire();
    wire.headers.push(("Signature-Input".to_owned(), proxy.into()));
    wire.headers.push(("Signature".to_owned(), b"proxy=:AAAA:".to_vec()));
    assert_eq!(wire.send(&edge).status, 201);
    let mut wire = call(&edge.issuer.coupon()).wire();
    wire.headers.extend(wire.headers.clone().into_iter().filter(|(name, _)| name == "Signature"));
    assert_eq!(wire.send(&edge).status, 201, "the same line twice is the same dictionary");
    let mut wire = call(&edge.issuer.coupon()).wire();
    wire.headers.push(("Signature".to_owned(), b"sig=:AAAA:".to_vec()));
    wire.send(&edge).assert_refusal("the later counts", 401, INVALID, short);
}
