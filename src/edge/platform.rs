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

    /// What a shop's statement says, as JSON.
    #[wasm_bindgen(catch, js_name = askStatement)]
    pub(super) async fn ask_statement(
        namespace: &JsValue,
        name: &str,
        question: &str,
        patience: &JsValue,
        milliseconds: u32,
    ) -> Result<js_sys::JsString, JsValue>;

    /// When a day begins in a time zone, and when the next one does; nothing for a zone that is none.
    #[wasm_bindgen(js_name = dayBounds)]
    pub(super) fn day_bounds(day: &str, zone: &str) -> Option<Vec<f64>>;

    /// What KV has under a key, if anything.
    #[wasm_bindgen(catch)]
    pub(super) async fn published(
        namespace: &JsValue,
        key: &str,
        milliseconds: u32,
    ) -> Result<Option<js_sys::JsString>, JsValue>;

    /// Keeps a text in a bucket under a name that nothing has; if something has it, gives that.
    #[wasm_bindgen(catch)]
    pub(super) async fn keep(
        bucket: &JsValue,
        key: &str,
        text: &str,
        milliseconds: u32,
    ) -> Result<Option<js_sys::JsString>, JsValue>;

    /// What a bucket has under a name, if anything.
    #[wasm_bindgen(catch)]
    pub(super) async fn kept(
        bucket: &JsValue,
        key: &str,
        milliseconds: u32,
    ) -> Result<Option<js_sys::JsString>, JsValue>;

    /// Keeps a text in a bucket in the place of what is there.
    #[wasm_bindgen(catch)]
    pub(super) async fn overwrite(
        bucket: &JsValue,
        key: &str,
        text: &str,
        milliseconds: u32,
    ) -> Result<(), JsValue>;

    /// What another object says to a parcel.
    #[wasm_bindgen(catch)]
    pub(super) async fn deliver(
        namespace: &JsValue,
        name: &str,
        parcel: &str,
        about: Option<&str>,
        milliseconds: u32,
    ) -> Result<js_sys::JsString, JsValue>;

    /// A shard's word that it reports.
    #[wasm_bindgen(catch)]
    pub(super) async fn report(
        namespace: &JsValue,
        name: &str,
        origin: &str,
        milliseconds: u32,
    ) -> Result<(), JsValue>;

    /// A campaign's counters are told of refusals.
    #[wasm_bindgen(catch)]
    pub(super) async fn count(
        namespace: &JsValue,
        name: &str,
        counted: &str,
        milliseconds: u32,
    ) -> Result<(), JsValue>;

    /// What a campaign's counters say.
    #[wasm_bindgen(catch)]
    pub(super) async fn show(
        namespace: &JsValue,
        name: &str,
        milliseconds: u32,
    ) -> Result<js_sys::JsString, JsValue>;

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
