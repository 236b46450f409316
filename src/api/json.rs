//! Strict reading of a JSON object.

use serde::Deserialize;

use crate::refusal::Refusal;

/// Reads one JSON object and nothing else. Unknown and repeated fields are refused by the type that
/// is read (`deny_unknown_fields`; serde's derived code refuses repeated ones), an array by this
/// function: serde would take its elements as the fields, in order.
///
/// # Errors
/// [`Refusal::MalformedRequest`] with what is wrong with `what`, and where.
pub(super) fn read_object<'a, T: Deserialize<'a>>(
    what: &str,
    json: &'a [u8],
) -> Result<T, Refusal> {
    let first = json.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => return Err(malformed(&format!("{what} is empty; it must be a JSON object"))),
        Some(b'{') => {}
        Some(_) => return Err(malformed(&format!("{what} is not a JSON object"))),
    }
    serde_json::from_slice(json).map_err(|error| malformed(&error.to_string()))
}

/// Refuses with at most 200 characters: a parser's message may quote what it was given.
pub(super) fn malformed(why: &str) -> Refusal {
    Refusal::MalformedRequest(why.chars().take(200).collect())
}
