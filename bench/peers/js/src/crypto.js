// Hashes and keys: what the platform has natively, keys imported once and kept.

import { hash } from "node:crypto";

const HMAC = { name: "HMAC", hash: "SHA-256" };

/** SHA-256, at once: a promise for each short text would cost more than the hash. */
export const sha256 = (bytes) => hash("sha256", bytes, "buffer");

/** The first 16 bytes, by which the ledger names keys and requests. */
export const sha256First16 = (bytes) => sha256(bytes).subarray(0, 16);

/** A key that makes and checks tags. */
export const hmacKey = (bytes) => crypto.subtle.importKey("raw", bytes, HMAC, false, ["sign", "verify"]);

/** Whether the 32 bytes are the tag of the message, in constant time. */
export const verifyTag = (key, tag, message) => crypto.subtle.verify("HMAC", key, tag, message);

/** Whether the 16 bytes begin the tag of the message, in constant time. */
export async function verifyTag16(key, tag, message) {
  const whole = await crypto.subtle.sign("HMAC", key, message);
  return crypto.subtle.timingSafeEqual(new Uint8Array(whole, 0, 16), tag);
}

/** The root of keys that are derived by HKDF-SHA-256 with an empty salt (RFC 5869). */
export const hkdfRoot = (bytes) => crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);

export function deriveHmacKey(root, info) {
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return crypto.subtle.deriveKey(how, root, { ...HMAC, length: 256 }, false, ["sign", "verify"]);
}

/** A public key of Ed25519; null when the bytes are none that a document should hang on. */
export async function ed25519Key(bytes) {
  if (isSmallOrder(bytes)) return null;
  return crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
}

/** Strictly: with a point of small order one signature is good for many messages. */
export async function verifyEd25519(key, signature, message) {
  if (isSmallOrder(signature.subarray(0, 32))) return false;
  return crypto.subtle.verify("Ed25519", key, signature, message);
}

// The y of the eight points of small order, and those above the prime that mean the same.
const SMALL = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

function isSmallOrder(point) {
  const y = Uint8Array.from(point);
  y[31] &= 0x7f; // The sign of x is not part of it.
  return SMALL.includes(y.toHex());
}
