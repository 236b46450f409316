//! Signing and verifying: the RFC's examples, what is pinned, and what is refused.

use proptest::prelude::*;

use ed25519_dalek::Signer;

use super::compact::compact;
use super::*;
use crate::base64url;

/// RFC 8037 appendix A.1.
const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
const PAYLOAD: &str = r#"{"v":1}"#;

fn keys() -> SigningKeys {
    SigningKeys::parse(SEED).unwrap()
}

/// A JWS by our key whose header says this.
fn with_header(header: &str) -> String {
    compact(header, PAYLOAD, &keys().signer)
}

fn verdict(text: &str) -> Result<String, Rejected> {
    keys().public().verify(Typ::Receipt, text).map(|verified| verified.payload)
}

#[test]
fn signs_as_rfc_8037_appendix_a_4() {
    let signed = compact(r#"{"alg":"EdDSA"}"#, "Example of Ed25519 signing", &keys().signer);
    assert_eq!(
        signed,
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09P\
         GcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    );
}

#[test]
fn a_signature_is_pinned() {
    let signed = keys().sign(Typ::Receipt, PAYLOAD);
    assert_eq!(
        signed,
        "eyJhbGciOiJFZERTQSIsImtpZCI6ImtQcktfcW14VldhWVZBOXd3QkY2SXVvM3ZWeno3VHhIQ1R3WEJ5Z3JTNGsiL\
         CJ0eXAiOiJjb3Vwb24tcmVjZWlwdCtqd3MifQ.eyJ2IjoxfQ.MtkKMkkuMFaPJDno4DsFtcNCGSo8KA-APbT85SMT2\
         HYzXwtBueZN9aw-6CKwUJPvRAFnDZHimO5rA-K7sEnoDQ"
    );
    assert_eq!(keys().sign(Typ::Receipt, PAYLOAD), signed, "the same each time");
    let header = base64url::decode_any(signed.split('.').next().unwrap()).unwrap();
    let expected = format!(r#"{{"alg":"EdDSA","kid":"{KID}","typ":"coupon-receipt+jws"}}"#);
    assert_eq!(String::from_utf8(header).unwrap(), expected);
    assert_eq!(verdict(&signed).as_deref(), Ok(PAYLOAD));
}

#[test]
fn the_key_set_is_pinned_and_reads_back() {
    let text = format!("{SEED},{}", base64url::encode(&[7; 32]));
    let keys = SigningKeys::parse(&text).unwrap();
    let jwks = keys.public().jwks();
    assert_eq!(
        jwks,
        r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","use":"sig","alg":"EdDSA"},{"kty":"OKP","crv":"Ed25519","x":"6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iw","kid":"--6IM5l0OosLj9yWskISYhUA3n_3CURQkmrYMSha_ck","use":"sig","alg":"EdDSA"}]}"#
    );
    assert_eq!(PublicKeys::parse_jwks(&jwks).as_ref(), Ok(keys.public()));
}

#[test]
fn a_key_set_may_have_other_keys_and_members() {
    let jwks = keys().public().jwks();
    let more = jwks.replace(r#"{"keys":["#, r#"{"next":1,"keys":[{"kty":"RSA","n":"AQAB"},"#);
    let more = more.replace(r#""use":"sig""#, r#""use":"sig","exp":1"#);
    assert_eq!(PublicKeys::parse_jwks(&more).as_ref(), Ok(keys().public()));
    for (wrong, why) in [
        (String::new(), "EOF"),
        ("{}".to_owned(), "missing field `keys`"),
        (r#"{"keys":[]}"#.to_owned(), "no Ed25519 key"),
        (r#"{"keys":[],"keys":[]}"#.to_owned(), "duplicate field"),
        (jwks.replace("Ed25519", "X25519"), "no Ed25519 key"),
        (jwks.replace(KID, "first"), "is not its thumbprint"),
        (jwks.replace(r#""kid":"#, r#""id":"#), "is not its thumbprint"),
        (jwks.replace(r#""x":"11"#, r#""x":"1"#), "32 bytes"),
    ] {
        let read = PublicKeys::parse_jwks(&wrong).unwrap_err();
        assert!(read.contains(why), "{wrong}: {read}");
    }
}

#[test]
fn only_the_one_header_is_taken() {
    let good = format!(r#"{{"alg":"EdDSA","kid":"{KID}","typ":"coupon-receipt+jws"}}"#);
    assert!(verdict(&with_header(&good)).is_ok());
    let header = Rejected::Malformed("the header is not an object of alg, kid and typ, once each");
    for (from, to, why) in [
        ("EdDSA", "none", Rejected::Algorithm),
        ("EdDSA", "HS256", Rejected::Algorithm),
        ("EdDSA", "eddsa", Rejected::Algorithm),
        ("EdDSA", "Ed25519", Rejected::Algorithm),
        ("coupon-receipt+jws", "coupon-archive-head+jws", Rejected::Typ),
        ("coupon-receipt+jws", "JWT", Rejected::Typ),
        (KID, "kPrK", Rejected::UnknownKey),
        (r#""alg":"EdDSA","#, "", header),
        (r#","typ":"coupon-receipt+jws""#, "", header),
        (r#","typ""#, r#","crit":["b64"],"b64":false,"typ""#, header),
        (r#","typ""#, r#","crit":[],"typ""#, header),
        (r#","typ""#, r#","jwk":{},"typ""#, header),
        (r#","typ""#, r#","typ":"coupon-receipt+jws","typ""#, header),
        (r#"{"alg""#, r#"{"alg":"none","alg""#, header),
        (&*good, &*format!(r#"["EdDSA","{KID}","coupon-receipt+jws"]"#), header),
        (&*good, "", header),
    ] {
        let spoilt = good.replace(from, to);
        assert_ne!(spoilt, good);
        assert_eq!(verdict(&with_header(&spoilt)), Err(why), "{spoilt}");
    }
}

/// The public key as the key of a MAC: what a verifier takes that lets the header choose.
#[test]
fn a_mac_by_the_public_key_is_no_signature() {
    let jwks = keys().public().jwks();
    let header = format!(r#"{{"alg":"HS256","kid":"{KID}","typ":"coupon-receipt+jws"}}"#);
    let signed = with_header(&header);
    let (signed, _) = signed.rsplit_once('.').unwrap();
    let key = crate::secret::Key::parse(&keys().signer().reveal()).unwrap();
    let tag = hmac::Mac::finalize(hmac::Mac::chain_update(key.hmac(), signed)).into_bytes();
    let forged = format!("{signed}.{}", base64url::encode(&tag));
    let keys = PublicKeys::parse_jwks(&jwks).unwrap();
    assert_eq!(keys.verify(Typ::Receipt, &forged), Err(Rejected::Algorithm));
    // And with the header of a signature.
    let ours = with_header(&header.replace("HS256", "EdDSA"));
    let (ours, _) = ours.rsplit_once('.').unwrap();
    let forged = format!("{ours}.{}", base64url::encode(&tag));
    let why = Rejected::Malformed("the signature is not base64url of 64 bytes");
    assert_eq!(keys.verify(Typ::Receipt, &forged), Err(why));
}

#[test]
fn a_text_that_is_no_compact_jws_is_refused() {
    let good = keys().sign(Typ::Receipt, PAYLOAD);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let parts = Rejected::Malformed("it is not three parts with points between");
    let not_64 = Rejected::Malformed("the signature is not base64url of 64 bytes");
    let too_long = Rejected::Malformed("it is longer than 16 KiB");
    let payload = Rejected::Malformed("the payload is not UTF-8");
    let header = r#"{"alg":"EdDSA","kid":"KID","typ":"coupon-receipt+jws"}"#.replace("KID", KID);
    let bytes = |payload: &[u8]| {
        let header = base64url::encode(header.as_bytes());
        let signed = format!("{header}.{}", base64url::encode(payload));
        let signature = keys().signer.sign(signed.as_bytes());
        format!("{signed}.{}", base64url::encode(&signature.to_bytes()))
    };
    for (text, why) in [
        (String::new(), parts),
        (signed.to_owned(), parts),
        (format!("{good}."), parts),
        (format!("{good}.{signature}"), parts),
        (format!("{signed}."), not_64),
        (good[..good.len() - 1].to_owned(), not_64),
        (format!("{good}="), not_64),
        (format!("{good}\n"), not_64),
        (format!(" {good}"), Rejected::Malformed("the header is not base64url")),
        (format!("{signed}.{}", "A".repeat(86)), Rejected::Signature),
        (bytes(b"\xff"), payload),
        ("A".repeat(MAX_BYTES + 1), too_long),
        ("A".repeat(MAX_BYTES), parts),
    ] {
        assert_eq!(verdict(&text), Err(why), "{text:.80}");
    }
    assert_eq!(verdict(&bytes(b"x")).as_deref(), Ok("x"));
    let other = SigningKeys::parse(&base64url::encode(&[7; 32])).unwrap();
    assert_eq!(verdict(&other.sign(Typ::Receipt, PAYLOAD)), Err(Rejected::UnknownKey));
}

#[test]
fn a_retired_key_still_verifies() {
    let old = keys().sign(Typ::Receipt, PAYLOAD);
    let retired = SigningKeys::retired(&keys().signer());
    let rotated = format!("{},{retired}", base64url::encode(&[7; 32]));
    let rotated = SigningKeys::parse(&rotated).unwrap();
    let verified = rotated.public().verify(Typ::Receipt, &old).unwrap();
    assert_eq!((verified.payload.as_str(), verified.key.kid()), (PAYLOAD, KID));
    assert_ne!(rotated.sign(Typ::Receipt, PAYLOAD), old);
}

proptest! {
    #[test]
    fn no_text_but_the_signed_one_is_taken(at: prop::sample::Index, with in "[ -~]") {
        let good = keys().sign(Typ::Receipt, PAYLOAD);
        let at = at.index(good.len());
        let altered = format!("{}{with}{}", &good[..at], &good[at + 1..]);
        prop_assert_eq!(verdict(&altered).is_ok(), altered == good);
        prop_assert!(verdict(&good[..at]).is_err());
    }

    #[test]
    fn whatever_is_signed_reads_back(payload in ".{0,200}") {
        let signed = keys().sign(Typ::Receipt, &payload);
        prop_assert_eq!(verdict(&signed), Ok(payload));
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        prop_assert!(verdict(&text).is_err());
        let _ = PublicKeys::parse_jwks(&text);
        let _ = SigningKeys::parse(&text);
    }
}
