//! Asking a ledger shard.

use std::time::Duration;

use futures_util::future::{Either, select};
use worker::wasm_bindgen::JsValue;
use worker::{Delay, Env, Method, Request, RequestInit};

use super::log::Log;
use crate::campaign::Shard;
use crate::ledger::{Call, Reply};
use crate::policy::LocationHint;
use crate::refusal::Fault;

/// The binding of the ledger's objects.
const LEDGER: &str = "LEDGER";

/// A till hears in time that the outcome is unknown, rather than nothing.
const TIMEOUT: Duration = Duration::from_secs(8);

/// Asks the shard once. Whatever goes wrong on the way, the call may have been carried out: the
/// till asks again with the same key.
pub(super) async fn ask(
    env: &Env,
    shard: Shard,
    hint: Option<LocationHint>,
    call: &Call,
    log: &Log,
) -> Result<Reply, Fault> {
    log.note("shard", shard.index());
    log.ledger_call();
    let lost = |why: worker::Error| Fault::Busy(format!("the ledger is out of reach: {why}"));

    // A stub belongs to the request that made it, so it is made anew each time.
    let namespace = env.durable_object(LEDGER).map_err(lost)?;
    let id = namespace.id_from_name(&shard.object_name()).map_err(lost)?;
    let stub = match hint {
        Some(hint) => id.get_stub_with_location_hint(hint.as_str()),
        None => id.get_stub(),
    };
    let call = serde_json::to_string(call).map_err(|why| Fault::Internal(why.to_string()))?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(JsValue::from_str(&call)));
    let request = Request::new_with_init("https://ledger/", &init).map_err(lost)?;

    let stub = stub.map_err(lost)?;
    let answered = async {
        let mut response = stub.fetch_with_request(request).await?;
        Ok((response.status_code(), response.text().await?))
    };
    futures_util::pin_mut!(answered);
    let (status, body) = match select(answered, Delay::from(TIMEOUT)).await {
        Either::Left((answered, _)) => answered.map_err(lost)?,
        Either::Right(_) => {
            return Err(Fault::Busy("the ledger gave no answer in time".to_owned()));
        }
    };
    match status {
        200 => {
            let reply: Reply = serde_json::from_str(&body)
                .map_err(|why| Fault::Internal(format!("the ledger's reply: {why}")))?;
            log.rows_written(reply.rows_written);
            Ok(reply)
        }
        // 503 is the object's own word that it could not; anything else should not happen.
        503 => Err(Fault::Busy(format!("the ledger failed: {body}"))),
        status => Err(Fault::Internal(format!("the ledger answered {status}: {body}"))),
    }
}
