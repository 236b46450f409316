//! Asking a ledger shard.

use worker::js_sys::Reflect;

use super::admission::CallPlace;
use super::handler::Desk;
use super::platform;
use crate::admission::PATIENCE_MS;
use crate::ledger::{Call, Outcome, Reply};
use crate::policy::LocationHint;
use crate::refusal::Fault;

/// The binding of the ledger's objects.
const LEDGER: &str = "LEDGER";

/// Asks the shard that the place is for, once. Whatever goes wrong on the way, the call may have
/// been carried out: the till asks again with the same key.
pub(super) async fn ask(
    desk: &Desk<'_>,
    place: CallPlace,
    hint: Option<LocationHint>,
    call: Call,
) -> Result<Vec<Outcome>, Fault> {
    let shard = place.shard();
    desk.log.ledger_call(shard, call.epochs);
    let namespace = Reflect::get(&desk.env, &LEDGER.into())
        .map_err(|why| Fault::Internal(format!("{LEDGER} is not bound: {why:?}")))?;
    let body = serde_json::to_string(&call).map_err(|why| Fault::Internal(why.to_string()))?;
    let hint = hint.map(LocationHint::as_str);
    let time = u32::try_from(PATIENCE_MS).unwrap_or(u32::MAX);
    let answered =
        platform::ask(&namespace, &shard.object_name(), hint, &body, &desk.patience, time).await;
    place.ended(answered.is_ok());
    let answered = answered.map_err(|why| {
        Fault::Busy(format!("the ledger is out of reach: {}", platform::reason(&why)))
    })?;
    let answered = String::from(answered);
    let (status, body) = answered.split_once(' ').unwrap_or_default();
    match status {
        "200" => {
            let reply: Reply = serde_json::from_str(body)
                .map_err(|why| Fault::Internal(format!("the ledger's reply: {why}")))?;
            desk.log.rows_written(reply.rows_written);
            reply
                .complete(call)
                .ok_or_else(|| Fault::Internal("the ledger did not answer each command".to_owned()))
        }
        // 503 is the object's own word that it could not; anything else should not happen.
        "503" => Err(Fault::Busy(format!("the ledger failed: {body}"))),
        status => Err(Fault::Internal(format!("the ledger answered {status}: {body}"))),
    }
}
