//! The corners of structured fields (RFC 9651) in the three headers, each with its outcome.
//!
//! What is signed is not the text of `Signature-Input` but what it says, written in the one way of
//! RFC 9651 section 4.1. So another spelling of the same is taken if the one way was signed.

use super::super::digest::digest_matches;
use super::*;

const MATCH: &str = "taken";
const NO_MATCH: &str = "the signature does not match";
const NO_INPUT: &str = "Signature-Input is not a structured dictionary (RFC 9651)";
const NO_SIGNATURE: &str = "Signature is not a structured dictionary (RFC 9651)";

fn outcome(call: &Call) -> &'static str {
    match call.judge() {
        Ok(_) => MATCH,
        Err(Invalid(why)) => why,
        Err(Stale) => "stale",
        Err(SignatureRefusal::Missing) => "missing",
    }
}

/// The same signature, its input spelled another way.
#[test]
fn signature_input_may_be_spelled_in_other_ways() {
    let good = signed().headers.signature_input;
    let spelled = |from: &str, to: &str| {
        assert!(good.contains(from), "{good}");
        let mut call = signed();
        call.headers.signature_input = good.replacen(from, to, 1);
        outcome(&call)
    };
    let created = format!(";created={NOW}");
    for (from, to, expected) in [
        // White space: spaces where RFC 9651 has SP, tabs only around commas and at the end.
        ("sig=", "  sig=", MATCH),
        ("(", "(  ", MATCH),
        (" ", "   ", MATCH),
        (")", "  )", MATCH),
        (";created", ";  created", MATCH),
        (";created", " ;created", NO_INPUT),
        ("sig=", "\tsig=", NO_INPUT),
        ("sig=", "sig= ", NO_INPUT),
        ("sig=", "sig =", NO_INPUT),
        ("sig=", "a\t,\tsig=", MATCH),
        (" ", "\t", NO_INPUT),
        (";created", ";\tcreated", NO_INPUT),
        (" ", "", NO_INPUT),
        (" ", ",", NO_INPUT),
        // Numbers.
        ("created=", "created=00000", MATCH),
        ("created=", "created=000000", NO_INPUT),
        ("created=", "created=+", NO_INPUT),
        ("created=", "created=-", "a time is before 1970"),
        (&created, &format!("{created}.0"), "a time is not an integer"),
        (&created, &format!("{created}."), NO_INPUT),
        (&created, &format!("{created}e0"), NO_INPUT),
        ("created=", "created=@", "a time is not an integer"),
        ("created=", "created=@@", NO_INPUT),
        (&created, ";created", "a time is not an integer"),
        (&created, ";created=", NO_INPUT),
        // A name twice, in a list's parameters or among the members: the last one counts.
        (&created, &format!(";created=1{created}"), MATCH),
        (&created, &format!("{created};created=1"), NO_MATCH),
        ("sig=", "sig=1, sig=", MATCH),
        ("sig=", "sig, sig=", MATCH),
        // Names are in lower case.
        ("created", "Created", NO_INPUT),
        ("sig=", "Sig=", NO_INPUT),
        ("sig=", "1sig=", NO_INPUT),
        // Another order says something else.
        ("\"@method\" \"@authority\"", "\"@authority\" \"@method\"", NO_MATCH),
        // Members that are there for others.
        ("sig=", "a, b=1, c=@1, d=?0, e=%\"f%c3%bc\", f=(), sig=", MATCH),
        ("sig=", "a=\"ü\", sig=", NO_INPUT),
        ("sig=", "a=%\"%C3%BC\", sig=", NO_INPUT),
        ("sig=", ", sig=", NO_INPUT),
        ("sig=", "a,, sig=", NO_INPUT),
        ("sig=", "a b, sig=", NO_INPUT),
        // The tag is a string, and the list is a list.
        ("\"coupon-pos\"", "coupon-pos", "missing"),
        ("\"coupon-pos\"", ":Y291cG9uLXBvcw==:", "missing"),
        ("\"coupon-pos\"", "\"coupon\\-pos\"", NO_INPUT),
        ("\"coupon-pos\"", "\"coupon-pos", NO_INPUT),
        ("\"coupon-pos\"", "\"Coupon-pos\"", "missing"),
        ("(\"@method\"", "(@method", NO_INPUT),
        ("(\"@method\"", "(method", "a covered component is not a string"),
        ("(\"@method\"", "(\"@method\";req", "a covered component has parameters"),
        ("(\"@method\"", "(\"@method\";a=1;a=2", "a covered component has parameters"),
        ("(\"@method\"", "((\"@method\")", NO_INPUT),
        (
            "(\"@method\"",
            "(\"@Method\"",
            "the signature covers a component that this call does not have",
        ),
        ("(\"@method\"", "(\"\"", "the signature covers a component that this call does not have"),
    ] {
        assert_eq!(spelled(from, to), expected, "{from:?} → {to:?}");
    }
    let mut call = signed();
    call.headers.signature_input.push_str(" \t");
    assert_eq!(outcome(&call), MATCH);
    for end in [",", ", ", ";", "\t,", "\0", "\n", "é", " x"] {
        let mut call = signed();
        call.headers.signature_input.push_str(end);
        assert_eq!(outcome(&call), NO_INPUT, "{end:?}");
    }
    for (whole, expected) in [
        ("", "missing"),
        ("sig", "missing"),
        ("sig=()", "missing"),
        ("sig=1;tag=\"coupon-pos\"", "missing"),
        ("sig=();tag=\"coupon-pos\"", "created is missing"),
        ("()", NO_INPUT),
        ("(", NO_INPUT),
    ] {
        let mut call = signed();
        call.headers.signature_input = whole.to_owned();
        assert_eq!(outcome(&call), expected, "{whole:?}");
    }
}

