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

/** What KV has under a key, if anything; rejects with a reason if there is no answer in time. */
export async function published(kv, key, milliseconds) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, milliseconds, "no answer in time");
  });
  try {
    return (await Promise.race([kv.get(key), late])) ?? undefined;
  } finally {
    clearTimeout(timer);
  }
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
