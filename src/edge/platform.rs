//! What the Worker asks of the platform: `platform.js`, as Rust sees it.

use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::{js_sys, web_sys};

#[wasm_bindgen(module = "/src/edge/platform.js")]
extern "C" {
    /// Method, URL and header fields of a request, a line each.
    pub(super) fn head(request: &web_sys::Request) -> String;

    /// The body, as far as one byte beyond the limit.
    #[wasm_bindgen(catch)]
    pub(super) async fn body(
        request: &web_sys::Request,
        limit: u32,
        patience: &JsValue,
        milliseconds: u32,
    ) -> Result<js_sys::Uint8Array, JsValue>;

    /// A shard's answer: its status, a space, its body.
    #[wasm_bindgen(catch)]
    pub(super) async fn ask(
        namespace: &JsValue,
        name: &str,
        hint: Option<&str>,
        call: &str,
        patience: &JsValue,
        milliseconds: u32,
    ) -> Result<js_sys::JsString, JsValue>;

    /// What KV has under a key, if anything.
    #[wasm_bindgen(catch)]
    pub(super) async fn published(
        namespace: &JsValue,
        key: &str,
        milliseconds: u32,
    ) -> Result<Option<js_sys::JsString>, JsValue>;

    /// Runs a statement. The number of rows written and the rows, as JSON.
    #[wasm_bindgen(catch)]
    pub(super) fn run(
        sql: &JsValue,
        statement: &js_sys::JsString,
        parameters: &js_sys::Array,
    ) -> Result<String, JsValue>;

    /// A document that is open to everyone, by its name.
    pub(super) fn document(name: &str) -> String;

    /// A response, with the header fields that every response has; those of its own are names and
    /// values in turn, a line each.
    #[wasm_bindgen(catch)]
    pub(super) fn respond(
        request_id: &str,
        status: u16,
        content_type: &str,
        further: &str,
        body: Option<&str>,
    ) -> Result<web_sys::Response, JsValue>;

    /// A response that is made once, to be sent many times.
    pub(super) fn prepare(status: u16, content_type: &str, further: &str, body: &str) -> JsValue;

    /// Sends one that was prepared.
    #[wasm_bindgen(catch)]
    pub(super) fn send(prepared: &JsValue, request_id: &str) -> Result<web_sys::Response, JsValue>;
}

/// What a promise was rejected with, for the log.
pub(super) fn reason(why: &JsValue) -> String {
    why.as_string().unwrap_or_else(|| format!("{why:?}"))
}
