// Redeems a coupon: node redeem.mjs URL KEYID SECRET TOKEN KEY
import { createHash } from "node:crypto";
import { createSigner, httpbis } from "http-message-signatures";

const [base, keyid, secret, token, key] = process.argv.slice(2);
const url = new URL("/v1/redemptions", base);

const order = { order_amount: 3000, currency: "CNY", order_ref: "bill 4711" };
const body = JSON.stringify({ token, ...order });
const digest = createHash("sha256").update(body).digest("base64");

const signed = await httpbis.signMessage(
  {
    key: createSigner(Buffer.from(secret, "base64url"), "hmac-sha256", keyid),
    fields: ["@method", "@authority", "@path", "@query", "content-digest", "idempotency-key"],
    params: ["created", "keyid", "tag"],
    paramValues: { tag: "coupon-pos" },
  },
  {
    method: "POST",
    url,
    headers: {
      "Content-Type": "application/json",
      "Content-Digest": `sha-256=:${digest}:`,
      "Idempotency-Key": key,
    },
  },
);

const { method, headers } = signed;
const answer = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(10_000) });
console.log(answer.status, await answer.text());
