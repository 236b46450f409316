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

    /// A response.
    #[wasm_bindgen(catch)]
    pub(super) fn respond(
        status: u16,
        fields: &str,
        body: Option<&str>,
    ) -> Result<web_sys::Response, JsValue>;
}

/// What a promise was rejected with, for the log.
pub(super) fn reason(why: &JsValue) -> String {
    why.as_string().unwrap_or_else(|| format!("{why:?}"))
}
