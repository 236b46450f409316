// The body: announced as JSON, at most 64 KiB, and not waited for for ever.

import { BODY_MS } from "./admission.js";
import { Fault, Refusal } from "./refusal.js";
import { within } from "./timeout.js";

const MAX_BYTES = 64 * 1024;

/** The body, as far as one byte beyond the limit. */
export async function readBody(request) {
  if (request.body === null) return new Uint8Array(0);
  try {
    const length = Number(request.headers.get("content-length") ?? NaN);
    // In one piece where it is known to be small, and else as it comes.
    const body = length <= MAX_BYTES ? request.bytes() : readChunks(request.body);
    return await within(BODY_MS, body, () => Fault.busy("the body did not come in time"));
  } catch (why) {
    throw why instanceof Fault ? why : Fault.busy(`the body broke off: ${why}`);
  }
}

async function readChunks(stream) {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BYTES) break;
  }
  return new Uint8Array(Buffer.concat(chunks, Math.min(length, MAX_BYTES + 1)));
}

/** A call that takes a body wants JSON, and no call more than 64 KiB. */
export function checkBody(route, contentType, body) {
  // A reversal says all it has to say in its path.
  const needsType = route.name !== "reverse" || body.length > 0;
  if (needsType && !isJson(contentType)) throw new Refusal("unsupported-media-type");
  if (body.length > MAX_BYTES) throw new Refusal("body-too-large");
}

/** `application/json`, with or without `charset=utf-8`. */
export function isJson(contentType) {
  if (contentType === "application/json") return true;
  if (contentType === null) return false;
  const [essence, ...parameters] = contentType.split(";");
  const parameter = parameters.join(";").trim().replaceAll('"', "");
  return essence.trim().toLowerCase() === "application/json" && /^(charset=utf-8)?$/i.test(parameter);
}
