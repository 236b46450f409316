// Tills: a key id is a till's attributes, and its secret is derived from it.

import { decodeUrl } from "./base64.js";
import { deriveHmacKey, hkdfRoot } from "./crypto.js";

const INFO = new TextEncoder().encode("coupon-edge/shop/v1");

/** Reads `S1.` and 18 bytes in base64url; null for anything else. */
export function parseKeyid(keyid) {
  const bytes = keyid.startsWith("S1.") ? decodeUrl(keyid.slice(3), 18) : null;
  if (!bytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const version = view.getUint16(12);
  return {
    bytes,
    shop: view.getUint32(0),
    till: view.getUint16(4),
    chain: view.getUint16(6),
    groups: view.getUint32(8),
    root: version >> 12,
    issue: version & 0xfff,
    expires: view.getUint32(14) * 1000,
  };
}

/** So many derived secrets an instance keeps; the one it has had longest goes first. */
const KEPT = 10_000;

/** The POS roots in use, and the tills that were heard of lately with their secrets. */
export class Tills {
  #roots = new Map();
  #known = new Map();

  /** Reads the secret, a JSON object from a root's number to the root; null if it is anything else. */
  static parse(json) {
    const tills = new Tills();
    for (const [number, text] of Object.entries(parseTexts(json) ?? { wrong: "" })) {
      const bytes = decodeUrl(text, 32);
      if (!/^\d{1,3}$/.test(number) || Number(number) > 15 || !bytes) return null;
      tills.#roots.set(Number(number), { bytes });
    }
    return tills;
  }

  /** The till of this key id with its `key`, which is null when its root is not in use. */
  async find(keyid) {
    const known = this.#known.get(keyid);
    if (known) return known;
    const till = parseKeyid(keyid);
    const root = till && this.#roots.get(till.root);
    if (!root) return till && { ...till, key: null };
    root.key ??= await hkdfRoot(root.bytes);
    const info = new Uint8Array(INFO.length + 18);
    info.set(INFO);
    info.set(till.bytes, INFO.length);
    return { ...till, key: await deriveHmacKey(root.key, info) };
  }

  /** Keeps a till's secret. Only of tills that proved to have it, so that strangers displace nobody. */
  keep(keyid, till) {
    if (this.#known.has(keyid)) return;
    if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value);
    this.#known.set(keyid, till);
  }
}

/** A JSON object whose values are texts; null if it is anything else. */
export function parseTexts(json) {
  let value;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
  return isObject && Object.values(value).every((text) => typeof text === "string") ? value : null;
}
