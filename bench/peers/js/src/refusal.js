// Every way to say no, with its words. The table is the one in the published OpenAPI document.

import { contract } from "./documents.js";
import { local, rfc3339 } from "./time.js";

/** By code: status, title, who can fix it, whether to try again, words where nothing more is known. */
const TABLE = new Map(Object.values(contract.components.examples)
  .filter(({ value }) => value.code)
  .map(({ value: { code, status, title, fix, retryable, message, type } }) =>
    [code, { code, status, title, fix, retryable, message, type }]));

/** A refusal on its way up. It is an outcome and no error, so it has no stack to pay for. */
export class Refusal {
  constructor(code, evidence = {}) {
    this.code = code;
    this.evidence = evidence;
  }

  get status() {
    return TABLE.get(this.code).status;
  }

  /** The problem document (RFC 9457), its fields in alphabetical order. */
  document(offsetMinutes) {
    const { detail, allow, ...evidence } = this.evidence;
    const words = WORDS[this.code]?.(evidence, (ms) => local(ms, offsetMinutes));
    const fields = { ...TABLE.get(this.code), ...(detail !== undefined && { detail }), ...shown(evidence) };
    if (words) fields.message = { en: words[1], "zh-Hans": words[0] };
    return JSON.stringify(fields, Object.keys(fields).sort().concat("en", "zh-Hans"));
  }
}

/** The edge does not know the answer. The reason is for the log and never leaves the edge. */
export class Fault {
  constructor(code, reason, retryAfter) {
    this.code = code;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  static busy = (reason) => new Fault("busy", reason, 1);
  static overloaded = (reason) => new Fault("busy", reason, retryAfter());
  static internal = (reason) => new Fault("fault", reason);

  get status() {
    return TABLE.get(this.code).status;
  }

  document() {
    return new Refusal(this.code).document(0);
  }
}

/** 1 to 4 seconds: those who were turned away together do not come back together. */
const retryAfter = () => 1 + (crypto.getRandomValues(new Uint8Array(1))[0] % 4);

// Times are milliseconds in the evidence and RFC 3339 in the document; a price is an amount there.
const TIMES = new Set(["edge_time", "reversed_at", "valid_from", "expired_at", "redeemed_at", "reversible_until"]);

function shown({ digits, ...evidence }) {
  for (const name of Object.keys(evidence)) {
    if (TIMES.has(name)) evidence[name] = rfc3339(evidence[name]);
    if (evidence[name] === undefined) delete evidence[name];
  }
  return evidence;
}

function price({ minimum_spend: amount, currency, digits }) {
  const text = String(amount).padStart(digits + 1, "0");
  return digits === 0 ? `${currency} ${text}` : `${currency} ${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The words that say what the refusal knows: Chinese and English. */
const WORDS = {
  "not-yet-valid": (it, at) => [
    `此券尚未生效，${at(it.valid_from)} 起可用。`,
    `This coupon is not valid yet. It can be used from ${at(it.valid_from)}.`,
  ],
  expired: (it, at) => [`此券已于 ${at(it.expired_at)} 过期。`, `This coupon expired on ${at(it.expired_at)}.`],
  "below-minimum-spend": (it) => [
    `订单满 ${price(it)} 才能使用此券。`,
    `The order must be at least ${price(it)} to use this coupon.`,
  ],
  "already-redeemed": (it, at) => it.till === undefined
    ? [`此券已于 ${at(it.redeemed_at)} 在其他门店使用。`,
      `This coupon was used on ${at(it.redeemed_at)} at another shop.`]
    : [`此券已于 ${at(it.redeemed_at)} 在本店 ${it.till} 号收银台使用。`,
      `This coupon was used on ${at(it.redeemed_at)} at this shop, till ${it.till}.`],
  "redemption-reversed": (it, at) => [
    `这次用券已于 ${at(it.reversed_at)} 撤销，如需使用请重新扫码。`,
    `This use was undone on ${at(it.reversed_at)}. Scan the coupon again to use it.`,
  ],
  "reversal-too-late": (it, at) => [
    `可撤销时间已于 ${at(it.reversible_until)} 结束，请联系活动方。`,
    `Undoing was possible until ${at(it.reversible_until)}. Contact the campaign.`,
  ],
  "currency-mismatch": (it) => [
    `此券仅限 ${it.currency} 订单使用，请联系技术支持。`,
    `This coupon is for orders in ${it.currency}. Call technical support.`,
  ],
};
