//! A policy as it is published: what opens is, byte for byte, what the issuer signs.

use coupon_edge::base64url;
use coupon_edge::policy::{
    CampaignPolicy, MAX_BYTES, Policy, PolicyKeys, Rejected, ShopsPolicy, open, sign,
};
use ed25519_dalek::SigningKey;

use super::draw;

/// The input is a published text; what follows its first line is also signed anew.
pub fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let document = text.split_once('\n').map_or(text, |(_, document)| document);
    let kv_key = serde_json::from_str::<serde_json::Value>(document)
        .map_or("policy/1".to_owned(), |it| format!("policy/{}", it["campaign"]));
    opens_only_as_signed::<CampaignPolicy>(&kv_key, text, document);
    opens_only_as_signed::<ShopsPolicy>(ShopsPolicy::KV_KEY, text, document);
}

fn issuer() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn keys(issuer: &SigningKey) -> PolicyKeys {
    PolicyKeys::parse(&base64url::encode(issuer.verifying_key().as_bytes())).expect("a public key")
}

fn opens_only_as_signed<P: Policy + std::fmt::Debug>(kv_key: &str, text: &str, document: &str) {
    let (issuer, stranger) = (issuer(), SigningKey::from_bytes(&[4; 32]));
    let keys = keys(&issuer);
    let good = sign(kv_key, document, &issuer);
    match open::<P>(kv_key, text, &keys) {
        Ok(_) => assert_eq!(text, good, "Ed25519 signs one message in one way"),
        Err(Rejected::NotSigned) => assert_ne!(text, good),
        Err(_) => assert!(text == good || text.len() > MAX_BYTES, "read before it was verified"),
    }

    let (opened, parsed) = (open::<P>(kv_key, &good, &keys), P::parse(document));
    match (&opened, parsed) {
        (Ok(opened), Ok(parsed)) => assert_eq!((opened, kv_key), (&parsed, &*parsed.kv_key())),
        (Err(Rejected::Foreign), Ok(parsed)) => assert_ne!(parsed.kv_key(), kv_key),
        (Err(opened), Err(parsed)) => assert_eq!(*opened, parsed),
        (opened, _) => panic!("signed, and yet {opened:?}"),
    }

    // By another, for another place, or with a bit of the signature the other way.
    let not_signed = Err(Rejected::NotSigned);
    assert_eq!(open::<P>(kv_key, &sign(kv_key, document, &stranger), &keys), not_signed);
    assert_eq!(open::<P>(kv_key, &sign("policy/0/", document, &issuer), &keys), not_signed);
    let [at, bit] = draw::bytes(&mut document.as_bytes());
    let (line, rest) = good.split_once('\n').expect("the first line");
    let mut signature: [u8; 64] = base64url::decode(&line[3..]).expect("64 bytes");
    signature[usize::from(at) % 64] ^= 1 << (bit % 8);
    let altered = format!("P1 {}\n{rest}", base64url::encode(&signature));
    assert_eq!(open::<P>(kv_key, &altered, &keys), not_signed);
}
