//! Asking a ledger shard.

use std::time::Duration;

use futures_util::future::{Either, select};
use worker::wasm_bindgen::JsValue;
use worker::{Delay, Env, Method, Request, RequestInit};

use super::admission::CallPlace;
use super::log::Log;
use crate::admission::CALL_MS;
use crate::ledger::{Call, Reply};
use crate::policy::LocationHint;
use crate::refusal::Fault;

/// The binding of the ledger's objects.
const LEDGER: &str = "LEDGER";

/// Asks the shard that the place is for, once. Whatever goes wrong on the way, the call may have
/// been carried out: the till asks again with the same key.
pub(super) async fn ask(
    env: &Env,
    place: CallPlace,
    hint: Option<LocationHint>,
    call: &Call,
    log: &Log,
) -> Result<Reply, Fault> {
    let shard = place.shard();
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
    let answered = match select(answered, Delay::from(Duration::from_millis(CALL_MS))).await {
        Either::Left((answered, _)) => answered.map_err(lost),
        Either::Right(_) => Err(Fault::Busy("the ledger gave no answer in time".to_owned())),
    };
    place.ended(answered.is_ok());
    let (status, body) = answered?;
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