/// Signed as it stands, and so never as the edge writes it.
#[test]
fn only_the_one_way_of_writing_is_signed() {
    for (from, to) in [("(", "( "), (";created=", ";created=0"), (";keyid", "; keyid")] {
        let call = signed().with_input(|params| params.replacen(from, to, 1));
        assert_eq!(outcome(&call), NO_MATCH, "{to:?}");
    }
    // Parameters may come in any order; the order is signed.
    let reordered = |params: &str| {
        let (list, rest) = params.split_once(';').unwrap();
        let rest: Vec<_> = rest.split(';').rev().collect();
        format!("{list};{}", rest.join(";"))
    };
    assert_eq!(outcome(&signed().with_input(reordered)), MATCH);
    let mut moved = signed();
    moved.headers.signature_input = reordered(&moved.headers.signature_input);
    assert_eq!(outcome(&moved), NO_MATCH);
    for nonce in ["", "a\\\"b\\\\c", " ", "~"] {
        let call = signed().with_input(|params| format!("{params};nonce=\"{nonce}\""));
        assert_eq!(outcome(&call), MATCH, "{nonce}");
    }
}

#[test]
fn signature_is_one_byte_sequence_of_32() {
    let good = signed().headers.signature;
    let text = good.strip_prefix("sig=:").and_then(|it| it.strip_suffix(":")).unwrap().to_owned();
    let bare = text.trim_end_matches('=');
    let short = "an hmac-sha256 signature is 32 bytes";
    for (signature, expected) in [
        (format!(" sig=:{text}: "), MATCH),
        (format!("sig=:{text}:;made-with=\"a library\""), MATCH),
        (format!("other=1, sig=:{text}:"), MATCH),
        (format!("sig=:AAAA:, sig=:{text}:"), MATCH),
        (format!("sig=:{text}:, sig=:AAAA:"), short),
        // RFC 9651 section 4.2.7: base64 without its padding is read. The bytes are the same.
        (format!("sig=:{bare}:"), MATCH),
        (format!("sig=:{text}=:"), NO_SIGNATURE),
        (format!("sig=:{}:", text.replacen(&text[..1], "-", 1)), NO_SIGNATURE),
        (format!("sig=:{text} :"), NO_SIGNATURE),
        (format!("sig=: {text}:"), NO_SIGNATURE),
        (format!("sig=:{text}"), NO_SIGNATURE),
        (format!("sig={text}"), NO_SIGNATURE),
        (format!("sig=\"{text}\""), "the signature is not a byte sequence"),
        (format!("sig=({good})"), NO_SIGNATURE),
        (format!("sig=(:{text}:)"), "Signature has no member of that label"),
        (format!("sig=:{text}:,"), NO_SIGNATURE),
        (format!("sig=:{text}:\t"), MATCH),
        (format!("Sig=:{text}:"), NO_SIGNATURE),
        (format!("sig2=:{text}:"), "Signature has no member of that label"),
        ("sig".to_owned(), "the signature is not a byte sequence"),
        (String::new(), "Signature has no member of that label"),
    ] {
        let mut call = signed();
        call.headers.signature.clone_from(&signature);
        assert_eq!(outcome(&call), expected, "{signature:?}");
    }
}

