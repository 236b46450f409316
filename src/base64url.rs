//! Base64url without padding ([RFC 4648 section 5]), with exactly one spelling per value.
//!
//! Tokens, key ids, redemption ids and the wire between Worker and ledger all use it. Where the
//! length is a multiple of 3 bytes there are no unused bits; elsewhere the decoder refuses unused
//! bits that are not zero.
//!
//! [RFC 4648 section 5]: https://www.rfc-editor.org/rfc/rfc4648#section-5

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Encodes bytes as base64url without padding.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Encodes bytes into a place of exactly the text's length; `None` when it has another.
pub fn encode_into(bytes: &[u8], text: &mut [u8]) -> Option<()> {
    let written = URL_SAFE_NO_PAD.encode_slice(bytes, text).ok()?;
    (written == text.len()).then_some(())
}

/// Decodes exactly `N` bytes; `None` for any other length, alphabet, padding or white space.
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    // Judged before decoding, so that a hostile length costs nothing.
    if text.len() != (N * 8).div_ceil(6) {
        return None;
    }
    let mut bytes = [0; N];
    let written = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
    (written == N).then_some(bytes)
}

/// Decodes however many bytes; `None` for any other alphabet, padding, white space, or unused bits
/// that are not zero.
pub fn decode_any(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Defines a fixed-size byte string whose text form, also in JSON, is its base64url.
macro_rules! bytes_type {
    ($(#[$doc:meta])* $name:ident, $size:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $size]);

        impl $name {
            /// Wraps the bytes: each value of them is valid.
            pub const fn from_bytes(bytes: [u8; $size]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::base64url::encode(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&$crate::base64url::encode(&self.0))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
                $crate::base64url::decode(&text).map(Self).ok_or_else(|| {
                    serde::de::Error::custom(concat!(
                        stringify!($name), " is base64url of ", stringify!($size), " bytes"
                    ))
                })
            }
        }
    };
}
pub(crate) use bytes_type;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_a_place_of_the_right_length_and_no_other() {
        for length in 0..8 {
            let mut text = [b'.'; 8];
            let fits = encode_into(&[0xfb, 0xff, 0xfe], &mut text[..length]).is_some();
            assert_eq!(fits, length == 4, "{length}");
        }
        let mut text = [b'.'; 4];
        encode_into(&[0xfb, 0xff, 0xfe], &mut text).unwrap();
        assert_eq!(&text, b"-__-");
    }

    #[test]
    fn has_one_spelling_per_value() {
        assert_eq!(encode(&[0xfb, 0xff, 0xfe]), "-__-");
        assert_eq!(decode::<3>("-__-"), Some([0xfb, 0xff, 0xfe]));
        for wrong in ["", "-__", "-__-=", "+//+", "-__ ", "-__\n", "-__-A"] {
            assert_eq!(decode::<3>(wrong), None, "{wrong:?}");
        }
        assert_eq!(decode_any("-__-"), Some(vec![0xfb, 0xff, 0xfe]));
        assert_eq!((decode_any("-w"), decode_any("")), (Some(vec![0xfb]), Some(Vec::new())));
        for wrong in ["-", "-__-A", "-x", "-w==", "+w", "-w\n", " -w"] {
            assert_eq!(decode_any(wrong), None, "{wrong:?}");
        }
        // 16 bytes leave four unused bits in the last character: they must be zero.
        assert_eq!(decode::<16>("AAAAAAAAAAAAAAAAAAAAAA"), Some([0; 16]));
        assert_eq!(decode::<16>("AAAAAAAAAAAAAAAAAAAAAB"), None);
    }
}
