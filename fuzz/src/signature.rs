//! The headers that authenticate a till.
//!
//! An input is text: a line each for `Signature-Input`, `Signature`, `Content-Digest` and
//! `Idempotency-Key`, and after them the body. A line that is empty is a header that is not there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use coupon_edge::secret::Root;
use coupon_edge::signature::SignatureRefusal::{self, Invalid, Missing, Stale};
use coupon_edge::signature::{Component, SignedRequest, Verifier, content_digest, sign};
use coupon_edge::till::{KeyVersion, PosRoots, Till, TillKey};
use coupon_edge::time::Timestamp;
use sfv::{BareItem, Dictionary, FieldType, InnerList, List, ListEntry, Parser};
use sha2::{Digest, Sha256};

/// The second, and below the root, of the worked example in `docs/signing.md`.
const NOW: u64 = 1_770_350_645;
const NO_MATCH: SignatureRefusal = Invalid("the signature does not match");

/// The input is four header lines and a body.
pub fn holds(data: &[u8]) {
    let mut parts = data.splitn(5, |byte| *byte == b'\n');
    let mut line = || parts.next().and_then(|line| std::str::from_utf8(line).ok());
    let [input, signature, digest, key] = [line(), line(), line(), line()].map(|line| {
        // What HTTP lets through.
        let line = line.filter(|line| !line.is_empty());
        line.filter(|line| line.bytes().all(|byte| byte == b'\t' || (b' '..0x7f).contains(&byte)))
    });
    let body = parts.next().unwrap_or_default();

    let computed = content_digest(body);
    let request = SignedRequest {
        method: "POST",
        authority: "coupons.example",
        path: "/v1/redemptions",
        query: "?",
        content_digest: digest.or(Some(&computed)),
        idempotency_key: key.or(Some("bill-1")),
        body,
    };
    if let Ok(till) = verify(&request, input, signature) {
        authenticates_this_request_alone(&request, input, signature, till);
    }
    a_made_up_tag_is_nobodys(&request, input, data);
    what_a_till_signs_is_its_own(&SignedRequest { content_digest: Some(&computed), ..request });
    a_right_tag_is_judged_by_the_rest(&request, input);
}

fn root() -> Root {
    Root::from_bytes([0x53; 32])
}

fn verify(
    request: &SignedRequest<'_>,
    input: Option<&str>,
    signature: Option<&str>,
) -> Result<Till, SignatureRefusal> {
    let mut roots = PosRoots::default();
    roots.insert(0, root()).expect("place 0");
    let verifier = Verifier::new(roots, vec!["coupons.example".to_owned()]);
    let now = Timestamp::from_millis(NOW * 1000);
    let required = Component::required(true, true);
    Ok(*verifier.verify(request, (input, signature), required, now)?.till())
}

/// A text with one more character in it.
fn more(text: Option<&str>) -> String {
    format!("{}x", text.unwrap_or_default().trim())
}

fn authenticates_this_request_alone(
    good: &SignedRequest<'_>,
    input: Option<&str>,
    signature: Option<&str>,
    till: Till,
) {
    assert_eq!(till.key_version.root(), 0);
    assert!(u64::from(till.not_after) > NOW);
    let body = [good.body, b" "].concat();
    let (key, digest) = (more(good.idempotency_key), more(good.content_digest));
    for altered in [
        SignedRequest { method: "PUT", ..*good },
        SignedRequest { authority: "other.example", ..*good },
        SignedRequest { path: "/v1/redemptions/cancel", ..*good },
        SignedRequest { query: "?a", ..*good },
        SignedRequest { idempotency_key: Some(&key), ..*good },
        SignedRequest { idempotency_key: None, ..*good },
        SignedRequest { content_digest: Some(&digest), ..*good },
        SignedRequest { content_digest: None, ..*good },
        SignedRequest { body: &body, ..*good },
    ] {
        assert!(verify(&altered, input, signature).is_err(), "{altered:?}");
    }
}

/// Under every label that the input could mean, 32 bytes that no till made.
fn a_made_up_tag_is_nobodys(request: &SignedRequest<'_>, input: Option<&str>, data: &[u8]) {
    let tag = STANDARD.encode(Sha256::digest(data));
    let Some(Ok(labels)) = input.map(|input| Parser::new(input).parse::<Dictionary>()) else {
        return;
    };
    let members: Vec<_> =
        labels.keys().map(|label| format!("{}=:{tag}:", label.as_str())).collect();
    assert!(verify(request, input, Some(&members.join(", "))).is_err(), "{input:?} {tag}");
}

