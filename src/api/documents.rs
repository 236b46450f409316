//! The documents about the contract, made from it (see `src/cli/api`) and kept in the repository,
//! where a test holds them against it.

use super::Answer;

/// `GET /openapi.json`: the contract for machines, OpenAPI 3.1.
pub fn openapi_document() -> Answer {
    Answer::document("application/json", include_str!("../../public/openapi.json"))
}

/// `GET /docs`: the same for people. One page without anything from elsewhere.
pub fn docs_page() -> Answer {
    Answer::document("text/html; charset=utf-8", include_str!("../../public/docs.html"))
}
