// What a call to a shard looks like. During an upgrade Worker and object may be of two builds, and a
// call with anything in it that this one does not know is refused.

import { isUrl } from "./base64.js";

const isInteger = (most) => (value) => Number.isInteger(value) && value >= 0 && value <= most;
const u32 = isInteger(0xffff_ffff);
const u16 = isInteger(0xffff);
const amount = isInteger(1_000_000_000_000);
const seq = isInteger(Number.MAX_SAFE_INTEGER);
const bytes = (size) => (value) => typeof value === "string" && isUrl(value, size);
const orderRef = (value) => typeof value === "string" && /^\P{Cc}{1,64}$/u.test(value);

/** An object with these fields and no others; those that begin with `?` may be left out. */
function fields(types) {
  const known = Object.entries(types).map(([name, is]) => [name.replace("?", ""), is, name.startsWith("?")]);
  return (value) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
    let count = 0;
    for (const [name, is, isOptional] of known) {
      const has = value[name] !== undefined;
      if (has ? !is(value[name]) : !isOptional) return false;
      count += has ? 1 : 0;
    }
    return count === Object.keys(value).length;
  };
}

const by = fields({ shop: u32, till: u16, key: bytes(16) });
const request = { serial: bytes(12), by, fingerprint: bytes(16) };

const COMMANDS = {
  redeem: fields({ ...request, discount: amount, order_amount: amount, "?order_ref": orderRef, reversal_window_s: u32,
    chain: u16 }),
  recall: fields(request),
  reverse: fields({ seq, by, fingerprint: bytes(16) }),
  cancel: fields(request),
  find: fields({ seq, shop: u32 }),
  look: fields({ serial: bytes(12) }),
};

function command(value) {
  const [name, ...others] = Object.keys(value ?? {});
  return others.length === 0 && Object.hasOwn(COMMANDS, name) && COMMANDS[name](value[name]);
}

/** One command: there are no batches here. */
const commands = (value) => Array.isArray(value) && value.length === 1 && command(value[0]);

const text = (value) => typeof value === "string";

/** Whether this is a call of the version that this build makes and takes. */
export const isCall = fields({
  v: (value) => value === 3,
  origin: fields({ shard: text, currency: text }),
  epochs: fields({ campaign: u32, shops: u32 }),
  commands,
});
