// How what the ledger did becomes an answer. The order of the fields is part of the contract.

import { writeRedemptionId } from "./campaign.js";
import { Fault, Refusal } from "./refusal.js";
import { rfc3339 } from "./time.js";

/** A response, not yet sent. */
export const json = (status, value, headers = {}) =>
  ({ status, type: "application/json", headers, body: JSON.stringify(value) });

export const document = (type, body) => ({ status: 200, type, headers: {}, body });

export const options = (allow) => ({ status: 204, type: null, headers: { Allow: allow }, body: null });

/** The answer to a write: 201 at first, 200 when it is given again, the body the same word for word. */
const written = (replayed, value) =>
  replayed ? json(200, value, { "Idempotency-Replayed": "true" }) : json(201, value);

/** The answer to a redemption; what the policy said comes after an earlier answer. */
export function redeemed(outcome, shard, till, currency, policySays) {
  if (outcome.redeemed) {
    const { entry, replayed } = outcome.redeemed;
    return written(replayed, redemption(shard, currency, entry, null));
  }
  if (outcome === "nothing-to-replay" && policySays) throw policySays;
  throw refused(outcome, till);
}

/** The answer to a reversal. */
export function reversed(outcome, shard, till, currency) {
  if (!outcome.reversed) throw refused(outcome, till);
  const { redemption: entry, reversal, replayed } = outcome.reversed;
  return written(replayed, redemption(shard, currency, entry, reversal));
}

/** The answer to a cancel. */
export function cancelled(outcome, shard, till, currency) {
  if (outcome.reversed) {
    const { redemption: entry, reversal, replayed } = outcome.reversed;
    return written(replayed, { outcome: "reversed", redemption: redemption(shard, currency, entry, reversal) });
  }
  if (!outcome.voided) throw refused(outcome, till);
  const { entry: { by, at }, replayed } = outcome.voided;
  const { campaign } = shard;
  return written(replayed, { outcome: "voided", campaign, shop: by.shop, till: by.till, voided_at: rfc3339(at) });
}

/** The answer to a question for a redemption. */
export function found(outcome, shard, till, currency) {
  if (!outcome.found) throw refused(outcome, till);
  return json(200, redemption(shard, currency, outcome.found.redemption, outcome.found.reversal));
}

/** The answer to a check that the policy allows. */
export function checked(outcome, coupon, policy, order, till) {
  if (outcome !== "free") throw refused(outcome, till);
  const { campaign, name, currency, minimum_spend } = policy.document;
  const discount = order && Math.min(coupon.value, order.amount);
  return json(200, {
    redeemable: true,
    campaign,
    name,
    value: coupon.value,
    currency,
    minimum_spend,
    valid_until: rfc3339(policy.endOf(coupon)),
    ...(order && { discount, to_pay: order.amount - discount }),
  });
}

/** A redemption, as its shop sees it. */
function redemption(shard, currency, entry, reversal) {
  if (entry.seq >= 2 ** 48) throw Fault.internal("a shard has more than 2^48 entries");
  return {
    id: writeRedemptionId(shard, entry.seq),
    campaign: shard.campaign,
    shop: entry.by.shop,
    till: entry.by.till,
    redeemed_at: rfc3339(entry.at),
    order_amount: entry.order_amount,
    discount: entry.discount,
    to_pay: Math.max(0, entry.order_amount - entry.discount),
    currency,
    // What is undefined is left out.
    order_ref: entry.order_ref ?? undefined,
    reversible_until: rfc3339(entry.reversible_until),
    reversed_at: reversal ? rfc3339(reversal.at) : undefined,
  };
}

/** Why there is no such answer. */
function refused({ refused: why, ...other }, till) {
  if (why === undefined) return Fault.internal(`the shard answered another question: ${JSON.stringify(other)}`);
  // The Worker has asked twice already.
  if (why === "policy-stale") return Fault.busy("KV gives an older policy than the shard has seen");
  if (typeof why === "string") return new Refusal(why);
  const [[code, it]] = Object.entries(why);
  switch (code) {
    case "redemption-reversed": return new Refusal(code, { reversed_at: it.at });
    case "reversal-too-late": return new Refusal(code, { reversible_until: it.until });
    // Which till used a coupon only its own shop learns.
    default: return new Refusal(code, { redeemed_at: it.at, till: it.shop === till.shop ? it.till : undefined });
  }
}
