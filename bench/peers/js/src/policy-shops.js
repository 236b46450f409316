// The shops' policy: who of all the tills may not redeem, in any campaign.

import { Refusal } from "./refusal.js";
import * as is from "./shape.js";
import { MAX_ENTRIES, rejected } from "./policy-document.js";

const none = () => [];
const shape = is.object({
  epoch: is.u32,
  valid_until: is.time,
  suspended_shops: is.or(is.list(is.u32), none),
  suspended_tills: is.or(is.list(is.object({ shop: is.u32, till: is.u16 })), none),
  minimum_key_issues: is.or(is.list(is.object({ shop: is.u32, issue: is.u16 })), none),
  retired_pos_roots: is.or(is.list(is.u8), none),
});

export const SHOPS_KEY = "policy/shops";

export class ShopsPolicy {
  /** The policy that a document is. */
  static read(text) {
    const document = is.readDocument(text, shape);
    const { suspended_shops: shops, suspended_tills: tills, minimum_key_issues: issues, retired_pos_roots: roots } = document;
    if (shops.length + tills.length + issues.length + roots.length > MAX_ENTRIES) {
      throw rejected(`more than ${MAX_ENTRIES} entries`);
    }
    if (issues.some(({ issue }) => issue > 4095)) throw rejected("a key issue is at most 4095");
    if (roots.some((root) => root > 15)) throw rejected("a POS root's number is at most 15");
    const policy = new ShopsPolicy(document);
    if (policy.issues.size !== issues.length) throw rejected("a shop has two minimum key issues");
    return policy;
  }

  constructor(document) {
    this.kvKey = SHOPS_KEY;
    this.epoch = document.epoch;
    this.validUntil = document.valid_until;
    this.shops = new Set(document.suspended_shops);
    this.tills = new Set(document.suspended_tills.map(placeOf));
    this.issues = new Map(document.minimum_key_issues.map(({ shop, issue }) => [shop, issue]));
    this.roots = new Set(document.retired_pos_roots);
    const sorted = [this.shops, this.tills, this.roots].map((set) => [...set].sort());
    this.text = JSON.stringify([this.epoch, this.validUntil, sorted, [...this.issues].sort()]);
  }

  /** Every list may change. */
  broken() {
    return undefined;
  }

  /** Lets the till in, or says why not. */
  admit(till) {
    if (till.issue < (this.issues.get(till.shop) ?? 0) || this.roots.has(till.root)) {
      throw new Refusal("signature-invalid", { detail: "the till's credential was replaced by a newer one" });
    }
    if (this.shops.has(till.shop) || (this.tills.size > 0 && this.tills.has(placeOf(till)))) {
      throw new Refusal("shop-suspended");
    }
  }
}

const placeOf = ({ shop, till }) => shop * 0x10000 + till;
