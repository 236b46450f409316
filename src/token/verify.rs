//! The check that turns a text into a coupon.

use super::{Coupon, KeyId, Keyring, Malformed, UnverifiedToken, layout};
use crate::campaign::CampaignId;

/// A coupon that the issuer signed. Only [`UnverifiedToken::verify`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedCoupon {
    coupon: Coupon,
    key: KeyId,
}

/// Why a token is not a coupon of ours, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRefusal {
    /// Not a token of version 1.
    Malformed(Malformed),
    /// No live campaign has this key.
    UnknownKey,
    /// The tag is not the key's.
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
}

impl UnverifiedToken {
    /// Checks the tag in constant time, and then what the token says.
    ///
    /// # Errors
    /// [`TokenRefusal::UnknownKey`], [`TokenRefusal::Forged`], or, for an authentic token that no
    /// version 1 issuer should have signed, [`TokenRefusal::Malformed`].
    pub fn verify(&self, keyring: &Keyring) -> Result<VerifiedCoupon, TokenRefusal> {
        let (campaign, kid) = self.claimed_key();
        let campaign = CampaignId::try_from(campaign).map_err(|_| TokenRefusal::UnknownKey)?;
        let id = KeyId { campaign, kid };
        let key = keyring.find(id).ok_or(TokenRefusal::UnknownKey)?;

        if !key.signed(&self.signed_parts(), &self.tag) {
            return Err(TokenRefusal::Forged);
        }

        let coupon = Coupon::new(layout::decode(&self.signed, campaign))
            .map_err(|why| TokenRefusal::Malformed(Malformed::Coupon(why)))?;
        Ok(VerifiedCoupon { coupon, key: id })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::campaign::Serial;
    use crate::secret::Root;
    use crate::token::{CouponFields, CouponKey, InvalidCoupon};

    fn id(kid: u16) -> KeyId {
        KeyId { campaign: CampaignId::new(4, 1).unwrap(), kid }
    }

    fn key(kid: u16) -> CouponKey {
        CouponKey::derive(&Root::from_bytes([1; 32]), id(kid))
    }

    fn keyring() -> Keyring {
        [key(1), key(2)].into_iter().collect()
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
        let (old, new) = (coupon.mint(&key(1)).unwrap(), coupon.mint(&key(2)).unwrap());
        assert_ne!(old, new);
        assert_eq!(verify(&old).unwrap().coupon(), verify(&new).unwrap().coupon());
        assert_eq!(verify(&coupon.mint(&key(3)).unwrap()), Err(TokenRefusal::UnknownKey));
    }

    #[test]
    fn neither_a_token_nor_a_key_is_printed() {
        let token = Coupon::new(fields()).unwrap().mint(&key(1)).unwrap();
        let unverified = UnverifiedToken::parse(&token).unwrap();
        assert_eq!(format!("{unverified:?}"), "UnverifiedToken((536870913, 1), not shown)");
        assert_eq!(format!("{:?}", key(1)), "CouponKey(536870913/1, secret)");
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
        let secret = CouponKey::secret(&Root::from_bytes([1; 32]), id(1)).reveal();
        let read = |json: &str| Keyring::parse(&json.replace("KEY", &secret));
        let keyring = read(r#"{"536870913/1":"KEY"}"#).unwrap();
        let token = Coupon::new(fields()).unwrap().mint(&key(1)).unwrap();
        assert!(UnverifiedToken::parse(&token).unwrap().verify(&keyring).is_ok());
        assert!(keyring.knows(id(1).campaign) && !keyring.knows(CampaignId::new(4, 2).unwrap()));
        for wrong in [
            "",
            "[]",
            r#"{"536870913":"KEY"}"#,
            r#"{"4294967295/1":"KEY"}"#,
            r#"{"536870913/65536":"KEY"}"#,
            r#"{"536870913/1":"KEYA"}"#,
            r#"{"536870913/1":"KEY","x":"KEY"}"#,
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

    proptest! {
        #[test]
        fn minting_and_verifying_agree(
            serial: [u8; 12], value in 1_u32.., not_before: u32, length in 1_u32.., scope: u32,
        ) {
            let not_after = not_before.saturating_add(length);
            prop_assume!(not_before < not_after);
            let serial = Serial::from_bytes(serial);
            let fields = CouponFields { serial, value, not_before, not_after, scope, ..fields() };
            let coupon = Coupon::new(fields).unwrap();
            let verified = verify(&coupon.mint(&key(2)).unwrap()).unwrap();
            prop_assert_eq!(verified.coupon(), &coupon);
            prop_assert_eq!(verified.key(), id(2));
        }

        #[test]
        fn every_flipped_bit_and_every_truncation_is_refused(serial: [u8; 12]) {
            let serial = Serial::from_bytes(serial);
            let token = Coupon::new(CouponFields { serial, ..fields() }).unwrap().mint(&key(1)).unwrap();
            for index in 0..token.len() {
                prop_assert!(verify(&token[..index]).is_err());
                for bit in 0..8 {
                    let mut bytes = token.clone().into_bytes();
                    bytes[index] ^= 1 << bit;
                    if let Ok(text) = String::from_utf8(bytes) {
                        prop_assert!(verify(&text).is_err(), "bit {} of {}", bit, index);
                    }
                }
            }
        }

        #[test]
        fn no_two_spellings_verify(index in 0_usize..71, replacement: char) {
            let token = Coupon::new(fields()).unwrap().mint(&key(1)).unwrap();
            let other: String = token.chars().enumerate()
                .map(|(i, c)| if i == index { replacement } else { c }).collect();
            prop_assert_eq!(verify(&other).is_ok(), other == token);
            for wrapped in [format!(" {token}"), format!("{token}\n"), format!("{token}="),
                            token.to_lowercase(), token.replacen("C1.", "c1.", 1)] {
                prop_assert!(verify(&wrapped).is_err());
            }
        }
    }
}
