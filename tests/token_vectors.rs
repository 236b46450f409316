//! The literal tokens of `tests/vectors/token-v1.json` and `token-v2.json`, checked by this crate and
//! by a second implementation in Python that was written from `docs/token.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test"
)]

use std::path::Path;
use std::process::Command;

use coupon_edge::campaign::{CampaignId, Serial};
use coupon_edge::secret::Root;
use coupon_edge::token::{
    Coupon, CouponFields, InvalidCoupon, KeyId, Keyring, Malformed, TokenRefusal, UnverifiedToken,
    VerifiedCoupon, Version,
};
use serde::Deserialize;

/// A version, its vectors, and the other implementation.
struct Format {
    version: Version,
    text: &'static str,
    vectors: &'static str,
    script: &'static str,
}

const FORMATS: [Format; 2] = [
    Format {
        version: Version::One,
        text: include_str!("vectors/token-v1.json"),
        vectors: "tests/vectors/token-v1.json",
        script: "tests/vectors/token_v1.py",
    },
    Format {
        version: Version::Two,
        text: include_str!("vectors/token-v2.json"),
        vectors: "tests/vectors/token-v2.json",
        script: "tests/vectors/token_v2.py",
    },
];

#[derive(Deserialize)]
struct Vectors {
    root: String,
    keyring: Vec<LiveKey>,
    valid: Vec<Valid>,
    broken: Vec<Broken>,
}

#[derive(Deserialize)]
struct LiveKey {
    campaign: CampaignId,
    kid: u16,
    key: String,
}

#[derive(Deserialize)]
struct Valid {
    about: String,
    kid: u16,
    campaign: CampaignId,
    serial: Serial,
    value: u32,
    not_before: u32,
    not_after: u32,
    scope: u32,
    flags: u8,
    shard: u32,
    token: String,
}

#[derive(Deserialize)]
struct Broken {
    why: String,
    refusal: String,
    token: String,
}

impl Vectors {
    fn of(format: &Format) -> Self {
        serde_json::from_str(format.text).expect("the vectors are JSON of the expected shape")
    }

    fn root(&self) -> Root {
        Root::parse(&self.root).expect("the root is base64url of 32 bytes")
    }

    /// Read as the edge reads its secret.
    fn keyring(&self) -> Keyring {
        let keys = self.keyring.iter().map(|key| (key.id().to_string(), key.key.as_str()));
        let keys: std::collections::BTreeMap<_, _> = keys.collect();
        Keyring::parse(&serde_json::to_string(&keys).unwrap()).expect("the keyring")
    }
}

impl LiveKey {
    fn id(&self) -> KeyId {
        KeyId { campaign: self.campaign, kid: self.kid }
    }

    fn version(&self) -> Version {
        if self.key.starts_with("ed25519:") { Version::Two } else { Version::One }
    }
}

impl Valid {
    fn coupon(&self) -> Coupon {
        let &Self { campaign, serial, value, not_before, not_after, scope, flags, .. } = self;
        Coupon::new(CouponFields { campaign, serial, value, not_before, not_after, scope, flags })
            .expect("a valid vector is a coupon")
    }
}

fn verify(text: &str, keyring: &Keyring) -> Result<VerifiedCoupon, &'static str> {
    UnverifiedToken::parse(text)
        .map_err(TokenRefusal::Malformed)
        .and_then(|token| token.verify(keyring))
        .map_err(name)
}

/// The refusal as docs/token.md writes it.
fn name(refusal: TokenRefusal) -> &'static str {
    match refusal {
        TokenRefusal::Malformed(Malformed::Length) => "token-malformed/length",
        TokenRefusal::Malformed(Malformed::Prefix) => "token-malformed/prefix",
        TokenRefusal::Malformed(Malformed::Alphabet) => "token-malformed/alphabet",
        TokenRefusal::Malformed(Malformed::Coupon(InvalidCoupon::Flags)) => "token-malformed/flags",
        TokenRefusal::Malformed(Malformed::Coupon(InvalidCoupon::Value)) => "token-malformed/value",
        TokenRefusal::Malformed(Malformed::Coupon(InvalidCoupon::Window)) => {
            "token-malformed/window"
        }
        TokenRefusal::UnknownKey => "token-unknown-key",
        TokenRefusal::Forged => "token-forged",
    }
}

fn in_repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn python(script: &str, arguments: &[&Path]) {
    let output = Command::new("python3")
        .arg("-B")
        .arg(in_repository(script))
        .args(arguments)
        .output()
        .expect("this test needs python3 (3.9 or later) on the PATH");
    assert!(
        output.status.success(),
        "{script}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr),
    );
}

#[test]
fn valid_tokens_are_minted_and_verified() {
    for format in &FORMATS {
        let vectors = Vectors::of(format);
        let (root, keyring) = (vectors.root(), vectors.keyring());
        assert!(vectors.valid.len() >= 12, "vectors are missing");
        for key in &vectors.keyring {
            assert_eq!(key.version().edge_key(&root, key.id()), key.key, "{}", key.id());
        }
        for vector in &vectors.valid {
            let about = &vector.about;
            let id = KeyId { campaign: vector.campaign, kid: vector.kid };
            let coupon = vector.coupon();
            let minted = coupon.mint(&format.version.key(&root, id));
            assert_eq!(minted.as_ref(), Some(&vector.token), "{about}");
            let verified = verify(&vector.token, &keyring).expect(about);
            assert_eq!(verified.coupon(), &coupon, "{about}");
            assert_eq!(verified.key(), id, "{about}");
            assert_eq!(vector.campaign.shard_of(vector.serial).index(), vector.shard, "{about}");
        }
    }
}

#[test]
fn broken_tokens_are_refused_for_the_right_reason() {
    for format in &FORMATS {
        let vectors = Vectors::of(format);
        let keyring = vectors.keyring();
        assert!(vectors.broken.len() >= 45, "vectors are missing");
        for Broken { why, refusal, token } in &vectors.broken {
            assert_eq!(verify(token, &keyring).err(), Some(refusal.as_str()), "{why} {token:?}");
        }
    }
}

#[test]
fn the_python_implementation_agrees() {
    for format in &FORMATS {
        python(format.script, &[&in_repository(format.vectors)]);
    }
}

#[test]
fn the_vectors_can_be_written_anew() {
    for format in &FORMATS {
        let name = Path::new(format.vectors).file_name().unwrap();
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        python(format.script, &[Path::new("--write"), &file]);
        let written = std::fs::read_to_string(&file).unwrap();
        assert!(written == format.text, "{} --write gives other vectors", format.script);
    }
}

#[test]
fn the_documented_examples_are_the_first_vectors() {
    for format in &FORMATS {
        let first = &Vectors::of(format).valid[0];
        assert!(include_str!("../docs/token.md").contains(&first.token));
    }
}
