// Is this text a coupon of ours? Nothing in it is used before its tag is right.

import { decodeUrl, encodeUrl } from "./base64.js";
import { isCampaign } from "./campaign.js";
import { hmacKey, verifyTag16 } from "./crypto.js";
import { Refusal } from "./refusal.js";
import { parseTexts } from "./till.js";

const SIGNED_BYTES = 35;
const encoder = new TextEncoder();
const malformed = (detail) => new Refusal("token-malformed", { detail });

/** The keys of the live campaigns, by campaign and kid. */
export class Keyring {
  #keys = new Map();
  #campaigns = new Set();

  /** Reads the secret, a JSON object from `campaign/kid` to the key; null if it is anything else. */
  static parse(json) {
    const keyring = new Keyring();
    for (const [id, text] of Object.entries(parseTexts(json) ?? { wrong: "" })) {
      // Of campaigns with tokens of version 2, which the twin does not take.
      if (text.startsWith("ed25519:")) continue;
      const [, campaign, kid] = /^(\d{1,10})\/(\d{1,5})$/.exec(id)?.map(Number) ?? [];
      const bytes = decodeUrl(text, 32);
      if (!isCampaign(campaign) || kid > 0xffff || !bytes) return null;
      keyring.#keys.set(keyOf(campaign, kid), { bytes });
      keyring.#campaigns.add(campaign);
    }
    return keyring;
  }

  /** The key ready for use; undefined if there is none. */
  async find(campaign, kid) {
    const key = this.#keys.get(keyOf(campaign, kid));
    if (key) key.ready ??= await hmacKey(key.bytes);
    return key?.ready;
  }

  /** Whether the campaign is live. */
  knows(campaign) {
    return this.#campaigns.has(campaign);
  }
}

const keyOf = (campaign, kid) => campaign * 0x10000 + kid;

/** The coupon that the token is. */
export async function verifyToken(text, keyring) {
  const bytes = text.length === 71 && text.startsWith("C1.") ? decodeUrl(text.slice(3), 51) : null;
  if (!bytes) throw whatIsWrong(text);

  const view = new DataView(bytes.buffer);
  const [kid, campaign] = [view.getUint16(0), view.getUint32(2)];
  const key = await keyring.find(campaign, kid);
  if (!key) throw new Refusal("token-unknown-key");

  const message = new Uint8Array(3 + SIGNED_BYTES);
  message.set([0x43, 0x31, 0x2e]); // "C1."
  message.set(bytes.subarray(0, SIGNED_BYTES), 3);
  if (!(await verifyTag16(key, bytes.subarray(SIGNED_BYTES), message))) throw new Refusal("token-forged");

  const [value, notBefore, notAfter] = [view.getUint32(18), view.getUint32(22), view.getUint32(26)];
  if (bytes[34] !== 0) throw malformed("the token sets flags that version 1 does not define");
  if (value === 0) throw malformed("the token is worth nothing");
  if (notBefore >= notAfter) throw malformed("the token's window is empty");
  const serial = bytes.subarray(6, 18);
  return {
    campaign,
    kid,
    serial,
    serialText: encodeUrl(serial),
    value,
    notBefore: notBefore * 1000,
    notAfter: notAfter * 1000,
    scope: view.getUint32(30),
  };
}

function whatIsWrong(text) {
  // Each unit of UTF-16 is at least a byte, so that a long text is not gone through.
  const length = text.length > 71 ? text.length : encoder.encode(text).length;
  if (length !== 71) return malformed("a token is exactly 71 ASCII characters");
  if (!text.startsWith("C1.")) return malformed("a token of version 1 begins with C1.");
  return malformed("after C1. a token is base64url without padding");
}
