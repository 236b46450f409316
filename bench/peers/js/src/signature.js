// Who signed this request? RFC 9421 with hmac-sha256, and the body's digest of RFC 9530.

import { decodeStandard } from "./base64.js";
import { sha256, verifyTag } from "./crypto.js";
import { Refusal } from "./refusal.js";
import { Bare, parseDictionary, writeList } from "./structured.js";

export const TAG = "coupon-pos";
const MAX_HEADER_BYTES = 4096;
const MAX_SKEW_S = 300;

const READ = ["@method", "@authority", "@path", "@query"];

/** What each kind of call must cover, no more and no fewer. */
export const COVERED = {
  read: READ,
  question: [...READ, "content-digest"],
  write: [...READ, "content-digest", "idempotency-key"],
};

const invalid = (detail) => new Refusal("signature-invalid", { detail });
const encoder = new TextEncoder();

/** The till whose signature the request carries. */
export async function authenticate(request, required, { tills, authorities }, now) {
  // 1: the one signature with our tag
  const input = readInput(request.signatureInput, request.signature);

  // 2: it covers exactly what it must; and the base, in the order in which the till signed
  let base = "";
  const covered = new Set();
  for (const name of input.names) {
    if (!required.includes(name)) throw invalid("the signature covers a component that this call does not have");
    if (covered.has(name)) throw invalid("the signature covers a component twice");
    const value = valueOf(request, name);
    if (value === null) throw invalid("a covered header is absent");
    covered.add(name);
    base += `"${name}": ${value}\n`;
  }
  if (covered.size !== required.length) throw invalid("the signature does not cover all that this call requires");

  // 3: it is meant for this edge
  if (!authorities.has(request.authority)) throw invalid("this edge does not serve the @authority that was called");

  // 4: the key id is one, and its root is in use
  const till = await tills.find(input.keyid);
  if (!till) throw invalid("keyid is not a till's");

  // 5: the tag is the till's
  base += `"@signature-params": ${writeList(input.names, input.params)}`;
  const isTheirs = till.key !== null && (await verifyTag(till.key, input.tag, encoder.encode(base)));
  if (!isTheirs) throw invalid("the signature does not match");
  tills.keep(input.keyid, till);

  // 6: the body is the one signed
  if (covered.has("content-digest") && !digestMatches(request.contentDigest, request.body)) {
    throw invalid("Content-Digest is not the sha-256 of the body");
  }

  // 7 and 8: the credential has not ended, and the clock is near ours
  if (till.expires <= now) throw invalid("the till's credential has expired");
  const seconds = Math.floor(now / 1000);
  if (Math.abs(input.created - seconds) > MAX_SKEW_S || input.expires < seconds) {
    throw new Refusal("signature-stale", { edge_time: now });
  }
  return till;
}

function valueOf(request, name) {
  switch (name) {
    case "@method": return request.method;
    case "@authority": return request.authority;
    case "@path": return request.path;
    case "@query": return request.query;
    case "content-digest": return request.contentDigest?.trim() ?? null;
    case "idempotency-key": return request.idempotencyKey?.trim() ?? null;
  }
}

function readInput(inputHeader, signatureHeader) {
  if (inputHeader === null || signatureHeader === null) throw new Refusal("signature-missing");
  if (isLong(inputHeader) || isLong(signatureHeader)) {
    throw invalid("Signature-Input or Signature is longer than 4096 bytes");
  }
  const inputs = parseDictionary(inputHeader);
  if (!inputs) throw invalid("Signature-Input is not a structured dictionary (RFC 9651)");
  const ours = [...inputs].filter(([, member]) => member.list && member.params.get("tag") === TAG);
  if (ours.length === 0) throw new Refusal("signature-missing");
  if (ours.length > 1) throw invalid("two signatures carry the tag coupon-pos");
  const [[label, { list, params }]] = ours;

  const signatures = parseDictionary(signatureHeader);
  if (!signatures) throw invalid("Signature is not a structured dictionary (RFC 9651)");
  const member = signatures.get(label);
  if (!member || member.list) throw invalid("Signature has no member of that label");
  if (!isBytes(member.item)) throw invalid("the signature is not a byte sequence");
  const tag = decodeStandard(member.item.text);
  if (tag.length !== 32) throw invalid("an hmac-sha256 signature is 32 bytes");
  return { tag, params, names: namesOf(list), ...knownParams(params) };
}

function namesOf(list) {
  return list.map(({ item, params }) => {
    if (typeof item !== "string") throw invalid("a covered component is not a string");
    if (params.size > 0) throw invalid("a covered component has parameters");
    return item;
  });
}

function knownParams(params) {
  let created, expires, keyid;
  for (const [name, value] of params) {
    switch (name) {
      case "created":
      case "expires":
        if (typeof value !== "number") throw invalid("a time is not an integer");
        if (value < 0) throw invalid("a time is before 1970");
        if (name === "created") created = value;
        else expires = value;
        break;
      case "keyid":
      case "nonce":
        if (typeof value !== "string") throw invalid("keyid or nonce is not a string");
        if (name === "keyid") keyid = value;
        break;
      case "alg":
        if (value !== "hmac-sha256") throw invalid('alg is not "hmac-sha256"');
        break;
      case "tag":
        break;
      default:
        throw invalid("a signature parameter is unknown");
    }
  }
  if (created === undefined) throw invalid("created is missing");
  if (keyid === undefined) throw invalid("keyid is missing");
  return { created, expires, keyid };
}

/** Whether the header has a sha-256 digest, and it is the body's. Others beside it are not judged. */
function digestMatches(header, body) {
  const digest = parseDictionary(header)?.get("sha-256");
  return isBytes(digest?.item) && sha256(body).equals(decodeStandard(digest.item.text));
}

const isBytes = (item) => item instanceof Bare && item.type === "bytes";

/** More bytes than are read at all; each character has at most three. */
function isLong(header) {
  return header.length * 3 > MAX_HEADER_BYTES && encoder.encode(header).length > MAX_HEADER_BYTES;
}
