//! What a forger may try with real tokens, or with a real key of another kind, campaign or issuer:
//! docs/threat-model.md names these tests.
#![allow(missing_docs, reason = "a test is nobody's library")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use coupon_edge::base64url;
use coupon_edge::campaign::{CampaignId, Serial};
use coupon_edge::secret::{Key, Root};
use coupon_edge::signature::{
    Component, SignatureRefusal, SignedRequest, Verifier, content_digest, sign,
};
use coupon_edge::till::{KeyVersion, PosRoots, Till, TillKey};
use coupon_edge::time::Timestamp;
use coupon_edge::token::{
    Coupon, CouponFields, CouponKey, KeyId, Keyring, TokenRefusal, UnverifiedToken,
};
use hmac::Mac;

const NOW: u32 = 1_770_350_400;

/// Where the fields of a token are in its 51 bytes; the last is the tag.
const FIELDS: [std::ops::Range<usize>; 9] =
    [0..2, 2..6, 6..18, 18..22, 22..26, 26..30, 30..34, 34..35, 35..51];

fn root() -> Root {
    Root::from_bytes([1; 32])
}

fn id(campaign: u32, kid: u16) -> KeyId {
    KeyId { campaign: CampaignId::new(4, campaign).unwrap(), kid }
}

fn keyring() -> Keyring {
    let live = [id(1, 1), id(1, 2), id(2, 1), id(2, 7)];
    live.map(|id| CouponKey::derive(&root(), id)).into_iter().collect()
}

fn coupon(campaign: CampaignId, byte: u8) -> Coupon {
    Coupon::new(CouponFields {
        campaign,
        serial: Serial::from_bytes([byte; 12]),
        value: 2500 + u32::from(byte),
        not_before: NOW - u32::from(byte),
        not_after: NOW + u32::from(byte),
        scope: byte.into(),
        flags: 0,
    })
    .unwrap()
}

fn minted(id: KeyId, byte: u8) -> [u8; 51] {
    let token = coupon(id.campaign, byte).mint(&CouponKey::derive(&root(), id)).unwrap();
    base64url::decode(&token[3..]).unwrap()
}

fn verify(bytes: &[u8]) -> Result<Coupon, TokenRefusal> {
    let token = UnverifiedToken::parse(&format!("C1.{}", base64url::encode(bytes))).unwrap();
    token.verify(&keyring()).map(|verified| *verified.coupon())
}

/// The fields with the tag that this key makes over them after this prefix.
fn tagged(fields: &[u8], prefix: &str, key: &Key) -> Vec<u8> {
    let tag = key.hmac().chain_update(prefix).chain_update(fields).finalize().into_bytes();
    [fields, &tag[..16]].concat()
}

#[test]
fn parts_of_two_tokens_make_no_third() {
    let (one, two) = (minted(id(1, 1), 1), minted(id(2, 7), 2));
    // Every way to take each part from either.
    for choice in 0..1_u32 << FIELDS.len() {
        let mut mixed = one;
        for (_, field) in FIELDS.into_iter().enumerate().filter(|(n, _)| choice >> n & 1 == 1) {
            mixed[field.clone()].copy_from_slice(&two[field]);
        }
        let expected = match mixed {
            same if same == one => Ok(coupon(id(1, 1).campaign, 1)),
            same if same == two => Ok(coupon(id(2, 7).campaign, 2)),
            // Campaign 1 has no kid 7.
            mixed if mixed[..6] == [&two[..2], &one[2..6]].concat() => {
                Err(TokenRefusal::UnknownKey)
            }
            _ => Err(TokenRefusal::Forged),
        };
        assert_eq!(verify(&mixed), expected, "{choice:09b}");
    }
}

#[test]
fn a_key_counts_for_its_campaign_kid_and_version_alone() {
    let fields = minted(id(1, 1), 1)[..35].to_vec();
    let key = |id| CouponKey::secret(&root(), id);
    assert!(verify(&tagged(&fields, "C1.", &key(id(1, 1)))).is_ok());
    for (what, forged) in [
        ("another kid's key", tagged(&fields, "C1.", &key(id(1, 2)))),
        ("the same kid of another campaign", tagged(&fields, "C1.", &key(id(2, 1)))),
        ("another version's tag", tagged(&fields, "C2.", &key(id(1, 1)))),
        ("no version", tagged(&fields, "", &key(id(1, 1)))),
        ("the root itself", tagged(&fields, "C1.", &Key::parse(&root().reveal()).unwrap())),
        (
            "another issuer's key",
            tagged(&fields, "C1.", &CouponKey::secret(&Root::from_bytes([2; 32]), id(1, 1))),
        ),
    ] {
        assert_eq!(verify(&forged), Err(TokenRefusal::Forged), "{what}");
    }
}

fn till() -> Till {
    let key_version = KeyVersion::new(0, 1).unwrap();
    Till { shop: 7, till: 1, chain: 3, groups: 1, key_version, not_after: NOW + 1 }
}

/// Whether an edge with this POS root takes a request of the till that is signed with this key.
fn signs(key: &TillKey, pos_root: Root) -> Result<(), SignatureRefusal> {
    let digest = content_digest(b"{}");
    let request = SignedRequest {
        method: "POST",
        authority: "a.example",
        path: "/v1/redemptions",
        query: "?",
        content_digest: Some(&digest),
        idempotency_key: Some("k"),
        body: b"{}",
    };
    let required = Component::required(true, true);
    let headers = sign(&request, required, &till(), key, NOW.into());
    let headers = (Some(headers.signature_input.as_str()), Some(headers.signature.as_str()));
    let mut roots = PosRoots::default();
    roots.insert(0, pos_root).unwrap();
    let verifier = Verifier::new(roots, vec!["a.example".to_owned()]);
    verifier.verify(&request, headers, required, Timestamp::from_seconds(NOW)).map(|_| ())
}

/// Even where one root was put to both uses.
#[test]
fn a_key_of_one_kind_is_none_of_another() {
    let till_secret = TillKey::derive(&root(), &till()).reveal();
    let coupon_secret = CouponKey::secret(&root(), id(1, 1)).reveal();
    assert_eq!(signs(&TillKey::parse(&till_secret).unwrap(), root()), Ok(()));

    let no_match = Err(SignatureRefusal::Invalid("the signature does not match"));
    for secret in [&coupon_secret, &root().reveal()] {
        assert_eq!(signs(&TillKey::parse(secret).unwrap(), root()), no_match);
    }
    let fields = &minted(id(1, 1), 1)[..35];
    let forged = tagged(fields, "C1.", &Key::parse(&till_secret).unwrap());
    assert_eq!(verify(&forged), Err(TokenRefusal::Forged));
}

#[test]
fn a_till_of_one_environment_is_none_of_another() {
    let staging = TillKey::derive(&Root::from_bytes([8; 32]), &till());
    assert_eq!(signs(&staging, Root::from_bytes([8; 32])), Ok(()));
    let no_match = Err(SignatureRefusal::Invalid("the signature does not match"));
    assert_eq!(signs(&staging, Root::from_bytes([9; 32])), no_match);
}
