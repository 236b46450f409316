//! Strict reading of a JSON object.

use serde::de::DeserializeOwned;

use crate::refusal::Refusal;

/// Reads one JSON object and nothing else. Unknown and repeated fields are refused by the type that
/// is read (`deny_unknown_fields`; serde's derived code refuses repeated ones), an array by this
/// function: serde would take its elements as the fields, in order.
///
/// # Errors
/// [`Refusal::MalformedRequest`] with what is wrong and where.
pub(super) fn read_object<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => return Err(malformed("the body is empty; it must be a JSON object")),
        Some(b'{') => {}
        Some(_) => return Err(malformed("the body is not a JSON object")),
    }
    serde_json::from_slice(body).map_err(|error| malformed(&error.to_string()))
}

/// Refuses with at most 200 characters: a parser's message may quote what it was given.
pub(super) fn malformed(why: &str) -> Refusal {
    Refusal::MalformedRequest(why.chars().take(200).collect())
}
