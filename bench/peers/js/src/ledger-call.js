// What the Worker asks a shard to do, in the form that goes over the wire.

import { encodeUrl } from "./base64.js";
import { objectName } from "./campaign.js";
import { sha256First16 } from "./crypto.js";

const encoder = new TextEncoder();
const [REDEMPTION, REVERSAL, CANCEL] = ["redemption/1", "reversal/1", "cancel/1"].map((text) => encoder.encode(text));

/** A command for this shard with the policies that it was judged by. */
export const callOf = (shard, policy, shops, command) => ({
  v: 3,
  origin: { shard: objectName(shard), currency: policy.document.currency },
  epochs: { campaign: policy.epoch, shops: shops.epoch },
  commands: [command],
});

/** Use the coupon. */
export function redeem(coupon, till, key, order, discount, reversalWindow) {
  const { ref } = order;
  return {
    redeem: {
      serial: coupon.serialText,
      by: identity(till, key),
      fingerprint: ofRedemption(coupon, order),
      discount,
      order_amount: order.amount,
      ...(ref !== null && { order_ref: ref }),
      reversal_window_s: reversalWindow,
      chain: till.chain,
    },
  };
}

/** Give the answer again that this request was given before, where the policy now refuses. */
export const recall = (coupon, till, key, order) =>
  ({ recall: { serial: coupon.serialText, by: identity(till, key), fingerprint: ofRedemption(coupon, order) } });

/** Undo a redemption of the till's shop. */
export const reverse = (id, till, key) =>
  ({ reverse: { seq: id.seq, by: identity(till, key), fingerprint: fingerprint(REVERSAL, encoder.encode(id.text)) } });

/** Undo whatever this key of the till's did to the coupon, or will. */
export const cancel = (coupon, till, key) => ({
  cancel: {
    serial: coupon.serialText,
    by: identity(till, key),
    fingerprint: fingerprint(CANCEL, couponBytes(coupon)),
  },
});

/** Show a redemption of the till's shop. */
export const find = (id, till) => ({ find: { seq: id.seq, shop: till.shop } });

/** Say whether the coupon is free. */
export const look = (coupon) => ({ look: { serial: coupon.serialText } });

const identity = ({ shop, till }, key) =>
  ({ shop, till, key: encodeUrl(sha256First16(encoder.encode(key))) });

function ofRedemption(coupon, { amount, currency, ref }) {
  const fields = new Uint8Array(27);
  const view = new DataView(fields.buffer);
  fields.set(couponBytes(coupon));
  view.setUint32(16, Math.floor(amount / 2 ** 32));
  view.setUint32(20, amount % 2 ** 32);
  encoder.encodeInto(currency, fields.subarray(24));
  return fingerprint(REDEMPTION, fields, ref === null ? NOTHING : encoder.encode(ref));
}

function couponBytes({ campaign, serial }) {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, campaign);
  bytes.set(serial, 4);
  return bytes;
}

const NOTHING = new Uint8Array(0);

/** Of what was asked for. All parts but the last have a fixed length, so no two lists run together. */
function fingerprint(label, fields, rest = NOTHING) {
  const bytes = new Uint8Array(label.length + fields.length + rest.length);
  bytes.set(label);
  bytes.set(fields, label.length);
  bytes.set(rest, label.length + fields.length);
  return encodeUrl(sha256First16(bytes));
}