fn what_a_till_signs_is_its_own(request: &SignedRequest<'_>) {
    let hash = Sha256::digest(request.body);
    let key_version = KeyVersion::new(0, u16::from(hash[0])).expect("in range");
    let till = Till {
        shop: u32::from_be_bytes([hash[1], hash[2], hash[3], hash[4]]),
        till: hash[5].into(),
        chain: hash[6].into(),
        groups: hash[7].into(),
        key_version,
        not_after: NOW as u32 + 1,
    };
    let created = NOW - 300 + (u64::from(hash[8]) << 1);
    let key = TillKey::derive(&root(), &till);
    let headers = sign(request, Component::required(true, true), &till, &key, created);
    let (input, signature) = (&*headers.signature_input, &*headers.signature);
    assert_eq!(verify(request, Some(input), Some(signature)), Ok(till));
    let [input, signature] = [input, signature].map(|line| format!(" other=1, {line} "));
    assert_eq!(verify(request, Some(&input), Some(&signature)), Ok(till), "in company");
}

/// Signs what the input says, as RFC 9421 has it be written. Then only the rest is judged.
fn a_right_tag_is_judged_by_the_rest(request: &SignedRequest<'_>, input: Option<&str>) {
    let inputs = input.and_then(|input| Parser::new(input).parse::<Dictionary>().ok());
    let Some(inputs) = inputs else { return };
    let is_ours = |list: &InnerList| text(list, "tag") == Some("coupon-pos");
    let ours: Vec<_> = inputs
        .iter()
        .filter_map(|(label, entry)| match entry {
            ListEntry::InnerList(list) if is_ours(list) => Some((label, list)),
            _ => None,
        })
        .collect();
    let [(label, list)] = ours[..] else { return };
    let Some(till) = text(list, "keyid").and_then(Till::parse) else { return };

    let tag = TillKey::derive(&root(), &till).sign(base(request, list).as_bytes());
    let signature = format!("{}=:{}:", label.as_str(), STANDARD.encode(tag));
    match verify(request, input, Some(&signature)) {
        Ok(named) => {
            assert_eq!(named, till);
            assert_allowed(request, list);
        }
        Err(Missing) => panic!("it has our tag"),
        Err(why @ Invalid(_)) => assert!(why != NO_MATCH || till.key_version.root() != 0),
        Err(Stale) => {
            let created = number(list, "created").expect("judged");
            let expired = number(list, "expires").is_some_and(|at| at < NOW as i64);
            assert!(created.abs_diff(NOW as i64) > 300 || expired);
        }
    }
}

fn base(request: &SignedRequest<'_>, list: &InnerList) -> String {
    let params = List::from([ListEntry::InnerList(list.clone())]).serialize().expect("one member");
    let lines = list.items.iter().map(|item| {
        let name = item.bare_item.as_string().map_or("", |name| name.as_str());
        let component = Component::required(true, true).iter().find(|it| it.name() == name);
        let value = component.and_then(|it| it.value(request)).unwrap_or_default();
        format!("\"{name}\": {value}\n")
    });
    format!("{}\"@signature-params\": {params}", lines.collect::<String>())
}

/// What must be so of a request that was let in.
fn assert_allowed(request: &SignedRequest<'_>, list: &InnerList) {
    let mut covered: Vec<_> = list.items.iter().filter_map(|it| it.bare_item.as_string()).collect();
    covered.sort();
    let mut required: Vec<_> = Component::required(true, true).iter().map(|it| it.name()).collect();
    required.sort_unstable();
    assert!(covered.iter().map(|name| name.as_str()).eq(required), "{covered:?}");
    assert!(list.items.iter().all(|item| item.params.is_empty()));

    let known = ["created", "expires", "keyid", "alg", "nonce", "tag"];
    assert!(list.params.keys().all(|name| known.contains(&name.as_str())), "{:?}", list.params);
    assert!(number(list, "created").expect("created").abs_diff(NOW as i64) <= 300);
    assert!(number(list, "expires").is_none_or(|at| at >= NOW as i64));
    assert!(!list.params.contains_key("alg") || text(list, "alg") == Some("hmac-sha256"));

    let digests = Parser::new(request.content_digest.expect("covered")).parse::<Dictionary>();
    let Ok(Some(ListEntry::Item(digest))) = digests.as_ref().map(|all| all.get("sha-256")) else {
        panic!("no sha-256 in {digests:?}");
    };
    let sha_256 = Sha256::digest(request.body);
    assert_eq!(digest.bare_item.as_byte_sequence(), Some(sha_256.as_slice()));
}

fn text<'a>(list: &'a InnerList, name: &str) -> Option<&'a str> {
    list.params.get(name)?.as_string().map(|text| text.as_str())
}

fn number(list: &InnerList, name: &str) -> Option<i64> {
    match list.params.get(name)? {
        BareItem::Integer(number) => Some((*number).into()),
        _ => None,
    }
}
