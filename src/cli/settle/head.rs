//! The signed head of a shard's archive, and the public keys that it may be signed with.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, anyhow};

use crate::journal::Head;
use crate::jws::{PublicKeys, Rejected, Typ};

/// Why a text is no head of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeadFault {
    /// Its signature is not good.
    Rejected(Rejected),
    /// Signed, and no head of this version.
    Version,
}

/// Reads a set of keys, a JWKS; those that are not Ed25519 are left out.
pub(super) fn read_keys(path: &Path) -> anyhow::Result<PublicKeys> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let keys = PublicKeys::parse_jwks(&text).map_err(|why| anyhow!(why));
    keys.with_context(|| format!("{} is no set of keys", path.display()))
}

/// Reads a head: the signature first, then what it says.
pub(super) fn read_head(text: &[u8], keys: &PublicKeys) -> Result<Head, HeadFault> {
    let text = std::str::from_utf8(text);
    let text = text.map_err(|_| HeadFault::Rejected(Rejected::Malformed("it is not UTF-8")))?;
    let verified = keys.verify(Typ::ArchiveHead, text).map_err(HeadFault::Rejected)?;
    Head::parse(verified.payload.as_bytes()).ok_or(HeadFault::Version)
}

impl std::fmt::Display for HeadFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rejected(why) => write!(f, "no head that can be believed: {why}"),
            Self::Version => write!(f, "signed, but no head of this version"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::campaign::Shard;
    use crate::journal::Origin;
    use crate::jws::SigningKeys;

    #[test]
    fn a_head_is_read_only_as_it_was_signed() {
        let keys = |seed| SigningKeys::parse(&base64url::encode(&[seed; 32])).unwrap();
        let shard = Shard::parse("c1/0").unwrap();
        let head = Head::new(Origin { shard, currency: "CNY".parse().unwrap() }, 1);
        let json = serde_json::to_string(&head).unwrap();
        let read = |text: &str| read_head(text.as_bytes(), keys(1).public());
        let text = keys(1).sign(Typ::ArchiveHead, &json);
        assert_eq!(read(&text), Ok(head));
        let wrong = |text: &str, why| assert_eq!(read(text), Err(HeadFault::Rejected(why)));
        wrong(&keys(2).sign(Typ::ArchiveHead, &json), Rejected::UnknownKey);
        wrong(&keys(1).sign(Typ::Receipt, &json), Rejected::Typ);
        let later = json.replacen("\"v\":1", "\"v\":2", 1);
        assert_eq!(read(&keys(1).sign(Typ::ArchiveHead, &later)), Err(HeadFault::Version));
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            assert!(read_head(&other, keys(1).public()).is_err(), "byte {at}");
        }
    }
}
