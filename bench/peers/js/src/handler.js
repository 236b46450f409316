// The way of a request. The numbers are those of the project's docs/architecture.md.

import * as admission from "./admission.js";
import * as answer from "./answer.js";
import { checkBody, readBody } from "./body.js";
import { shardOf } from "./campaign.js";
import { docs, openapi, version } from "./documents.js";
import * as ledger from "./ledger-call.js";
import { ask } from "./ledger-client.js";
import { Refusal } from "./refusal.js";
import * as read from "./request.js";
import { checkMethod } from "./route.js";
import { authenticate } from "./signature.js";
import { rfc3339 } from "./time.js";
import { verifyToken } from "./token.js";

const A_WEEK_MS = 7 * 24 * 3600 * 1000;

/** Answers a request that was let in; throws a refusal or a fault. */
export async function serve(call) {
  // 1: path and method
  const { request, route, place, config, log } = call;
  checkMethod(route, request.method);
  log.fields.route = route.name;
  if (request.method === "OPTIONS") return answer.options(route.allow);
  switch (route.name) {
    case "health": return answer.json(200, { status: "ok", version });
    case "openapi": return answer.document("application/json", openapi);
    case "docs": return answer.document("text/html; charset=utf-8", docs);
  }

  // 2: media type and size of the body
  const { headers } = request;
  let body = NO_BODY;
  if (route.name !== "find") {
    body = await readBody(request);
    checkBody(route, headers.get("content-type"), body);
  }
  admission.begin(place);

  // 3: the idempotency key of a write
  const idempotencyKey = headers.get("idempotency-key");
  const key = route.isWrite && idempotencyKey !== null ? read.parseKey(idempotencyKey) : null;
  if (route.isWrite && key === null) throw new Refusal("idempotency-key-missing");

  // 4: the till's signature
  const signed = {
    method: request.method,
    ...call.url,
    contentDigest: headers.get("content-digest"),
    idempotencyKey,
    signatureInput: headers.get("signature-input"),
    signature: headers.get("signature"),
    body,
  };
  const till = await authenticate(signed, route.covered, config, Date.now());
  log.fields.shop = till.shop;
  log.fields.till = till.till;

  // 5: the till is not suspended
  (await config.policies.shops(call)).admit(till);

  // 6 to 9
  return CALLS[route.name](call, till, body, key);
}

const NO_BODY = new Uint8Array(0);

const CALLS = {
  async redeem(call, till, body, key) {
    const { token, order } = read.readRedemption(body);
    const coupon = await verify(call, token);
    const shard = shardOf(coupon.campaign, coupon.serial);
    let policySays = null;
    const { outcome, policy } = await consult(call, till, shard, (policy) => {
      const { currency, reversal_window_s: window } = policy.document;
      try {
        const discount = policy.judge(coupon, till, order, Date.now());
        policySays = null;
        return ledger.redeem(coupon, till, key, order, discount, window);
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal;
        // Replay comes before policy: the ledger is asked for an earlier answer only.
        policySays = refusal;
        return ledger.recall(coupon, till, key, order);
      }
    });
    return answer.redeemed(outcome, shard, till, policy.document.currency, policySays);
  },

  async check(call, till, body) {
    const { token, order } = read.readCheck(body);
    const coupon = await verify(call, token);
    const shard = shardOf(coupon.campaign, coupon.serial);
    const { outcome, policy } = await consult(call, till, shard, (policy) => {
      policy.judge(coupon, till, order, Date.now());
      return ledger.look(coupon);
    });
    return answer.checked(outcome, coupon, policy, order, till);
  },

  async cancel(call, till, body) {
    const { token, key } = read.readCancel(body);
    const coupon = await verify(call, token);
    const shard = shardOf(coupon.campaign, coupon.serial);
    const { outcome, policy } = await consult(call, till, shard, () => ledger.cancel(coupon, till, key));
    return answer.cancelled(outcome, shard, till, policy.document.currency);
  },

  async reverse(call, till, body, key) {
    read.readReversal(body);
    const { id } = call.route;
    mustKnow(call, id.shard);
    const { outcome, policy } = await consult(call, till, id.shard, () => ledger.reverse(id, till, key));
    return answer.reversed(outcome, id.shard, till, policy.document.currency);
  },

  async find(call, till) {
    const { id } = call.route;
    mustKnow(call, id.shard);
    const { outcome, policy } = await consult(call, till, id.shard, () => ledger.find(id, till));
    return answer.found(outcome, id.shard, till, policy.document.currency);
  },
};

/** 7: the coupon that the token is, if it is one. */
async function verify({ config, log }, token) {
  const coupon = await verifyToken(token, config.keyring);
  log.fields.serial = coupon.serialText;
  return coupon;
}

/** No stranger names objects into being: a redemption of a campaign without a key is not looked for. */
function mustKnow({ config }, { campaign }) {
  if (!config.keyring.knows(campaign)) throw new Refusal("not-found");
}

/** 8 and 9: judges by the policies and asks the ledger; once more with fresh policies if the shard has
 * seen newer ones. */
async function consult(call, till, shard, command) {
  const { env, log, config: { policies } } = call;
  for (let isRefreshed = false; ; isRefreshed = true) {
    const policy = await policies.campaign(shard.campaign, call);
    const { document } = policy;
    call.offset = document.utc_offset_minutes;
    const shops = await policies.shops(call);
    shops.admit(till);
    Object.assign(log.fields, { campaign: shard.campaign, policy_epoch: policy.epoch, shops_epoch: shops.epoch });
    // A policy that ends takes the campaign down with it: say so in time.
    if (policy.validUntil - Date.now() < A_WEEK_MS) log.fields.policy_ends = rfc3339(policy.validUntil);

    const asked = ledger.callOf(shard, policy, shops, command(policy));
    const outcome = await ask(env, admission.call(shard), document.location_hint, asked, log);
    if (outcome.refused !== "policy-stale" || isRefreshed) return { outcome, policy };
    await policies.refresh(shard.campaign, call);
  }
}
