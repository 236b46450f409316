// The Durable Object: takes a call, gives a reply. The platform holds the reply back until what was
// written is durable.

import { DurableObject } from "cloudflare:workers";
import { isCall } from "./ledger-wire.js";
import { LedgerShard, Unexpected } from "./ledger-shard.js";

export class LedgerObject extends DurableObject {
  #shard = null;

  constructor(state, env) {
    super(state, env);
    try {
      this.#open();
    } catch {
      // An object cannot be refused its making, and what kept it from opening may pass.
    }
  }

  /** Takes a call by RPC, gives a status, a space and a reply, or why there is none. */
  handle(text) {
    const call = parse(text);
    if (!call) return "400 not a call of this version";
    try {
      this.#open();
    } catch (why) {
      return `503 cannot be opened: ${why}`;
    }
    try {
      return `200 ${JSON.stringify(this.#shard.handle(call, Date.now()))}`;
    } catch (why) {
      return `${why instanceof Unexpected ? 500 : 503} ${why}`;
    }
  }

  #open() {
    this.#shard ??= new LedgerShard(this.ctx.storage.sql);
  }
}

function parse(text) {
  try {
    const call = JSON.parse(text);
    return isCall(call) ? call : null;
  } catch {
    return null;
  }
}
