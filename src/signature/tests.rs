//! A till signs, the edge verifies; each test spoils one thing.

mod published;
mod structured_fields;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::base::signature_base;
use super::verify::SignatureRefusal::{Invalid, Stale};
use super::*;
use crate::secret::Root;
use crate::till::{KeyVersion, PosRoots, Till, TillKey};
use crate::time::Timestamp;

const NOW: u64 = 1_770_350_400;
const BODY: &[u8] = br#"{"token":"C1."}"#;

fn till() -> Till {
    let key_version = KeyVersion::new(0, 1).unwrap();
    Till { shop: 7, till: 1, chain: 0, groups: 1, key_version, not_after: NOW as u32 + 1 }
}

fn root() -> Root {
    Root::from_bytes([3; 32])
}

fn verifier() -> Verifier {
    let mut roots = PosRoots::default();
    roots.insert(0, root()).unwrap();
    Verifier::new(roots, vec!["coupons.example".to_owned()])
}

/// A write, correctly signed; a test spoils one thing of it.
struct Call {
    digest: String,
    headers: SignatureHeaders,
    now: u64,
}

fn request(digest: &str) -> SignedRequest<'_> {
    SignedRequest {
        method: "POST",
        authority: "coupons.example",
        path: "/v1/redemptions",
        query: "?",
        content_digest: Some(digest),
        idempotency_key: Some("bill-1"),
        body: BODY,
    }
}

fn signed_as(till: &Till, created: u64) -> Call {
    let digest = content_digest(BODY);
    let key = TillKey::derive(&root(), till);
    let headers = sign(&request(&digest), Component::required(true, true), till, &key, created);
    Call { digest, headers, now: NOW }
}

fn signed() -> Call {
    signed_as(&till(), NOW)
}

impl Call {
    fn judge_as(&self, request: &SignedRequest<'_>) -> Result<Till, SignatureRefusal> {
        let headers =
            (Some(self.headers.signature_input.as_str()), Some(self.headers.signature.as_str()));
        let now = Timestamp::from_millis(self.now * 1000 + 999);
        let required = Component::required(true, true);
        Ok(*verifier().verify(request, headers, required, now)?.till())
    }

    fn judge(&self) -> Result<Till, SignatureRefusal> {
        self.judge_as(&request(&self.digest))
    }

    /// Rewrites `Signature-Input` and signs the result, so that nothing but the text differs.
    fn with_input(mut self, edit: impl Fn(&str) -> String) -> Self {
        let params = edit(self.headers.signature_input.strip_prefix("sig=").unwrap());
        let names: Vec<_> = params
            .split_once(')')
            .unwrap()
            .0
            .split('"')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        let all = Component::required(true, true);
        let digest = self.digest.clone();
        let request = request(&digest);
        let value = |name: &str| {
            all.iter().find(|c| c.name() == name).and_then(|c| c.value(&request)).unwrap_or("x")
        };
        let base = signature_base(names.iter().map(|n| (n.as_str(), value(n))), &params);
        let tag = TillKey::derive(&root(), &till()).sign(base.as_bytes());
        let tag = STANDARD.encode(tag);
        self.headers.signature_input = format!("sig={params}");
        self.headers.signature = format!("sig=:{tag}:");
        self
    }
}

#[test]
fn takes_a_signed_request_and_names_the_till() {
    assert_eq!(signed().judge(), Ok(till()));
    assert_eq!(signed().with_input(str::to_owned).judge(), Ok(till()));
}

#[test]
fn altering_any_covered_component_is_noticed() {
    let call = signed();
    let good = request(&call.digest);
    let other_digest = content_digest(b"other");
    let altered = [
        SignedRequest { method: "PUT", ..good },
        SignedRequest { path: "/v1/redemptions/", ..good },
        SignedRequest { query: "?a=1", ..good },
        SignedRequest { content_digest: Some(&other_digest), ..good },
        SignedRequest { idempotency_key: Some("bill-2"), ..good },
    ];
    for request in altered {
        let refused = call.judge_as(&request);
        assert_eq!(refused, Err(Invalid("the signature does not match")), "{request:?}");
    }
    assert_eq!(
        call.judge_as(&SignedRequest { body: b"{}", ..good }),
        Err(Invalid("Content-Digest is not the sha-256 of the body"))
    );
    assert_eq!(
        call.judge_as(&SignedRequest { authority: "preview.example", ..good }),
        Err(Invalid("this edge does not serve the @authority that was called"))
    );
    for absent in [
        SignedRequest { content_digest: None, ..good },
        SignedRequest { idempotency_key: None, ..good },
    ] {
        assert_eq!(call.judge_as(&absent), Err(Invalid("a covered header is absent")));
    }
}

#[test]
fn covers_exactly_what_it_must() {
    for name in ["@method", "@authority", "@path", "@query", "content-digest"] {
        let without = signed().with_input(|p| p.replacen(&format!("\"{name}\" "), "", 1));
        assert_eq!(
            without.judge(),
            Err(Invalid("the signature does not cover all that this call requires")),
            "{name}"
        );
    }
    let more = signed().with_input(|p| p.replacen("(", "(\"date\" ", 1));
    assert_eq!(
        more.judge(),
        Err(Invalid("the signature covers a component that this call does not have"))
    );
    let twice = signed().with_input(|p| p.replacen("(", "(\"@path\" ", 1));
    assert_eq!(twice.judge(), Err(Invalid("the signature covers a component twice")));
    let with_params =
        signed().with_input(|p| p.replacen("\"content-digest\"", "\"content-digest\";bs", 1));
    assert_eq!(with_params.judge(), Err(Invalid("a covered component has parameters")));
}

