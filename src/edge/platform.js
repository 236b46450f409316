// What the Worker asks of the platform, each in one call from Wasm: a value that goes over the border
// costs more than most of what is done with it, and an await in Wasm five times one in JavaScript.

import docs from "public/docs.html";
import openapi from "public/openapi.json";

/** The documents that are open to everyone. They are texts of the script, so that the program does not
 * grow by them. */
export const document = (name) => ({ docs, openapi })[name];

/** Header fields that a request is read by, in the order in which Wasm expects them. */
const HEADERS = ["content-type", "content-digest", "idempotency-key", "signature-input", "signature"];

/** Method, URL and header fields, a line each. What is absent is NUL: neither can be in a field. */
export function head(request) {
  const lines = [request.method, request.url];
  for (const name of HEADERS) lines.push(request.headers.get(name) ?? "\0");
  return lines.join("\n");
}

/** The body, as far as one byte beyond the limit: nobody can make the edge hold more. */
async function read(request, limit) {
  // A body whose length is announced comes in one piece; the platform sees to it that it is no longer.
  if (Number(request.headers.get("content-length") ?? NaN) <= limit) {
    return new Uint8Array(await request.arrayBuffer());
  }
  const body = new Uint8Array(limit + 1);
  let length = 0;
  for await (const chunk of request.body ?? []) {
    const part = chunk.subarray(0, body.length - length);
    body.set(part, length);
    length += part.length;
    if (length === body.length) break;
  }
  return body.subarray(0, length);
}

/** The body; rejects with a reason if it breaks off, or is not there in time. */
export function body(request, limit, patience, milliseconds) {
  return patience.within(milliseconds, "the body did not come in time", read(request, limit));
}

/** A shard's answer; rejects with a reason if there is none in time. */
export function ask(namespace, name, hint, call, patience, milliseconds) {
  const options = hint === undefined ? undefined : { locationHint: hint };
  // A stub belongs to the request that made it, so it is made anew each time.
  const shard = namespace.get(namespace.idFromName(name), options);
  return patience.within(milliseconds, "the ledger gave no answer in time", shard.handle(call));
}

/** What a shop's statement says; rejects with a reason if there is no answer in time. */
export function askStatement(namespace, name, question, patience, milliseconds) {
  const statement = namespace.get(namespace.idFromName(name));
  return patience.within(milliseconds, "the statement gave no answer in time", statement.ask(question));
}

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** When a day (YYYY-MM-DD) begins in a time zone, and when the next one does, in milliseconds; nothing
 * for a zone that is none. A day begins with the first second that a calendar on the wall calls by its
 * name. That is not always 00:00, nor 24 hours before the next. */
export function dayBounds(day, zone) {
  let calendar;
  try {
    calendar = new Intl.DateTimeFormat("en-US-u-ca-iso8601-nu-latn", {
      timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit",
    });
  } catch {
    return undefined;
  }
  const dayAt = (time) => {
    const parts = Object.fromEntries(calendar.formatToParts(time).map((part) => [part.type, part.value]));
    return `${parts.year}-${parts.month}-${parts.day}`;
  };
  const begin = (midnight) => {
    const name = new Date(midnight).toISOString().slice(0, 10);
    // No zone is that far from UTC.
    let before = midnight - 24 * HOUR;
    let from = midnight + 24 * HOUR;
    while (from - before > SECOND) {
      const middle = before + Math.floor((from - before) / 2 / SECOND) * SECOND;
      if (dayAt(middle) < name) before = middle;
      else from = middle;
    }
    return from;
  };
  const midnight = Date.parse(day);
  return Float64Array.of(begin(midnight), begin(midnight + 24 * HOUR));
}

/** What the promise gives; rejects with a reason if that takes longer. */
async function within(milliseconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, milliseconds, "no answer in time");
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What KV has under a key, if anything; rejects with a reason if there is no answer in time. */
export const published = async (kv, key, milliseconds) => (await within(milliseconds, kv.get(key))) ?? undefined;

/** Keeps a text in a bucket under a name that nothing has; if something has it, gives that. */
export async function keep(bucket, key, text, milliseconds) {
  const onlyIf = new Headers({ "If-None-Match": "*" });
  const written = await within(milliseconds, bucket.put(key, text, { onlyIf }));
  if (written !== null) return undefined;
  return (await kept(bucket, key, milliseconds)) ?? Promise.reject("there, and not there");
}

/** What a bucket has under a name, if anything. */
export async function kept(bucket, key, milliseconds) {
  const found = await within(milliseconds, bucket.get(key));
  return found === null ? undefined : within(milliseconds, found.text());
}

/** Keeps a text in a bucket in the place of what is there. */
export async function overwrite(bucket, key, text, milliseconds) {
  await within(milliseconds, bucket.put(key, text));
}

/** What another object says to a parcel. */
export function deliver(namespace, name, parcel, about, milliseconds) {
  return within(milliseconds, namespace.get(namespace.idFromName(name)).receive(parcel, about));
}

/** A shard's word that it reports. */
export function report(namespace, name, origin, milliseconds) {
  return within(milliseconds, namespace.get(namespace.idFromName(name)).report(origin));
}

/** A campaign's counters are told of refusals. */
export function count(namespace, name, counted, milliseconds) {
  return within(milliseconds, namespace.get(namespace.idFromName(name)).count(counted));
}

/** What a campaign's counters say. */
export function show(namespace, name, milliseconds) {
  return within(milliseconds, namespace.get(namespace.idFromName(name)).show());
}

const base64url = (buffer) => new Uint8Array(buffer).toBase64({ alphabet: "base64url", omitPadding: true });
const cell = (value) => (value instanceof ArrayBuffer ? [base64url(value)] : value);

/** Runs a statement. The number of rows written and the rows, as JSON; bytes are a list of their
 * base64url, so that they are not texts. */
export function run(sql, statement, parameters) {
  const cursor = sql.exec(statement, ...parameters);
  // All rows in one call: one call for each, as raw() has it, was a twentieth of a redemption. No
  // statement has two columns of one name, which would be one here.
  const rows = cursor.toArray().map((row) => Object.values(row).map(cell));
  return JSON.stringify([cursor.rowsWritten, rows]);
}

/** The header fields of a response; the further ones are names and values in turn, a line each. */
function fields(requestId, type, further) {
  const fields = {
    "Request-Id": requestId,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  };
  if (type !== "") fields["Content-Type"] = type;
  if (further !== "") {
    const lines = further.split("\n");
    for (let at = 0; at + 1 < lines.length; at += 2) fields[lines[at]] = lines[at + 1];
  }
  return fields;
}

/** A response. */
export function respond(requestId, status, type, further, body) {
  return new Response(body, { status, headers: fields(requestId, type, further) });
}

/** A response that is made once, to be sent many times. */
export function prepare(status, type, further, body) {
  const bytes = new TextEncoder().encode(body);
  return { bytes, init: { status, headers: fields("", type, further) } };
}

/** Sends it: the platform copies the bytes and the header fields. */
export function send(prepared, requestId) {
  prepared.init.headers["Request-Id"] = requestId;
  return new Response(prepared.bytes, prepared.init);
}
