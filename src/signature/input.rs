//! Finding and reading *our* signature among those of a request ([RFC 9421 section 4]).
//!
//! [RFC 9421 section 4]: https://www.rfc-editor.org/rfc/rfc9421#section-4

use sfv::{BareItem, Dictionary, InnerList, List, ListEntry, Parser};

use super::TAG;

/// Longest `Signature-Input` and longest `Signature` that are read at all. A till's take about 250
/// bytes. Nobody is known yet when they are read, and reading 60 KB of labels takes milliseconds.
const MAX_HEADER_BYTES: usize = 4096;

/// Our signature as the request declares it; nothing in it has been verified.
#[derive(Debug)]
pub(super) struct SignatureInput {
    /// Names of the covered components, in the order signed.
    pub(super) components: Vec<String>,
    /// When it was made, Unix seconds.
    pub(super) created: u64,
    /// After when it must not be taken, Unix seconds.
    pub(super) expires: Option<u64>,
    /// Whose it claims to be.
    pub(super) keyid: String,
    /// The signature itself.
    pub(super) tag: [u8; 32],
    /// `@signature-params`, serialised as RFC 9421 section 2.3 says.
    pub(super) params: String,
}

/// Why there is no signature to verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputError {
    /// No signature carries our tag.
    Missing,
    /// One does, or the headers cannot be read; what is wrong with them.
    Invalid(&'static str),
}

use InputError::{Invalid, Missing};

impl SignatureInput {
    /// Reads the headers `Signature-Input` and `Signature`.
    pub(super) fn read(input: Option<&str>, signature: Option<&str>) -> Result<Self, InputError> {
        let (Some(input), Some(signature)) = (input, signature) else { return Err(Missing) };
        if input.len().max(signature.len()) > MAX_HEADER_BYTES {
            return Err(Invalid("Signature-Input or Signature is longer than 4096 bytes"));
        }
        let inputs: Dictionary = Parser::new(input)
            .parse()
            .map_err(|_| Invalid("Signature-Input is not a structured dictionary (RFC 9651)"))?;

        let mut ours = inputs.into_iter().filter_map(|(label, entry)| match entry {
            ListEntry::InnerList(list) if has_our_tag(&list) => Some((label, list)),
            _ => None,
        });
        let (label, list) = ours.next().ok_or(Missing)?;
        if ours.next().is_some() {
            return Err(Invalid("two signatures carry the tag coupon-pos"));
        }

        let signatures: Dictionary = Parser::new(signature)
            .parse()
            .map_err(|_| Invalid("Signature is not a structured dictionary (RFC 9651)"))?;
        let tag = match signatures.get(label.as_str()) {
            Some(ListEntry::Item(item)) => match &item.bare_item {
                BareItem::ByteSequence(bytes) => <[u8; 32]>::try_from(bytes.as_slice())
                    .map_err(|_| Invalid("an hmac-sha256 signature is 32 bytes"))?,
                _ => return Err(Invalid("the signature is not a byte sequence")),
            },
            _ => return Err(Invalid("Signature has no member of that label")),
        };
        Self::from_list(list, tag)
    }

    fn from_list(list: InnerList, tag: [u8; 32]) -> Result<Self, InputError> {
        let mut components = Vec::with_capacity(list.items.len());
        for item in &list.items {
            let BareItem::String(name) = &item.bare_item else {
                return Err(Invalid("a covered component is not a string"));
            };
            if !item.params.is_empty() {
                return Err(Invalid("a covered component has parameters"));
            }
            components.push(name.as_str().to_owned());
        }

        let (mut created, mut expires, mut keyid) = (None, None, None);
        for (name, value) in &list.params {
            match (name.as_str(), value) {
                ("created", BareItem::Integer(at)) => {
                    let at = u64::try_from(i64::from(*at));
                    created = Some(at.map_err(|_| Invalid("a time is before 1970"))?);
                }
                ("expires", BareItem::Integer(at)) => {
                    let at = u64::try_from(i64::from(*at));
                    expires = Some(at.map_err(|_| Invalid("a time is before 1970"))?);
                }
                ("keyid", BareItem::String(id)) => keyid = Some(id.as_str().to_owned()),
                ("alg", BareItem::String(alg)) if alg.as_str() == "hmac-sha256" => {}
                ("alg", _) => return Err(Invalid("alg is not \"hmac-sha256\"")),
                ("nonce", BareItem::String(_)) | ("tag", BareItem::String(_)) => {}
                ("created" | "expires", _) => return Err(Invalid("a time is not an integer")),
                ("keyid" | "nonce", _) => return Err(Invalid("keyid or nonce is not a string")),
                _ => return Err(Invalid("a signature parameter is unknown")),
            }
        }
        Ok(Self {
            components,
            created: created.ok_or(Invalid("created is missing"))?,
            expires,
            keyid: keyid.ok_or(Invalid("keyid is missing"))?,
            tag,
            params: serialize(list).ok_or(Invalid("the parameters cannot be written"))?,
        })
    }
}

fn has_our_tag(list: &InnerList) -> bool {
    matches!(list.params.get("tag"), Some(BareItem::String(tag)) if tag.as_str() == TAG)
}

fn serialize(list: InnerList) -> Option<String> {
    use sfv::FieldType;
    List::from([ListEntry::InnerList(list)]).serialize()
}
