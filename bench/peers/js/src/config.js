// The edge's keys, read from its bindings once per instance.

import { Policies } from "./policies.js";
import { parsePolicyKeys } from "./policy-document.js";
import { Fault } from "./refusal.js";
import { Tills } from "./till.js";
import { Keyring } from "./token.js";

let config = null;

/** The configuration of this instance. Secrets change only with a deployment. */
export function load(env) {
  config ??= {
    keyring: binding(env, "COUPON_KEYS", Keyring.parse),
    tills: binding(env, "POS_ROOTS", Tills.parse),
    policies: new Policies(binding(env, "POLICY_KEYS", parsePolicyKeys)),
    authorities: binding(env, "AUTHORITIES", (list) =>
      new Set(list.split(",").map((name) => name.trim().toLowerCase()))),
  };
  return config;
}

/** Reads a secret or a variable; the fault names it and never says what is in it. */
function binding(env, name, parse) {
  if (typeof env[name] !== "string") throw Fault.internal(`${name} is not bound`);
  const value = parse(env[name]);
  if (value === null) throw Fault.internal(`${name} cannot be read`);
  return value;
}
