// A campaign's policy: may this till use this coupon on this order now?

import { Refusal } from "./refusal.js";
import * as is from "./shape.js";
import { MAX_ENTRIES, rejected } from "./policy-document.js";

const none = () => [];
const range = is.object({ first: is.serial, last: is.serial });
const places = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"];
const revoked = { kids: is.or(is.list(is.u16), none), serials: is.or(is.list(is.serial), none), ranges: is.or(is.list(range), none) };

const shape = is.object({
  campaign: is.campaign,
  epoch: is.u32,
  valid_until: is.time,
  name: is.matching("a text", () => true),
  currency: is.matching("three capital letters, like CNY", (text) => /^[A-Z]{3}$/.test(text)),
  currency_digits: is.u8,
  utc_offset_minutes: is.integer(-720, 840),
  window: is.object({ from: is.time, until: is.time }),
  reversal_window_s: is.u32,
  minimum_spend: is.or(is.amount, () => 0),
  paused: is.or(is.boolean, () => false),
  extensions: is.or(is.list(is.object({
    until: is.time,
    kids: is.nullable(is.list(is.u16)),
    serials: is.nullable(range),
  })), none),
  widen_scope: is.or(is.u32, () => 0),
  revoked: is.or(is.object(revoked), () => ({ kids: [], serials: [], ranges: [] })),
  location_hint: is.nullable(is.matching("a location hint", (text) => places.includes(text))),
});

/** What never changes in a campaign. */
const PROMISES = ["campaign", "currency", "currency_digits"];

export class CampaignPolicy {
  static keyOf = (campaign) => `policy/${campaign}`;

  /** The policy that a document is. */
  static read(text) {
    const document = is.readDocument(text, shape);
    const { revoked: gone, extensions, window } = document;
    const entries = gone.kids.length + gone.serials.length + gone.ranges.length + extensions.length;
    if (entries > MAX_ENTRIES) throw rejected(`more than ${MAX_ENTRIES} entries`);
    if (document.name === "" || [...document.name].length > 100) throw rejected("a name has 1 to 100 characters");
    if (document.currency_digits > 4) throw rejected("a currency has at most 4 digits after the decimal point");
    if (window.from >= window.until) throw rejected("the window is empty");
    if (extensions.some(({ until }) => until > window.until)) {
      throw rejected("an extension ends after the campaign's window: move `window.until` too");
    }
    gone.serials.sort();
    return new CampaignPolicy(document);
  }

  constructor(document) {
    this.document = document;
    this.epoch = document.epoch;
    this.validUntil = document.valid_until;
    this.kvKey = CampaignPolicy.keyOf(document.campaign);
    this.text = JSON.stringify(document);
    this.revoked = { kids: new Set(document.revoked.kids), serials: new Set(document.revoked.serials) };
  }

  /** The name of what `next` changes and must not; undefined if it keeps all promises. */
  broken(next) {
    return PROMISES.find((name) => this.document[name] !== next.document[name]);
  }

  /** Judges a redemption, or a coupon before there is an order; the discount if it may be. */
  judge(coupon, till, order, now) {
    const { document } = this;
    const { currency, minimum_spend, currency_digits: digits } = document;
    if (order && order.currency !== currency) throw new Refusal("currency-mismatch", { currency });
    if (document.paused) throw new Refusal("campaign-paused");
    const from = Math.max(coupon.notBefore, document.window.from);
    if (now < from) throw new Refusal("not-yet-valid", { valid_from: from });
    const end = this.endOf(coupon);
    if (now >= end) throw new Refusal("expired", { expired_at: end });
    const scope = coupon.scope === 0 ? 0 : coupon.scope | document.widen_scope;
    if (scope !== 0 && (scope & till.groups) === 0) throw new Refusal("out-of-scope");
    if (order && order.amount < minimum_spend) {
      throw new Refusal("below-minimum-spend", { minimum_spend, currency, digits });
    }
    if (this.isRevoked(coupon)) throw new Refusal("revoked");
    return order ? Math.min(coupon.value, order.amount) : undefined;
  }

  /** When the coupon ends: the latest of its own end and of the extensions, within the window. */
  endOf(coupon) {
    let end = coupon.notAfter;
    for (const { until, kids, serials } of this.document.extensions) {
      const applies = (kids === null || kids.includes(coupon.kid)) && (serials === null || isWithin(serials, coupon));
      if (applies) end = Math.max(end, until);
    }
    return Math.min(end, this.document.window.until);
  }

  isRevoked(coupon) {
    const { kids, serials } = this.revoked;
    if (kids.has(coupon.kid)) return true;
    if (serials.size > 0 && serials.has(coupon.serial.toHex())) return true;
    return this.document.revoked.ranges.some((range) => isWithin(range, coupon));
  }
}

function isWithin({ first, last }, coupon) {
  const serial = coupon.serial.toHex();
  return first <= serial && serial <= last;
}
