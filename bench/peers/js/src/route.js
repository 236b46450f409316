// Which call is this, and what must it carry?

import { parseRedemptionId } from "./campaign.js";
import { Refusal } from "./refusal.js";
import { COVERED, TAG } from "./signature.js";

const READ = "GET, HEAD, OPTIONS";
const POST = "POST, OPTIONS";
const open = { allow: READ, covered: null, isWrite: false };
const read = { allow: READ, covered: COVERED.read, isWrite: false };
const question = { allow: POST, covered: COVERED.question, isWrite: false };
const write = { allow: POST, covered: COVERED.write, isWrite: true };

const FIXED = new Map([
  ["/v1/redemptions", { name: "redeem", ...write }],
  ["/v1/redemptions/cancel", { name: "cancel", ...write }],
  ["/v1/coupons/check", { name: "check", ...question }],
  ["/healthz", { name: "health", ...open }],
  ["/openapi.json", { name: "openapi", ...open }],
  ["/docs", { name: "docs", ...open }],
]);

/** The route of a path; null if it is none, or if an id in it cannot be one. */
export function routeOf(path) {
  const fixed = FIXED.get(path);
  if (fixed) return fixed;
  if (!path.startsWith("/v1/redemptions/")) return null;
  const rest = path.slice("/v1/redemptions/".length);
  const isReversal = rest.endsWith("/reversal");
  const id = parseRedemptionId(isReversal ? rest.slice(0, -"/reversal".length) : rest);
  if (!id) return null;
  return isReversal ? { name: "reverse", ...write, id } : { name: "find", ...read, id };
}

/** Whether the path is one that is open to everyone. */
export const isOpen = (path) => FIXED.get(path)?.covered === null;

/** The path is one, and it takes the method. */
export function checkMethod(route, method) {
  if (!route) throw new Refusal("not-found");
  const takes = route.allow === READ ? ["GET", "HEAD", "OPTIONS"] : ["POST", "OPTIONS"];
  if (!takes.includes(method)) throw new Refusal("method-not-allowed", { allow: route.allow });
}

/** The `Accept-Signature` header for it (RFC 9421 section 5). */
export const acceptSignature = ({ covered }) =>
  `sig=(${covered.map((name) => `"${name}"`).join(" ")});created;keyid;tag="${TAG}"`;

/** Splits a URL, as the WHATWG standard serialises it, into what a signature covers. */
export function splitUrl(url) {
  const start = url.indexOf("://") + 3;
  const slash = url.indexOf("/", start);
  const hash = url.indexOf("#", slash);
  const end = hash < 0 ? url.length : hash;
  const mark = url.indexOf("?", slash);
  const pathEnd = mark < 0 || mark > end ? end : mark;
  return {
    authority: url.slice(start, slash),
    path: url.slice(slash, pathEnd),
    query: pathEnd === end ? "?" : url.slice(pathEnd, end),
  };
}
