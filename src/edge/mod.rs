//! The Worker and its Durable Object: the only place that names `worker`. It translates and
//! carries; what is decided is decided in the core.
//!
//! Nothing here may panic: a panic inside the Durable Object leaves its caller without an answer.

mod admission;
mod alive;
mod clock;
mod config;
mod handler;
mod ledger_client;
#[allow(missing_docs, reason = "the platform's attribute makes functions without docs")]
mod ledger_object;
mod log;
mod policies;
mod receive;
mod respond;

use std::rc::Rc;

use worker::{Context, Env, Request, Response, Result, event};

use self::log::Log;
use crate::api::Incoming;
use crate::refusal::Fault;

pub use ledger_object::LedgerObject;

/// Every HTTP request comes in here, and leaves one line in the log.
#[event(fetch)]
async fn fetch(mut request: Request, env: Env, context: Context) -> Result<Response> {
    let log = Log::start(clock::now());
    let answer = match prepare(&request, &env) {
        Ok((incoming, config)) => {
            let offset = std::cell::Cell::default();
            let desk = handler::Desk { config, env, context, log: &log, offset };
            desk.answer(&mut request, incoming).await
        }
        Err(fault) => log.fault(&fault),
    };
    log.finish(clock::now(), &answer);
    respond::send(answer, &request, log.request_id())
}

fn prepare(
    request: &Request,
    env: &Env,
) -> std::result::Result<(Incoming, Rc<config::Config>), Fault> {
    let incoming = receive::head(request);
    let incoming = incoming.map_err(|why| Fault::Internal(format!("the request: {why}")))?;
    Ok((incoming, config::load(env)?))
}
