//! `docs/offline.md`, held against the code: its table, and its client, which verifies with a library
//! that is not ours.

#![allow(missing_docs, reason = "a test is nobody's library")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::path::Path;
use std::process::Command;

use coupon_edge::base64url;
use coupon_edge::campaign::{CampaignId, Serial};
use coupon_edge::secret::Root;
use coupon_edge::token::{Coupon, CouponFields, CouponKey, KeyId, Keyring, UnverifiedToken};

const DOC: &str = include_str!("../docs/offline.md");

#[test]
fn the_table_is_what_the_command_prints() {
    let output = Command::new(env!("CARGO_BIN_EXE_coupon")).arg("offline-loss").output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.lines().count() > 5);
    assert!(DOC.contains(&format!("\n\n{table}\n")), "docs/offline.md has another:\n{table}");
}

#[test]
fn the_client_is_printed_as_it_is() {
    let client = include_str!("clients/verify_offline.mjs");
    assert!(DOC.contains(&format!("\n{client}```\n")), "docs/offline.md has another:\n{client}");
}

#[test]
fn a_library_of_others_takes_what_we_take_and_nothing_else() {
    let campaign = CampaignId::new(4, 1).unwrap();
    let mint = |root: u8, kid| {
        let fields = CouponFields {
            campaign,
            serial: Serial::from_bytes([7; 12]),
            value: 2500,
            not_before: 1_770_336_000,
            not_after: 1_771_804_800,
            scope: 5,
            flags: 0,
        };
        let id = KeyId { campaign, kid };
        let key = CouponKey::derive_signing(&Root::from_bytes([root; 32]), id);
        (Coupon::new(fields).unwrap().mint(&key).unwrap(), key)
    };
    let (good, key) = mint(1, 1);
    let public = format!("{}={}", key.id(), key.public().unwrap());
    let keyring: Keyring = [key].into_iter().collect();
    let ours = |token: &str| {
        UnverifiedToken::parse(token).is_ok_and(|token| token.verify(&keyring).is_ok())
    };
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/verify_offline.mjs");
    let node = |token: &str| {
        let output = Command::new("node").arg(&client).args([&public, token]).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let said = "{\"coupon\":\"BwcHBwcHBwcHBwcH\",\"value\":2500,\"not_before\":1770336000,\
                \"not_after\":1771804800,\"scope\":5}\n";
    assert_eq!((ours(&good), node(&good)), (true, (true, said.to_owned())));

    let bytes: [u8; 99] = base64url::decode(&good[3..]).unwrap();
    let flipped = |at: usize| {
        let mut bytes = bytes;
        bytes[at] ^= 1;
        format!("C2.{}", base64url::encode(&bytes))
    };
    for (what, token) in [
        ("more value", flipped(21)),
        ("another serial", flipped(6)),
        ("another kid", flipped(1)),
        ("R altered", flipped(40)),
        ("S altered", flipped(80)),
        ("another issuer's", mint(2, 1).0),
        ("under another kid", mint(1, 2).0),
        ("cut off", good[..134].to_owned()),
        ("padded", format!("{good}=")),
        ("under the prefix of version 1", good.replacen("C2.", "C1.", 1)),
        ("spelled in the other alphabet", good.replace('-', "+").replace('_', "/") + " "),
    ] {
        assert!(!ours(&token), "{what}");
        assert!(!node(&token).0, "{what}");
    }
}
