//! The digest of a body: `Content-Digest` with `sha-256` ([RFC 9530]).
//!
//! [RFC 9530]: https://www.rfc-editor.org/rfc/rfc9530

use sfv::{BareItem, Dictionary, ListEntry, Parser};
use sha2::{Digest, Sha256};

/// The `Content-Digest` header of a body, also of an empty one.
pub fn content_digest(body: &[u8]) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)))
}

/// Whether the header has a `sha-256` digest, and it is the body's. Digests by other algorithms may
/// stand beside it; they are not judged.
pub(super) fn digest_matches(header: &str, body: &[u8]) -> bool {
    let Ok(dictionary) = Parser::new(header).parse::<Dictionary>() else { return false };
    match dictionary.get("sha-256") {
        Some(ListEntry::Item(item)) => match &item.bare_item {
            BareItem::ByteSequence(digest) => digest.as_slice() == Sha256::digest(body).as_slice(),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9530 appendix B.1: the digest of `{"hello": "world"}` with a line feed.
    const BODY: &[u8] = b"{\"hello\": \"world\"}\n";
    const DIGEST: &str = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";

    #[test]
    fn gives_and_takes_the_digest_of_rfc_9530_b_1() {
        assert_eq!(content_digest(BODY), DIGEST);
        assert!(digest_matches(DIGEST, BODY));
        assert!(digest_matches(&content_digest(b""), b""));
        assert!(digest_matches(&format!("sha-512=:AAAA:, {DIGEST}"), BODY));
    }

    #[test]
    fn refuses_anything_else() {
        for wrong in [
            "",
            "sha-256",
            "sha-256=1",
            "sha-256=\"RK/0\"",
            "sha-256=::",
            "sha-256=:RK/0:",
            "sha-512=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
            "SHA-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=",
            "sha-256=(:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:)",
        ] {
            assert!(!digest_matches(wrong, BODY), "{wrong:?}");
        }
        assert!(!digest_matches(DIGEST, b"{\"hello\": \"world\"}"));
    }
}
