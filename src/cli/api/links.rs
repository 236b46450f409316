//! What can be done next with what an answer says.

use serde_json::{Map, Value, json};

use crate::api::Route;

const KEY: &str = "$request.header.Idempotency-Key";

/// The links of a call's answers when all is well, by name.
pub(super) fn of_answers(route: Route) -> Map<String, Value> {
    let by_id = |call: &str, id: &str| json!({ "operationId": call, "parameters": { "id": id } });
    let links = match route {
        Route::Redeem => {
            let again = json!({
                "operationId": "redeem",
                "description": "The same request gets the same answer.",
                "parameters": { "Idempotency-Key": KEY },
                "requestBody": "$request.body",
            });
            let cancel = json!({
                "operationId": "cancel",
                "requestBody": { "token": "$request.body#/token", "redemption_key": KEY },
            });
            vec![
                ("again", again),
                ("find", by_id("find", "$response.body#/id")),
                ("receipt", by_id("receipt", "$response.body#/id")),
                ("reverse", by_id("reverse", "$response.body#/id")),
                ("cancel", cancel),
            ]
        }
        Route::Find(_) => vec![
            ("receipt", by_id("receipt", "$request.path.id")),
            ("reverse", by_id("reverse", "$request.path.id")),
        ],
        Route::Receipt(_) => vec![("find", by_id("find", "$request.path.id"))],
        Route::Reverse(_) => vec![
            ("find", by_id("find", "$request.path.id")),
            ("receipt", by_id("receipt", "$request.path.id")),
        ],
        Route::Cancel => {
            let again = json!({
                "operationId": "cancel",
                "description": "The same `redemption_key` gets the same answer.",
                "requestBody": "$request.body",
            });
            vec![("again", again)]
        }
        Route::Batch => {
            let again = json!({
                "operationId": "batch",
                "description": "Each item that is the same request gets the same answer.",
                "requestBody": "$request.body",
            });
            vec![("again", again)]
        }
        Route::Statement => {
            let next = json!({
                "operationId": "statement",
                "description": "The next page.",
                "parameters": { "cursor": "$response.body#/next_cursor" },
            });
            vec![("next", next)]
        }
        Route::Check
        | Route::Health
        | Route::OpenApi
        | Route::Docs
        | Route::ReceiptKeys
        | Route::ArchiveKeys
        | Route::Metrics => Vec::new(),
    };
    links.into_iter().map(|(name, link)| (name.to_owned(), link)).collect()
}
