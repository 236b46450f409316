// Where the platform comes in: it hands each event to the Wasm instance, and leaves nobody without an
// answer when that instance dies (docs/adr/0013-nobody-left-waiting.md).
//
// A panic in Rust, memory that runs out or a stack that overflows ends the instance and all that it
// was doing. The promises that it gave for the events in flight are then never settled, and the
// platform lets their callers wait. So every event is also kept here until it has its answer.

import { DurableObject } from "cloudflare:workers";
import * as wasm from "wasm";
import { Patience } from "./patience.js";

/** For each event that has no answer yet, what tells it that there will be none. */
const waiting = new Set();
const state = wasm.__worker_init_state();
let instance = state.instanceId;

function log(event, about) {
  console.error(JSON.stringify({ at: new Date().toISOString(), event, ...about }));
}

/** Puts a new instance in the place of one that died, and gives up on what that one was doing. */
function revive() {
  wasm.__worker_init_state(); // Any call into Wasm does it, and a new one counts itself.
  if (state.instanceId === instance) return;
  instance = state.instanceId;
  log("instance-died", { unanswered: waiting.size });
  for (const giveUp of waiting) giveUp();
  waiting.clear();
}

// What an instance dies of comes up here, because everything in it runs as a microtask.
addEventListener("error", revive);
addEventListener("unhandledrejection", revive);

/** What `work` answers; nothing if it fails, or if the instance dies on the way. */
function answer(work) {
  revive();
  return new Promise((resolve) => {
    const giveUp = () => resolve();
    const answered = (response) => {
      waiting.delete(giveUp);
      resolve(response);
    };
    const failed = (why) => {
      log("failed", { why: String(why) });
      revive();
      answered();
    };
    waiting.add(giveUp);
    try {
      work().then(answered, failed);
    } catch (why) {
      failed(why);
    }
  });
}

async function serve(request, env, context) {
  const patience = new Patience();
  const answered = await answer(() => wasm.fetch(request, env, context, patience));
  patience.end();
  // A response belongs to the event that made it, so it is made here and not where the event's end
  // was noticed.
  return answered ?? wasm.unanswered();
}

export default {
  fetch(request, env, context) {
    const answered = serve(request, env, context);
    // The work goes on when the client hangs up. Otherwise it would stop wherever it waits, not even
    // a destructor would run, and what it holds of the instance's places would stay held.
    context.waitUntil(answered);
    return answered;
  },
};

export class LedgerObject extends DurableObject {
  #shard;
  #instance;

  /** Takes a call and gives the answer to it. It is called by RPC, which takes a third less than a
   * request with a body and a response with one; it is held back as these are, until what was written
   * is durable. */
  handle(call) {
    try {
      return this.#ofThisInstance().handle(call);
    } catch (why) {
      log("failed", { why: String(why) });
      revive();
      return "503 the instance died";
    }
  }

  #ofThisInstance() {
    revive();
    if (this.#instance !== instance) {
      this.#shard = new wasm.LedgerObject(this.ctx.storage.sql);
      this.#instance = instance;
    }
    return this.#shard;
  }
}