/// The right HMAC cut short or with more behind it, and each of its bits the other way.
#[test]
fn a_tag_of_any_other_length_or_with_any_other_bit_is_refused() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let text = signed().headers.signature;
    let text = text.strip_prefix("sig=:").and_then(|it| it.strip_suffix(":")).unwrap();
    let right = STANDARD.decode(text).unwrap();
    let judge = |tag: &[u8]| {
        let mut call = signed();
        call.headers.signature = format!("sig=:{}:", STANDARD.encode(tag));
        outcome(&call)
    };
    assert_eq!(judge(&right), MATCH);
    for length in (0..32).chain(33..=65) {
        let tag: Vec<_> = right.iter().cycle().take(length).copied().collect();
        assert_eq!(judge(&tag), "an hmac-sha256 signature is 32 bytes", "{length}");
    }
    for bit in 0..256 {
        let mut tag = right.clone();
        tag[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(judge(&tag), NO_MATCH, "bit {bit}");
    }
    // Each tag of Wycheproof's that is not of 32 bytes.
    let mut cut = 0;
    for group in crate::wycheproof::groups("hmac_sha256") {
        for test in group["tests"].as_array().unwrap() {
            let tag = crate::wycheproof::bytes(&test["tag"]);
            let of_32 = tag.len() == 32;
            let why = if of_32 { NO_MATCH } else { "an hmac-sha256 signature is 32 bytes" };
            assert_eq!(judge(&tag), why, "{test}");
            cut += usize::from(!of_32);
        }
    }
    assert_eq!(cut, 87);
}

#[test]
fn content_digest_has_one_sha_256_that_counts() {
    let digest = content_digest(b"body");
    let text = digest.strip_prefix("sha-256=").unwrap();
    let bare = text.replace('=', "");
    for (header, taken) in [
        (format!(" sha-256={text} "), true),
        (format!("sha-256={text};note=1"), true),
        (format!("sha-256={bare}"), true),
        (format!("a,\t sha-256={text}"), true),
        // A name twice: the last one counts.
        (format!("sha-256=:AAAA:, sha-256={text}"), true),
        (format!("sha-256={text}, sha-256=:AAAA:"), false),
        (format!("sha-256={text}, sha-256"), false),
        (format!("SHA-256={text}"), false),
        (format!("sha-256 ={text}"), false),
        (format!("sha-256= {text}"), false),
        (format!("sha-256={text},"), false),
        (format!("sha-256={text}, ü"), false),
        (format!("sha-256={text}\n"), false),
        (format!("sha-256={text}\t"), true),
        (format!("sha-256=({text})"), false),
        (format!("sha-256={}", text.replace(':', "\"")), false),
        (format!("sha-256={}", &text[..text.len() - 1]), false),
        (format!("sha-256={}", text.replacen(":", ":A", 1)), false),
        (format!("sha-256=:{}:", "A".repeat(44)), false),
        ("sha-256=::".to_owned(), false),
        ("sha-256=@1".to_owned(), false),
        (text.to_owned(), false),
        (String::new(), false),
    ] {
        assert_eq!(digest_matches(&header, b"body"), taken, "{header:?}");
    }
}
