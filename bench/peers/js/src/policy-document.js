// What is published in KV: a line with the issuer's signature, and the document as it was signed.

import { decodeUrl } from "./base64.js";
import { ed25519Key, verifyEd25519 } from "./crypto.js";
import { Malformed } from "./json-words.js";

/** Most entries of all the lists in one document. */
export const MAX_ENTRIES = 10_000;

const MAX_BYTES = 1 << 20;
const MARK = "P1 ";
const CONTEXT = "coupon-edge/policy/v1\n";
const encoder = new TextEncoder();

export const rejected = (why) => new Malformed(why);

/** The public keys of issuers: base64url, separated by commas; null if one is none. */
export function parsePolicyKeys(text) {
  const keys = text.split(",").map((key) => decodeUrl(key.trim(), 32));
  return keys.includes(null) ? null : keys.map((bytes) => ({ bytes }));
}

/** The policy that was published under this key, or a text that says why it is not taken. */
export async function openPolicy(kind, kvKey, published, keys) {
  if (published.length > MAX_BYTES || encoder.encode(published).length > MAX_BYTES) {
    return "the document is larger than 1 MiB";
  }
  const end = published.indexOf("\n");
  const text = published.slice(end + 1);
  if (end < 0 || !(await isSigned(`${CONTEXT}${kvKey}\n${text}`, published.slice(0, end), keys))) {
    return "the issuer's signature is missing or wrong";
  }
  try {
    const policy = kind.read(text);
    return policy.kvKey === kvKey ? policy : "the document belongs to another campaign";
  } catch (wrong) {
    if (wrong instanceof Malformed) return `the document is not a policy: ${wrong.why}`;
    throw wrong;
  }
}

async function isSigned(message, line, keys) {
  const signature = line.startsWith(MARK) ? decodeUrl(line.slice(MARK.length), 64) : null;
  if (!signature) return false;
  const bytes = encoder.encode(message);
  for (const key of keys) {
    key.ready ??= await ed25519Key(key.bytes);
    if (key.ready && (await verifyEd25519(key.ready, signature, bytes))) return true;
  }
  return false;
}
