//! A till's key id: 18 bytes, in one spelling.

use coupon_edge::till::Till;

use super::draw;

/// The input is the text of a key id; its bytes are also taken for the attributes of a till.
pub fn holds(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        match Till::parse(text) {
            Some(till) => {
                assert_eq!(till.keyid(), text, "one spelling");
                assert!(till.key_version.root() < 16 && till.key_version.issue() < 4096);
            }
            None => assert!(!looks_right(text), "{text:?}"),
        }
    }
    let bytes: [u8; 18] = draw::bytes(&mut &*data);
    let keyid = format!("S1.{}", coupon_edge::base64url::encode(&bytes));
    let till = Till::parse(&keyid).expect("every 18 bytes are some till's");
    assert_eq!(till.to_bytes(), bytes);
}

/// The format, said once more: 18 bytes are 24 characters with no bit left over.
fn looks_right(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() == 27 && text.starts_with("S1.") && text.bytes().skip(3).all(letter)
}
