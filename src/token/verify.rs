//! The check that turns a text into a coupon.

use super::{Coupon, KeyId, Keyring, Malformed, UnverifiedToken, Version, layout};
use crate::campaign::CampaignId;

/// A coupon that the issuer signed. Only [`UnverifiedToken::verify`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedCoupon {
    coupon: Coupon,
    key: KeyId,
    version: Version,
}

/// Why a token is not a coupon of ours, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRefusal {
    /// Not a token of either version.
    Malformed(Malformed),
    /// No live campaign has this key, or it is of another version than the token.
    UnknownKey,
    /// The tag or the signature is not the key's.
    Forged,
}

impl VerifiedCoupon {
    /// What the issuer signed.
    pub fn coupon(&self) -> &Coupon {
        &self.coupon
    }

    /// Under which key.
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// How it was signed.
    pub fn version(&self) -> Version {
        self.version
    }
}

impl UnverifiedToken {
    /// Checks the tag, in constant time, or the signature, and then what the token says.
    ///
    /// # Errors
    /// [`TokenRefusal::UnknownKey`], [`TokenRefusal::Forged`], or, for an authentic token that no
    /// issuer should have signed, [`TokenRefusal::Malformed`].
    pub fn verify(&self, keyring: &Keyring) -> Result<VerifiedCoupon, TokenRefusal> {
        let (campaign, kid) = self.claimed_key();
        let campaign = CampaignId::try_from(campaign).map_err(|_| TokenRefusal::UnknownKey)?;
        let id = KeyId { campaign, kid };

        match keyring.proves(id, &self.signed, &self.proof) {
            None => return Err(TokenRefusal::UnknownKey),
            Some(false) => return Err(TokenRefusal::Forged),
            Some(true) => {}
        }

        let coupon = Coupon::new(layout::decode(&self.signed, campaign))
            .map_err(|why| TokenRefusal::Malformed(Malformed::Coupon(why)))?;
        Ok(VerifiedCoupon { coupon, key: id, version: self.version() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::campaign::Serial;
    use crate::secret::{Key, Root};
    use crate::token::{CouponFields, CouponKey, InvalidCoupon};

    /// Kids 1 and 2 are of version 1, kids 3 and 4 of version 2.
    fn id(kid: u16) -> KeyId {
        KeyId { campaign: CampaignId::new(4, 1).unwrap(), kid }
    }

    fn version(kid: u16) -> Version {
        if kid < 3 { Version::One } else { Version::Two }
    }

    fn root() -> Root {
        Root::from_bytes([1; 32])
    }

    fn key(kid: u16) -> CouponKey {
        version(kid).key(&root(), id(kid))
    }

    fn keyring() -> Keyring {
        (1..=4).map(key).collect()
    }

    fn fields() -> CouponFields {
        CouponFields {
            campaign: id(1).campaign,
            serial: Serial::from_bytes(*b"serial-12345"),
            value: 2500,
            not_before: 1_770_336_000,
            not_after: 1_771_804_800,
            scope: 0b101,
            flags: 0,
        }
    }

    fn verify(text: &str) -> Result<VerifiedCoupon, TokenRefusal> {
        UnverifiedToken::parse(text).map_err(TokenRefusal::Malformed)?.verify(&keyring())
    }

    #[test]
    fn several_kids_verify_at_once_and_name_the_same_coupon() {
        let coupon = Coupon::new(fields()).unwrap();
        let tokens = [1, 2, 3, 4].map(|kid| coupon.mint(&key(kid)).unwrap());
        for (token, kid) in tokens.iter().zip(1..) {
            assert_eq!(verify(token).unwrap().coupon(), &coupon);
            assert_eq!(verify(token).unwrap().key(), id(kid));
            assert_eq!(token.len(), version(kid).chars());
            assert_eq!(UnverifiedToken::parse(token).unwrap().version(), version(kid));
            assert_eq!(tokens.iter().filter(|it| *it == token).count(), 1);
        }
        assert_eq!(verify(&coupon.mint(&key(5)).unwrap()), Err(TokenRefusal::UnknownKey));
    }

    /// A kid is of one version: under another it names no key, whatever the token proves.
    #[test]
    fn a_token_of_the_other_version_names_no_key() {
        let coupon = Coupon::new(fields()).unwrap();
        for kid in [1, 2] {
            let token = coupon.mint(&CouponKey::derive_signing(&root(), id(kid))).unwrap();
            assert_eq!(verify(&token), Err(TokenRefusal::UnknownKey));
        }
        for kid in [3, 4] {
            let token = coupon.mint(&CouponKey::derive(&root(), id(kid))).unwrap();
            assert_eq!(verify(&token), Err(TokenRefusal::UnknownKey));
        }
    }

    /// What everybody knows of a key of version 2 must not mint in version 1: not even where the
    /// same kid is of version 1 for somebody.
    #[test]
    fn a_public_key_is_no_secret_of_version_1() {
        let public = key(3).public().unwrap().to_string();
        let known = public.strip_prefix("ed25519:").unwrap();
        let minted = CouponKey::new(id(3), &Key::parse(known).unwrap());
        let token = Coupon::new(fields()).unwrap().mint(&minted).unwrap();
        let edge = |key: &str| Keyring::parse(&format!("{{\"536870913/3\":\"{key}\"}}")).unwrap();
        let judged = |keyring| UnverifiedToken::parse(&token).unwrap().verify(&keyring).err();
        assert_eq!(judged(edge(&public)), Some(TokenRefusal::UnknownKey));
        assert_eq!(judged(edge(known)), None, "why its text says what it is");
    }

    #[test]
    fn neither_a_token_nor_a_key_is_printed() {
        let token = Coupon::new(fields()).unwrap().mint(&key(1)).unwrap();
        let unverified = UnverifiedToken::parse(&token).unwrap();
        assert_eq!(format!("{unverified:?}"), "UnverifiedToken((536870913, 1), not shown)");
        assert_eq!(format!("{:?}", key(1)), "CouponKey(536870913/1, secret)");
        assert_eq!(format!("{:?}", key(3)), "CouponKey(536870913/3, secret)");
        assert_eq!(format!("{:?}", keyring()), "Keyring(4 keys, not shown)");
    }

    #[test]
    fn a_key_of_another_campaign_signs_nothing() {
        let other = KeyId { campaign: CampaignId::new(4, 2).unwrap(), kid: 1 };
        let foreign = CouponKey::derive(&Root::from_bytes([1; 32]), other);
        // The coupon says campaign 1, the tag is campaign 2's.
        assert_eq!(Coupon::new(fields()).unwrap().mint(&foreign), None);
    }

    #[test]
    fn the_edges_secret_is_read_whole_or_not_at_all() {
        let [secret, public] = [1, 3].map(|kid| version(kid).edge_key(&root(), id(kid)));
        let read = |json: &str| {
            Keyring::parse(&json.replace("SECRET", &secret).replace("PUBLIC", &public))
        };
        let keyring = read(r#"{"536870913/1":"SECRET","536870913/3":"PUBLIC"}"#).unwrap();
        for kid in [1, 3] {
            let token = Coupon::new(fields()).unwrap().mint(&key(kid)).unwrap();
            assert!(UnverifiedToken::parse(&token).unwrap().verify(&keyring).is_ok());
        }
        assert!(keyring.knows(id(1).campaign) && !keyring.knows(CampaignId::new(4, 2).unwrap()));
        for wrong in [
            "",
            "[]",
            r#"{"536870913":"SECRET"}"#,
            r#"{"4294967295/1":"SECRET"}"#,
            r#"{"536870913/65536":"SECRET"}"#,
            r#"{"536870913/1":"SECRETA"}"#,
            r#"{"536870913/1":"ed25519:"}"#,
            r#"{"536870913/1":"PUBLICA"}"#,
            r#"{"536870913/1":"ed448:SECRET"}"#,
            r#"{"536870913/1":"SECRET","x":"SECRET"}"#,
        ] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_coupon_is_worth_something_for_some_time() {
        assert_eq!(Coupon::new(CouponFields { flags: 1, ..fields() }), Err(InvalidCoupon::Flags));
        assert_eq!(Coupon::new(CouponFields { value: 0, ..fields() }), Err(InvalidCoupon::Value));
        let (not_before, not_after) = (5, 5);
        let empty = CouponFields { not_before, not_after, ..fields() };
        assert_eq!(Coupon::new(empty), Err(InvalidCoupon::Window));
    }

    fn assert_nothing_else_verifies(serial: [u8; 12], kid: u16) {
        let fields = CouponFields { serial: Serial::from_bytes(serial), ..fields() };
        let token = Coupon::new(fields).unwrap().mint(&key(kid)).unwrap();
        for index in 0..token.len() {
            assert!(verify(&token[..index]).is_err());
            for bit in 0..8 {
                let mut bytes = token.clone().into_bytes();
                bytes[index] ^= 1 << bit;
                if let Ok(text) = String::from_utf8(bytes) {
                    assert!(verify(&text).is_err(), "bit {bit} of {index}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn minting_and_verifying_agree(
            serial: [u8; 12], value in 1_u32.., not_before: u32, length in 1_u32.., scope: u32,
            kid in 1_u16..=4,
        ) {
            let not_after = not_before.saturating_add(length);
            prop_assume!(not_before < not_after);
            let serial = Serial::from_bytes(serial);
            let fields = CouponFields { serial, value, not_before, not_after, scope, ..fields() };
            let coupon = Coupon::new(fields).unwrap();
            let verified = verify(&coupon.mint(&key(kid)).unwrap()).unwrap();
            prop_assert_eq!(verified.coupon(), &coupon);
            prop_assert_eq!(verified.key(), id(kid));
        }

        #[test]
        fn every_flipped_bit_and_every_truncation_is_refused(serial: [u8; 12]) {
            assert_nothing_else_verifies(serial, 1);
        }

        #[test]
        fn no_two_spellings_verify(kid in 1_u16..=4, index in 0_usize..135, replacement: char) {
            let token = Coupon::new(fields()).unwrap().mint(&key(kid)).unwrap();
            let index = index % token.len();
            let other: String = token.chars().enumerate()
                .map(|(i, c)| if i == index { replacement } else { c }).collect();
            prop_assert_eq!(verify(&other).is_ok(), other == token);
            for wrapped in [format!(" {token}"), format!("{token}\n"), format!("{token}="),
                            token.to_lowercase(), token.replacen('C', "c", 1)] {
                prop_assert!(verify(&wrapped).is_err());
            }
        }
    }

    proptest! {
        // Each is a thousand signatures.
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn every_flipped_bit_and_every_truncation_is_refused_in_version_2(serial: [u8; 12]) {
            assert_nothing_else_verifies(serial, 3);
        }
    }
}
