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

  async fetch(request) {
    const call = parse(await request.text());
    if (!call) return new Response("not a call of this version", { status: 400 });
    try {
      this.#open();
    } catch (why) {
      return new Response(`cannot be opened: ${why}`, { status: 503 });
    }
    try {
      return Response.json(this.#shard.handle(call, Date.now()));
    } catch (why) {
      return new Response(String(why), { status: why instanceof Unexpected ? 500 : 503 });
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
