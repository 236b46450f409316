// One JSON object a line for each request. Never a secret, never a token.

import { encodeUrl } from "./base64.js";
import { rfc3339 } from "./time.js";

/** What is known about a request so far. */
export class Log {
  requestId = newRequestId();
  fields = {};
  kvReads = 0;
  ledgerCalls = 0;
  rowsWritten = 0;

  constructor(now) {
    this.started = now;
  }

  /** Writes the line. */
  finish(status) {
    const now = Date.now();
    console.log(JSON.stringify({
      at: rfc3339(now),
      request_id: this.requestId,
      status,
      ms: Math.max(0, now - this.started),
      kv_reads: this.kvReads,
      ledger_calls: this.ledgerCalls,
      rows_written: this.rowsWritten,
      ...this.fields,
    }));
  }
}

export const newRequestId = () => encodeUrl(crypto.getRandomValues(new Uint8Array(12)));

/** A line about something that belongs to no request. */
export function logEvent(event, about, why) {
  console.log(JSON.stringify({ at: rfc3339(Date.now()), event, about, why }));
}

let crowd = null; // Those turned away who are not in the log yet.
let reported = null;

/** One was turned away. */
export function turnedAway(now) {
  crowd ??= { since: now, count: 0 };
  crowd.count += 1;
}

/** One line a second about all those who were; to be called at every request. */
export function reportTurnedAway(now) {
  if (crowd === null || (reported !== null && reported <= now && now - reported < 1_000)) return;
  const { since, count } = crowd;
  console.log(JSON.stringify({ at: rfc3339(now), event: "turned-away", since: rfc3339(since), requests: count }));
  [crowd, reported] = [null, now];
}
