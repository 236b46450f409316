// What the Worker asks of the platform, each in one call from Wasm: a value that goes over the border
// costs more than most of what is done with it, and an await in Wasm five times one in JavaScript.

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

/** A response; the header fields are names and values in turn, a line each. */
export function respond(status, fields, body) {
  const headers = {};
  const lines = fields.split("\n");
  for (let at = 0; at + 1 < lines.length; at += 2) headers[lines[at]] = lines[at + 1];
  return new Response(body, { status, headers });
}
