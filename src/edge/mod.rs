//! The Worker and its Durable Objects: the only place that names `worker`. It translates and
//! carries; what is decided is decided in the core.
//!
//! Nothing here may panic: a panic takes every request in flight with it. What the platform calls is
//! `entry.js`, which tells those that they have to come again; what is asked of it, `platform.js`.

mod admission;
mod batch;
mod clock;
mod config;
mod consult;
#[allow(missing_docs, reason = "the platform's attribute makes functions without docs")]
mod counter_object;
mod door;
mod find;
mod handler;
mod ledger_client;
#[allow(missing_docs, reason = "the platform's attribute makes functions without docs")]
mod ledger_object;
mod log;
mod object_storage;
mod ops;
mod platform;
mod policies;
mod receive;
mod respond;
mod shipping;
mod statement;
#[allow(missing_docs, reason = "the platform's attribute makes functions without docs")]
mod statement_object;
mod tally;

use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::{Context, Env, js_sys, web_sys, worker_sys};

use self::door::Entry;
use self::log::Log;

pub use counter_object::CounterObject;
pub use ledger_object::LedgerObject;
pub use respond::unanswered;
pub use statement_object::StatementObject;

/// Every HTTP request comes in here, and leaves one line in the log unless it is turned away.
///
/// # Errors
/// When the platform cannot make a response.
#[wasm_bindgen]
pub async fn fetch(
    request: web_sys::Request,
    env: Env,
    context: worker_sys::Context,
    patience: JsValue,
) -> Result<web_sys::Response, JsValue> {
    let now = clock::now();
    let place = match door::enter(&request, now)? {
        Entry::In(place) => place,
        Entry::Full(response) => return Ok(response),
    };
    let log = Log::start(now);
    let incoming = receive::head(&request);
    let method = incoming.method.clone();
    let answer = match config::load(&env) {
        Ok(config) => {
            let (context, offset) = (Context::new(context), std::cell::Cell::default());
            let (known, log) = (tally::Known::default(), &log);
            let desk = handler::Desk { config, env, context, patience, log, offset, known };
            let answer = desk.answer(&request, incoming, place).await;
            tally::pass_on_if_due(&desk.env, &desk.context);
            answer
        }
        Err(fault) => log.fault(&fault).answer(None),
    };
    log.finish(clock::now(), &answer);
    respond::send(&answer, &method, log.request_id())
}
