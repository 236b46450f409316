//! The Worker and its Durable Object: the only place that names `worker`. It translates and
//! carries; what is decided is decided in the core.
//!
//! Nothing here may panic: a panic takes every request in flight with it. What the platform calls is
//! `entry.js`, which tells those that they have to come again.

mod admission;
mod clock;
mod config;
mod door;
mod handler;
mod ledger_client;
#[allow(missing_docs, reason = "the platform's attribute makes functions without docs")]
mod ledger_object;
mod log;
mod policies;
mod receive;
mod respond;

use std::rc::Rc;

use worker::{Context, Env, Request, Result, event, web_sys};

use self::door::Entry;
use self::log::Log;
use crate::api::Incoming;
use crate::refusal::Fault;

pub use ledger_object::LedgerObject;
pub use respond::unanswered;

/// Every HTTP request comes in here, and leaves one line in the log unless it is turned away.
#[event(fetch)]
async fn fetch(request: web_sys::Request, env: Env, context: Context) -> Result<web_sys::Response> {
    let now = clock::now();
    let place = match door::enter(&request, now)? {
        Entry::In(place) => place,
        Entry::Full(response) => return Ok(response),
    };
    let mut request = Request::from(request);
    let log = Log::start(now);
    let method = request.inner().method();
    let answer = match prepare(&request, &env) {
        Ok((incoming, config)) => {
            let offset = std::cell::Cell::default();
            let desk = handler::Desk { config, env, context, log: &log, offset };
            desk.answer(&mut request, incoming, place).await
        }
        Err(fault) => log.fault(&fault),
    };
    log.finish(clock::now(), &answer);
    Ok(respond::send(&answer, &method, log.request_id())?)
}

fn prepare(
    request: &Request,
    env: &Env,
) -> std::result::Result<(Incoming, Rc<config::Config>), Fault> {
    let incoming = receive::head(request);
    let incoming = incoming.map_err(|why| Fault::Internal(format!("the request: {why}")))?;
    Ok((incoming, config::load(env)?))
}
