// The policies in this instance's memory, and fetching them from KV.

import { CampaignPolicy } from "./policy-campaign.js";
import { openPolicy } from "./policy-document.js";
import { SHOPS_KEY, ShopsPolicy } from "./policy-shops.js";
import { Fault } from "./refusal.js";
import { logEvent } from "./log.js";
import { within } from "./timeout.js";

const FRESH_MS = 30_000; // Up to this age a copy is used as it is.
const USABLE_MS = 120_000; // Up to this one too, while the next is fetched behind a request.
const RETRY_MS = 5_000; // So long KV is left alone.
const KV_MS = 2_000; // A KV that takes longer counts as out of reach.

export class Policies {
  #held = new Map();
  #keys;

  constructor(keys) {
    this.#keys = keys;
  }

  /** The campaign's policy in force; a promise of it if KV has to be asked first. */
  campaign(campaign, call) {
    return this.#current(CampaignPolicy, CampaignPolicy.keyOf(campaign), call);
  }

  /** The shops' policy in force; likewise. */
  shops(call) {
    return this.#current(ShopsPolicy, SHOPS_KEY, call);
  }

  /** Fetches both at once, because a shard has seen a newer one. */
  async refresh(campaign, call) {
    call.log.kvReads += 2;
    const campaignKey = CampaignPolicy.keyOf(campaign);
    await Promise.all([
      this.#refresh(CampaignPolicy, campaignKey, call.env),
      this.#refresh(ShopsPolicy, SHOPS_KEY, call.env),
    ]);
  }

  #current(kind, kvKey, call) {
    const now = Date.now();
    const freshness = freshnessOf(this.#held.get(kvKey), now);
    if (freshness !== "fresh") {
      call.log.kvReads += 1;
      const refreshed = this.#refresh(kind, kvKey, call.env);
      if (freshness === "first") return refreshed.then(() => this.#inForce(kvKey));
      call.context.waitUntil(refreshed);
    }
    return this.#inForce(kvKey);
  }

  #inForce(kvKey) {
    const policy = this.#held.get(kvKey)?.policy;
    if (policy && Date.now() < policy.validUntil) return policy;
    throw Fault.busy(`no ${kvKey} in force`);
  }

  /** Asks KV once. What cannot be used leaves the last good one in place and a line in the log. */
  async #refresh(kind, kvKey, env) {
    const held = this.#held.get(kvKey);
    if (held) Object.assign(held, { asked: Date.now(), failed: false });
    const why = await this.#take(kind, kvKey, env);
    if (why === null) return;
    logEvent("policy-not-taken", kvKey, why);
    const kept = this.#held.get(kvKey);
    if (kept) kept.failed = true;
  }

  /** Takes what KV gives now; null, or why not. The same document again counts as fresh. */
  async #take(kind, kvKey, env) {
    let published;
    try {
      published = await within(KV_MS, env.POLICY.get(kvKey, "text"), () => new Error("no answer in time"));
    } catch (why) {
      return `KV: ${why.message}`;
    }
    if (published === null) return "nothing is published";
    const policy = await openPolicy(kind, kvKey, published, this.#keys);
    if (typeof policy === "string") return policy;
    const why = reasonAgainst(this.#held.get(kvKey)?.policy, policy);
    if (why !== null) return why;
    const now = Date.now();
    this.#held.set(kvKey, { policy, fetched: now, asked: now, failed: false });
    return null;
  }
}

function freshnessOf(held, now) {
  if (!held) return "first";
  const age = Math.max(0, now - held.fetched);
  const askedJustNow = now - held.asked < RETRY_MS;
  if (age < FRESH_MS) return "fresh";
  if (age < USABLE_MS) return askedJustNow ? "fresh" : "behind";
  return askedJustNow && held.failed ? "fresh" : "first";
}

/** Why `next` may not take the place of `held`; null if it may. */
function reasonAgainst(held, next) {
  if (!held) return null;
  if (next.epoch < held.epoch) return "the epoch is lower than the one in force";
  if (next.epoch === held.epoch && next.text !== held.text) return "another document was published with this epoch";
  const broken = held.broken(next);
  return broken ? `\`${broken}\` can never change` : null;
}
