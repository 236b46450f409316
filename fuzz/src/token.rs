//! A coupon's token: accepted is what the issuer's key makes, in that one spelling.

use coupon_edge::base64url;
use coupon_edge::campaign::{CampaignId, Serial};
use coupon_edge::secret::Root;
use coupon_edge::token::{
    Coupon, CouponFields, CouponKey, KeyId, Keyring, TokenRefusal, UnverifiedToken, Version,
};

use super::draw;

/// The input is the text of a token; its bytes are also taken for the fields of a coupon.
pub fn holds(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        a_text_is_taken_only_as_it_is_minted(text);
    }
    what_is_minted_is_taken(data);
}

/// The key of `tests/vectors/token-v1.json` and `token-v2.json`.
fn key(version: Version, id: KeyId) -> CouponKey {
    version.key(&Root::from_bytes(std::array::from_fn(|at| at as u8)), id)
}

fn keyring(version: Version, id: KeyId) -> Keyring {
    [key(version, id)].into_iter().collect()
}

fn other(version: Version) -> Version {
    match version {
        Version::One => Version::Two,
        Version::Two => Version::One,
    }
}

/// Base64url of exactly these bytes.
fn has_one_spelling<const N: usize>(encoded: &str) {
    let bytes = base64url::decode::<N>(encoded).expect("so many bytes");
    assert_eq!(base64url::encode(&bytes), encoded, "one spelling");
}

fn a_text_is_taken_only_as_it_is_minted(text: &str) {
    let Ok(token) = UnverifiedToken::parse(text) else { return };
    let version = token.version();
    match version {
        Version::One => has_one_spelling::<51>(text.strip_prefix("C1.").expect("the prefix")),
        Version::Two => has_one_spelling::<99>(text.strip_prefix("C2.").expect("the prefix")),
    }

    let (campaign, kid) = token.claimed_key();
    let Ok(campaign) = CampaignId::try_from(campaign) else {
        assert_eq!(token.verify(&Keyring::default()), Err(TokenRefusal::UnknownKey));
        return;
    };
    let id = KeyId { campaign, kid };
    match token.verify(&keyring(version, id)) {
        Ok(verified) => {
            assert_eq!(verified.key(), id);
            assert_eq!(verified.coupon().mint(&key(version, id)).as_deref(), Some(text));
        }
        Err(TokenRefusal::UnknownKey) => panic!("its key is there"),
        // Authentic and yet no coupon, or forged: then the tag tells which.
        Err(TokenRefusal::Malformed(_) | TokenRefusal::Forged) => {}
    }
    let another = KeyId { kid: kid.wrapping_add(1), ..id };
    for strange in [keyring(version, another), keyring(other(version), id)] {
        assert_eq!(token.verify(&strange), Err(TokenRefusal::UnknownKey));
    }
}

fn what_is_minted_is_taken(mut data: &[u8]) {
    let kid = draw::u16(&mut data);
    let [shards_log2] = draw::bytes(&mut data);
    let number = draw::u32(&mut data) & CampaignId::MAX_NUMBER;
    let campaign = CampaignId::new(u32::from(shards_log2) % 17, number).expect("in range");
    let fields = CouponFields {
        campaign,
        serial: Serial::from_bytes(draw::bytes(&mut data)),
        value: draw::u32(&mut data),
        not_before: draw::u32(&mut data),
        not_after: draw::u32(&mut data),
        scope: draw::u32(&mut data),
        flags: 0,
    };
    let Ok(coupon) = Coupon::new(fields) else { return };
    let id = KeyId { campaign, kid };
    let [at, to] = draw::bytes(&mut data);
    for version in [Version::One, Version::Two] {
        let (key, keyring) = (key(version, id), keyring(version, id));
        let text = coupon.mint(&key).expect("the campaign's own key");
        let verified = UnverifiedToken::parse(&text).expect("the form").verify(&keyring);
        assert_eq!(verified.expect("the proof").coupon(), &coupon);

        // One character another: forged, or a key that is not there.
        let mut altered = text.clone().into_bytes();
        let at = usize::from(at) % altered.len();
        altered[at] = to & 0x7f;
        let altered = String::from_utf8(altered).expect("ASCII");
        let taken = UnverifiedToken::parse(&altered).is_ok_and(|it| it.verify(&keyring).is_ok());
        assert_eq!(taken, altered == text, "{altered}");
    }
}