#[test]
fn parameters_are_the_ones_we_know() {
    for good in [";alg=\"hmac-sha256\"", ";nonce=\"n\"", &format!(";expires={NOW}")] {
        assert_eq!(signed().with_input(|p| format!("{p}{good}")).judge(), Ok(till()), "{good}");
    }
    for (bad, why) in [
        (";alg=\"hmac-sha512\"", "alg is not \"hmac-sha256\""),
        (";alg=1", "alg is not \"hmac-sha256\""),
        (";context=\"x\"", "a signature parameter is unknown"),
        (";expires=\"soon\"", "a time is not an integer"),
        (";expires=-1", "a time is before 1970"),
        (";nonce=1", "keyid or nonce is not a string"),
    ] {
        let call = signed().with_input(|p| format!("{p}{bad}"));
        assert_eq!(call.judge(), Err(Invalid(why)), "{bad}");
    }
    let no_created = signed().with_input(|p| p.replacen(&format!(";created={NOW}"), "", 1));
    assert_eq!(no_created.judge(), Err(Invalid("created is missing")));
    let expired = signed().with_input(|p| format!("{p};expires={}", NOW - 1));
    assert_eq!(expired.judge(), Err(Stale));
}

#[test]
fn one_signature_with_our_tag_among_others_is_found() {
    let mut call = signed();
    call.headers.signature_input.insert_str(0, "other=(\"date\");created=1;tag=\"proxy\", ");
    call.headers.signature.insert_str(0, "other=:AAAA:, ");
    assert_eq!(call.judge(), Ok(till()));

    call.headers.signature_input.insert_str(0, "two=();tag=\"coupon-pos\", ");
    assert_eq!(call.judge(), Err(Invalid("two signatures carry the tag coupon-pos")));
}

#[test]
fn without_our_tag_the_signature_is_missing() {
    let call = signed().with_input(|p| p.replacen("coupon-pos", "coupon", 1));
    assert_eq!(call.judge(), Err(SignatureRefusal::Missing));
}

#[test]
fn a_short_long_or_misplaced_tag_is_no_signature() {
    for (signature, why) in [
        ("sig=:AA==:", "an hmac-sha256 signature is 32 bytes"),
        ("sig=::", "an hmac-sha256 signature is 32 bytes"),
        ("sig=\"text\"", "the signature is not a byte sequence"),
        ("gis=:AA==:", "Signature has no member of that label"),
        ("=", "Signature is not a structured dictionary (RFC 9651)"),
    ] {
        let mut call = signed();
        call.headers.signature = signature.to_owned();
        assert_eq!(call.judge(), Err(Invalid(why)));
    }
}

#[test]
fn long_headers_are_not_read() {
    let padded = |length: usize| {
        signed().with_input(|params| {
            let room = length - "sig=".len() - params.len() - ";nonce=\"\"".len();
            format!("{params};nonce=\"{}\"", "x".repeat(room))
        })
    };
    assert_eq!(padded(4096).headers.signature_input.len(), 4096);
    assert_eq!(padded(4096).judge(), Ok(till()));
    let why = Err(Invalid("Signature-Input or Signature is longer than 4096 bytes"));
    assert_eq!(padded(4097).judge(), why);
    let mut call = signed();
    call.headers.signature.push_str(&" ".repeat(4096));
    assert_eq!(call.judge(), why);
}

#[test]
fn every_bit_of_the_signature_counts() {
    let call = signed();
    let good = call.headers.signature.trim_start_matches("sig=:").trim_end_matches(':');
    let good = STANDARD.decode(good).unwrap();
    for bit in 0..256 {
        let mut tag = good.clone();
        tag[bit / 8] ^= 1 << (bit % 8);
        let mut call = signed();
        let tag = STANDARD.encode(tag);
        call.headers.signature = format!("sig=:{tag}:");
        assert_eq!(call.judge(), Err(Invalid("the signature does not match")), "bit {bit}");
    }
}

#[test]
fn another_shops_secret_or_an_altered_key_id_does_not_match() {
    let other = Till { shop: 8, ..till() };
    let mut call = signed_as(&other, NOW);
    assert_eq!(call.judge(), Ok(other));
    call.headers.signature_input =
        call.headers.signature_input.replace(&other.keyid(), &till().keyid());
    assert_eq!(call.judge(), Err(Invalid("the signature does not match")));
    // A root that is not in use says no more than a wrong signature does.
    let unknown = Till { key_version: KeyVersion::new(5, 1).unwrap(), ..till() };
    assert_eq!(signed_as(&unknown, NOW).judge(), Err(Invalid("the signature does not match")));
}

#[test]
fn the_clock_may_be_off_by_five_minutes() {
    for created in [NOW - 300, NOW - 299, NOW + 299, NOW + 300] {
        assert_eq!(signed_as(&till(), created).judge(), Ok(till()), "{created}");
    }
    for created in [NOW - 301, NOW + 301, 0, 1 << 49] {
        assert_eq!(signed_as(&till(), created).judge(), Err(Stale), "{created}");
    }
}

#[test]
fn an_expired_credential_is_refused() {
    let call = signed_as(&Till { not_after: NOW as u32, ..till() }, NOW);
    assert_eq!(call.judge(), Err(Invalid("the till's credential has expired")));
}

#[test]
fn required_components_follow_the_kind_of_call() {
    assert_eq!(Component::required(false, false).len(), 4);
    assert_eq!(Component::required(true, false).len(), 5);
    assert_eq!(Component::required(true, true).len(), 6);
    // A write without a body still signs the digest of the empty body.
    assert_eq!(Component::required(false, true).len(), 6);
}
