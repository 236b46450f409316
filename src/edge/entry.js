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

/** Something went wrong; perhaps the instance died of it. */
function failed(why) {
  log("failed", { why: String(why) });
  revive();
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
    const unanswered = (why) => {
      failed(why);
      answered();
    };
    waiting.add(giveUp);
    try {
      work().then(answered, unanswered);
    } catch (why) {
      unanswered(why);
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

/** An object whose part is played by the Wasm instance that lives now. */
class OfInstance extends DurableObject {
  #part;
  #instance;

  /** The part, made anew when the instance is another. */
  part(make) {
    revive();
    if (this.#instance !== instance) {
      this.#part = make(this.ctx.storage.sql, this.env);
      this.#instance = instance;
    }
    return this.#part;
  }

  /** What `work` gives at once; `otherwise` when the instance dies of it. */
  atOnce(work, otherwise) {
    try {
      return work();
    } catch (why) {
      failed(why);
      return otherwise;
    }
  }
}

/** Milliseconds after which an alarm that failed is tried again. */
const AGAIN = 5000;

/** Milliseconds after which an alarm that was set and did not come is set again. */
const FORGOTTEN = 30_000;

/** Milliseconds for which an alarm that comes later is not moved. */
const SLACK = 1000;

/** An object that has work of its own, done when its alarm comes. */
class Working extends OfInstance {
  // When the alarm comes or came, in milliseconds; undefined while there is none.
  #alarm;

  constructor(context, env) {
    super(context, env);
    // One that is set is left as it is: workerd cancels an alarm that is moved in the moment in which it
    // comes, and that moment is often now, when it was set before the object was last ended.
    context.blockConcurrencyWhile(async () => {
      try {
        const alarm = await context.storage.getAlarm();
        if (alarm !== null) this.#alarm = Math.max(alarm, Date.now());
      } catch (why) {
        // The object can be called all the same, and another alarm be set.
        log("failed", { why: String(why) });
      }
    });
  }

  /** Whether an alarm comes in so many milliseconds at the latest, or is at work. */
  awake(milliseconds = Infinity) {
    const now = Date.now();
    return this.#alarm > now - FORGOTTEN && this.#alarm <= now + milliseconds;
  }

  /** Has the platform call `alarm()` in so many milliseconds. */
  async wake(milliseconds) {
    this.#alarm = Date.now() + milliseconds;
    try {
      await this.ctx.storage.setAlarm(this.#alarm);
    } catch (why) {
      this.#alarm = undefined;
      log("failed", { why: String(why) });
    }
  }

  /** The alarm has come: does the work, and sets the next alarm to when there is more to do, in so many
   * milliseconds. It never throws: the platform gives up on alarms that keep throwing. */
  async work(work) {
    this.#alarm = Date.now();
    const milliseconds = (await answer(work)) ?? AGAIN;
    if (milliseconds >= 0) return this.wake(milliseconds);
    this.#alarm = undefined;
  }
}

export class LedgerObject extends Working {
  #shard() {
    return this.part((sql, env) => new wasm.LedgerObject(sql, env));
  }

  /** Takes a call and gives the answer to it. It is called by RPC, which takes a third less than a
   * request with a body and a response with one; it is held back as these are, until what was written
   * is durable. */
  handle(call) {
    return this.atOnce(() => {
      const answer = this.#shard().handle(call);
      this.#arm();
      return answer;
    }, "503 the instance died");
  }

  /** Sets an alarm if there is something to ship and none is set: durable together with the entry,
   * because nothing is awaited between the two. */
  #arm() {
    if (this.awake()) return;
    const milliseconds = this.#shard().due();
    if (milliseconds >= 0) this.wake(milliseconds);
  }

  /** Ships the journal. */
  async alarm() {
    await this.work(() => this.#shard().ship());
    this.atOnce(() => this.#arm());
  }

  /** Tells every consumer that it has all that there is until now. */
  async report(origin) {
    const milliseconds = (await answer(() => this.#shard().report(origin))) ?? AGAIN;
    if (milliseconds >= 0 && !this.awake()) await this.wake(milliseconds);
  }
}

export class StatementObject extends OfInstance {
  #book() {
    return this.part((sql) => new wasm.StatementObject(sql));
  }

  /** Takes a parcel of a shard and says what became of it; throws if that is unknown. */
  receive(parcel) {
    return this.#answer((book) => book.receive(parcel));
  }

  /** Answers a question; throws if it cannot. */
  ask(question) {
    return this.#answer((book) => book.ask(question));
  }

  #answer(work) {
    try {
      return work(this.#book());
    } catch (why) {
      failed(why);
      throw new Error(String(why));
    }
  }
}

export class CounterObject extends Working {
  #counters() {
    return this.part((sql, env) => new wasm.CounterObject(sql, env));
  }

  receive(parcel, progress) {
    return this.atOnce(() => {
      const received = this.#counters().receive(parcel, progress);
      this.#arm();
      return received;
    }, "the instance died");
  }

  count(counted) {
    return this.atOnce(() => this.#counters().count(counted));
  }

  show() {
    return this.atOnce(() => {
      const said = this.#counters().show();
      this.#arm();
      return said;
    }, "the instance died");
  }

  /** Sets an alarm if there are shards to ask and none is set, or one that comes later. */
  #arm() {
    const milliseconds = this.#counters().wait();
    if (milliseconds >= 0 && !this.awake(milliseconds + SLACK)) this.wake(milliseconds);
  }

  /** Asks the shards that were silent for long. */
  async alarm() {
    await this.work(async () => {
      await this.#counters().ask();
      const milliseconds = this.#counters().wait();
      // It is not known yet whose shards there are.
      return milliseconds >= 0 ? milliseconds : AGAIN;
    });
  }
}
