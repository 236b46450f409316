// Asking a ledger shard, once. Whatever goes wrong on the way, the call may have been carried out.

import { objectName } from "./campaign.js";
import { Fault } from "./refusal.js";
import { within } from "./timeout.js";

const CALL_MS = 8_000; // A ledger that takes longer is not waited for.

/** The shard's outcome. */
export async function ask(env, place, hint, call, log) {
  log.fields.shard = place.shard.index;
  log.ledgerCalls += 1;
  let status, body;
  try {
    const id = env.LEDGER.idFromName(objectName(place.shard));
    const stub = env.LEDGER.get(id, hint === null ? undefined : { locationHint: hint });
    const asked = stub.handle(JSON.stringify(call));
    const answered = await within(CALL_MS, asked, () => Fault.busy("the ledger gave no answer in time"));
    [status, body] = [Number(answered.slice(0, 3)), answered.slice(4)];
  } catch (why) {
    place.ended(false);
    throw why instanceof Fault ? why : Fault.busy(`the ledger is out of reach: ${why}`);
  }
  place.ended(true);
  // 503 is the object's own word that it could not; anything else should not happen.
  if (status === 503) throw Fault.busy(`the ledger failed: ${body}`);
  if (status !== 200) throw Fault.internal(`the ledger answered ${status}: ${body}`);
  const reply = JSON.parse(body);
  log.rowsWritten += reply.rows_written;
  return complete(reply.outcomes[0], call);
}

/** The shard says of an entry that it appended only what it decided. */
function complete(outcome, { epochs, commands: [command] }) {
  if (!outcome.appended) return outcome;
  const { seq, n, at } = outcome.appended;
  const { serial, by, fingerprint, discount, order_amount, order_ref = null, reversal_window_s, chain } = command.redeem;
  const reversible_until = at + reversal_window_s * 1000;
  const entry = { seq, serial, n, kind: "redemption", at, by, fingerprint, discount, order_amount, order_ref, epochs,
    reversible_until, answer: 1, chain };
  return { redeemed: { entry, replayed: false } };
}
