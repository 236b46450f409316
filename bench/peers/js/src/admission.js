// What an instance takes on, so that what it takes on is answered in time. The numbers and the rules
// are those of the project's src/admission.

import { Leases } from "./leases.js";
import { Fault } from "./refusal.js";

const ROOM = 256; // Requests at work at once.
const BODIES = 512; // Bodies on their way in at once.
const PROMPT_MS = 250; // A body that takes longer takes no room from others.
export const BODY_MS = 8_000; // A body that takes longer still is not waited for.
const CALL_LEASE_MS = 9_000;
const WORK_LEASE_MS = 31_000;

const WIDEST = ROOM / 2; // Calls that may wait for one shard.
const NARROWEST = 8;
const LATE_MS = 2_000; // A call that takes longer is late.

const LATE_REFUSALS = 80; // So many late refusals shut the door until their period is over.
const PERIOD_MS = 100;

const reading = new Leases(BODY_MS + 1_000);
const working = new Leases(WORK_LEASE_MS);
/** By object name; only shards with calls under way, or with something against them. */
const shards = new Map();
const late = { since: null, spent: 0 };

/** A place for a request whose head is there; null if there is none. */
export function enter(now) {
  if ((runs(now) && late.spent >= LATE_REFUSALS) || !hasRoom(now)) return null;
  const lease = reading.take(now, BODIES);
  return lease && { lease, isWorking: false };
}

/** The body is there, and the work begins. */
export function begin(place) {
  const now = Date.now();
  leave(place);
  const lease = place && hasRoom(now) ? working.take(now, ROOM) : null;
  if (!lease) throw Fault.overloaded("no room by the time the body was there");
  Object.assign(place, { lease, isWorking: true });
}

/** The request is answered, or given up. */
export function leave(place) {
  if (place) (place.isWorking ? working : reading).end(place.lease);
}

/** Counts those at work and those about to be. */
const hasRoom = (now) => working.live(now) + reading.younger(now, PROMPT_MS) < ROOM;

const runs = (now) => late.since !== null && late.since <= now && now - late.since < PERIOD_MS;

/** A place for a call to this shard. `ended` tells how many calls may wait for it. */
export function call(shard) {
  const now = Date.now();
  const key = shard.campaign * 0x10000 + shard.index;
  let waiting = shards.get(key);
  if (!waiting) {
    waiting = { leases: new Leases(CALL_LEASE_MS), size: WIDEST, quick: 0, closed: null };
    shards.set(key, waiting);
  }
  const lease = waiting.leases.take(now, waiting.size);
  if (!lease) {
    if (!runs(now)) Object.assign(late, { since: now, spent: 0 });
    late.spent += 1;
    throw Fault.overloaded("no room for another call to the shard");
  }
  const ended = (isAnswered) => {
    const end = Date.now();
    waiting.leases.end(lease);
    learn(waiting, isAnswered && end - now <= LATE_MS, end);
    // Nothing is kept of a shard that nothing is known of.
    if (waiting.leases.live(end) === 0 && waiting.size === WIDEST) shards.delete(key);
  };
  return { shard, ended };
}

/** Quick answers open the window by one, a late one closes it by half. */
function learn(waiting, isQuick, now) {
  if (isQuick) {
    waiting.quick += 1;
    if (waiting.quick >= waiting.size) Object.assign(waiting, { size: Math.min(WIDEST, waiting.size + 1), quick: 0 });
    return;
  }
  // Calls that waited together are late together: that is one piece of news, not many.
  const { closed } = waiting;
  if (closed === null || closed > now || now - closed >= LATE_MS) {
    Object.assign(waiting, { size: Math.max(NARROWEST, Math.floor(waiting.size / 2)), quick: 0, closed: now });
  }
}
