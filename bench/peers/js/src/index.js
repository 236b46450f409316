// Where the platform comes in: the door, the log, and the response.

import * as admission from "./admission.js";
import * as config from "./config.js";
import { serve } from "./handler.js";
import { Log, newRequestId, reportTurnedAway, turnedAway } from "./log.js";
import { Fault, Refusal } from "./refusal.js";
import { acceptSignature, isOpen, routeOf, splitUrl } from "./route.js";

export { LedgerObject } from "./ledger-object.js";

export default {
  fetch(request, env, context) {
    const now = Date.now();
    const url = splitUrl(request.url);
    const place = admission.enter(now);
    // What is open to everyone needs no place: whoever watches the edge is answered when it is full.
    const isFull = place === null && !isOpen(url.path);
    if (isFull) turnedAway(now);
    reportTurnedAway(now);
    if (isFull) return send(answerTo(Fault.overloaded("no room for another request"), {}), "", newRequestId());

    const answered = answer({ request, env, context, url, place, log: new Log(now), offset: 0 });
    // The work goes on when the client hangs up, so that its place is given back.
    context.waitUntil(answered);
    return answered;
  },
};

async function answer(call) {
  const { env, log, place, request } = call;
  let answer;
  try {
    call.config = config.load(env);
    call.route = routeOf(call.url.path);
    answer = await serve(call);
  } catch (why) {
    const known = why instanceof Refusal || why instanceof Fault ? why : Fault.internal(String(why?.stack ?? why));
    log.fields.code = known.code;
    if (known instanceof Fault) log.fields.reason = known.reason;
    answer = answerTo(known, call);
  } finally {
    admission.leave(place);
  }
  log.finish(answer.status);
  return send(answer, request.method, log.requestId);
}

/** The problem document of a refusal or a fault. */
function answerTo(known, { route, offset }) {
  const { status } = known;
  const headers = {};
  if (known instanceof Fault) {
    if (known.retryAfter) headers["Retry-After"] = String(known.retryAfter);
  } else if (status === 405) {
    headers.Allow = known.evidence.allow;
  } else if (status === 401) {
    headers["WWW-Authenticate"] = "Signature";
    headers["Accept-Signature"] = acceptSignature(route);
  }
  return { status, type: "application/problem+json", headers, body: known.document(offset) };
}

/** The response, with the headers that every response has; that to a HEAD has no body. */
function send({ status, type, headers, body }, method, requestId) {
  const all = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", ...headers, "Request-Id": requestId };
  if (type !== null) all["Content-Type"] = type;
  return new Response(method === "HEAD" ? null : body, { status, headers: all });
}
