// Sends the same requests to the project's Worker and to the twin, and shows where answers differ.
// node compare.mjs [requests] [seed]; both have to be built.

import { spawn } from "node:child_process";
import * as crypto from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const HOST = "edge.example";
const [COUNT, SEED] = [Number(process.argv[2] ?? 2000), Number(process.argv[3] ?? 1)];

let state = SEED * 2654435761 + 1;
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const pick = (list) => list[random(list.length)];
const b64u = (bytes) => Buffer.from(bytes).toString("base64url");
const sha256 = (bytes) => crypto.createHash("sha256").update(bytes).digest();
const hmac = (key, text) => crypto.createHmac("sha256", key).update(text).digest();
const hkdf = (root, info) => Buffer.from(crypto.hkdfSync("sha256", root, "", info, 32));

// An issuer: one campaign of four shards, one POS root.
const CAMPAIGN = (2 << 27) | 1;
const NOW = Math.floor(Date.now() / 1000);
const [ROOT, POS_ROOT] = [Buffer.alloc(32, 1), Buffer.alloc(32, 100)];
const issuer = crypto.generateKeyPairSync("ed25519");
const u = (size, value) => { const bytes = Buffer.alloc(size); bytes.writeUIntBE(value, 0, size); return bytes; };
const couponKey = hkdf(ROOT, Buffer.concat([Buffer.from("coupon-edge/token/v1"), u(4, CAMPAIGN), u(2, 1)]));
const iso = (seconds) => new Date(seconds * 1000).toISOString();

const campaign = {
  campaign: CAMPAIGN, epoch: 1, valid_until: iso(NOW + 30 * 86400), name: "奶茶 25", currency: "CNY", currency_digits: 2,
  utc_offset_minutes: 480, window: { from: iso(NOW - 86400), until: iso(NOW + 86400) }, reversal_window_s: 3600,
  minimum_spend: 10,
};
const shops = { epoch: 1, valid_until: iso(NOW + 30 * 86400), suspended_shops: [9] };
const publish = (key, document) => {
  const text = JSON.stringify(document);
  const signature = crypto.sign(null, Buffer.from(`coupon-edge/policy/v1\n${key}\n${text}`), issuer.privateKey);
  return `P1 ${b64u(signature)}\n${text}`;
};
const KV = { [`policy/${CAMPAIGN}`]: publish(`policy/${CAMPAIGN}`, campaign), "policy/shops": publish("policy/shops", shops) };

let serial = 0;
function mint({ value = 2500, from = NOW - 100, until = NOW + 1000, scope = 0, flags = 0, kid = 1 } = {}) {
  const number = Buffer.alloc(12);
  number.writeUInt32BE((serial += 1), 8);
  const signed = Buffer.concat([u(2, kid), u(4, CAMPAIGN), number, u(4, value), u(4, from), u(4, until), u(4, scope), u(1, flags)]);
  const tag = hmac(couponKey, Buffer.concat([Buffer.from("C1."), signed])).subarray(0, 16);
  return `C1.${b64u(Buffer.concat([signed, tag]))}`;
}

function till(shop, number) {
  const id = Buffer.concat([u(4, shop), u(2, number), u(2, 0), u(4, 1), u(2, 1), u(4, NOW + 100_000)]);
  return { keyid: `S1.${b64u(id)}`, secret: hkdf(POS_ROOT, Buffer.concat([Buffer.from("coupon-edge/shop/v1"), id])) };
}

/** Changes a text at a random place. */
function garble(text, bits) {
  const at = random(text.length + 1);
  const cut = random(3);
  return text.slice(0, at) + pick(bits) + text.slice(at + (random(2) ? cut : 0));
}

const JSON_BITS = ["", "\"", "\\", "\\u0041", "\\ud800", "\\udc00", "{", "}", "[", "]", ",", ":", "null", "true", "1", "-", ".", "e",
  "0", " ", "\n", "\t", "\u0000", "é", "茶", "\ufeff", "token", "order_ref", "\"token\":1,", ",\"x\":2", "99999999999999999999", "1e400"];
const FIELD_BITS = ["", " ", "\t", ",", ";", "=", "\"", "(", ")", ":", "?1", "@1", "%\"a\"", "*", "a", "A", "1", ".", "-", "=1", ";a",
  ";b=2", ";tag=\"coupon-pos\"", ", x=1", "sig=", "\\", "\\\"", "_", "/", "+", "0", ";created=1", ";keyid=\"a\"", ";expires=1.5"];

function request() {
  const who = till(pick([7, 7, 8, 9]), pick([0, 1, 2]));
  const token = pick([mint(), mint(), mint(), pick(SEEN) ?? mint(), pick(SEEN) ?? mint(), mint({ value: 0 }), mint({ flags: 1 }), mint({ scope: 2 }),
    mint({ until: NOW - 1 }), mint({ from: NOW + 500 }), mint({ kid: 2 }), garble(mint(), ["A", "é", "", "="])]);
  SEEN.push(token);
  const order = { token, order_amount: pick([3000, 1, 9, 10, 0, 5.5, -1, 10 ** 12, 10 ** 12 + 1]), currency: pick(["CNY", "CNY", "USD", "cny"]) };
  const ref = pick([undefined, null, "bill 1", "a\u0007", "茶".repeat(65)]);
  const sound = { token, order_amount: 3000, currency: "CNY" };
  const call = pick([
    { path: "/v1/redemptions", body: { ...order, order_ref: ref }, write: true },
    { path: "/v1/redemptions", body: sound, write: true },
    { path: "/v1/redemptions", body: sound, write: true },
    { path: "/v1/coupons/check", body: pick([order, sound, { token }, { token, currency: "CNY" }]) },
    { path: "/v1/redemptions/cancel", body: { token, redemption_key: pick(["k1", "k2", "a b", ""]) }, write: true },
    { path: `/v1/redemptions/${pick(IDS) ?? "R1.EAAAAQAAAAAAAAAB"}/reversal`, write: true },
    { path: `/v1/redemptions/${pick(IDS) ?? "R1.EAAAAQAAAAAAAAAB"}`, method: "GET" },
  ]);
  let body = Buffer.from(call.body === undefined ? "" : JSON.stringify(call.body));
  const spoil = random(10);
  if (spoil < 3 && call.method !== "GET") {
    let text = body.toString();
    for (let times = 1 + random(3); times > 0; times -= 1) text = garble(text, JSON_BITS);
    body = Buffer.from(text);
    if (random(6) === 0) body[random(body.length)] = 0x80 + random(0x80);
  }
  const method = call.method ?? "POST";
  const headers = {};
  if (method === "POST") headers["content-digest"] = `sha-256=:${sha256(body).toString("base64")}:`;
  if (call.write) headers["idempotency-key"] = pick(["k1", "k2", "k3"]);
  const now = Math.floor(Date.now() / 1000);
  const covered = { "@method": method, "@authority": HOST, "@path": call.path, "@query": "?", ...headers };
  let params = `(${Object.keys(covered).map((name) => `"${name}"`).join(" ")});created=${now};keyid="${who.keyid}";tag="coupon-pos"`;
  if (spoil === 3) params = garble(params, FIELD_BITS);
  const base = [...Object.entries(covered).map(([name, value]) => `"${name}": ${value}`), `"@signature-params": ${params}`].join("\n");
  headers["signature-input"] = `sig=${params}`;
  headers.signature = `sig=:${hmac(who.secret, base).toString("base64")}:`;
  if (method === "POST" && body.length > 0) headers["content-type"] = "application/json";
  if (spoil === 4) headers["signature-input"] = garble(headers["signature-input"], FIELD_BITS);
  if (spoil === 5) headers.signature = garble(headers.signature, FIELD_BITS);
  if (spoil === 6 && headers["content-digest"]) headers["content-digest"] = garble(headers["content-digest"], FIELD_BITS);
  return { method, path: call.path, headers, body };
}
const [SEEN, IDS] = [[], []];

function send(port, { method, path, headers, body }) {
  return new Promise((resolve, reject) => {
    const sent = http.request({ port, host: "127.0.0.1", method, path, agent: AGENT, headers: { host: HOST, ...headers, "content-length": body.length } });
    sent.on("error", reject);
    sent.on("response", (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString() }));
    });
    sent.end(body);
  });
}

/** Asks again until there is an answer that says something. */
async function insist(port, what) {
  for (let isLate = false; ; isLate = true) {
    const answer = await send(port, what).catch(() => ({ status: 503 }));
    if (answer.status !== 503) return { ...answer, isLate };
  }
}

const AGENT = new http.Agent({ keepAlive: true });

const essence = ({ status, headers, text }) => {
  const { date, "request-id": id, "content-length": length, "transfer-encoding": encoding, ...rest } = headers;
  const masked = text.replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d\.\d{3}Z)?/g, "<time>");
  return JSON.stringify({ status, headers: Object.fromEntries(Object.entries(rest).sort()), text: masked });
};

const kv = http.createServer((request, response) => {
  const value = KV[decodeURIComponent(new URL(request.url, "http://kv").pathname.slice(1))];
  response.writeHead(value === undefined ? 404 : 200).end(value);
}).listen(0, "127.0.0.1");
await new Promise((resolve) => kv.on("listening", resolve));

const storage = mkdtempSync(join(tmpdir(), "compare-"));
const ports = [0, 1].map((n) => 21000 + (process.pid % 4000) * 2 + n);
const children = [join(HERE, "../../.."), HERE].map((folder, n) => spawn(join(folder, "node_modules/workerd/bin/workerd"), [
  "serve", join(folder, "local/edge.capnp"), `--socket-addr=http=127.0.0.1:${ports[n]}`,
  `--external-addr=kv=127.0.0.1:${kv.address().port}`, `--directory-path=ledger=${mkdtempSync(join(storage, "ledger-"))}`,
], {
  stdio: ["ignore", process.env.VERBOSE ? "inherit" : "ignore", "inherit"],
  env: {
    ...process.env,
    AUTHORITIES: HOST,
    COUPON_KEYS: JSON.stringify({ [`${CAMPAIGN}/1`]: b64u(couponKey) }),
    POS_ROOTS: JSON.stringify({ 0: b64u(POS_ROOT) }),
    // The twin makes no receipts and does without.
    RECEIPT_KEYS: b64u(crypto.randomBytes(32)),
    ARCHIVE_KEYS: b64u(crypto.randomBytes(32)),
    POLICY_KEYS: issuer.publicKey.export({ format: "jwk" }).x,
  },
}));

let [differences, unheard] = [0, 0];
const statuses = {};
try {
  for (let ready = false; !ready;) {
    const open = { method: "GET", path: "/healthz", headers: {}, body: Buffer.alloc(0) };
    ready = await Promise.all(ports.map((port) => send(port, open))).then(() => true, () => false);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (let n = 0; n < COUNT; n += 1) {
    const what = request();
    const [ours, twin] = await Promise.all(ports.map((port) => insist(port, what)));
    // On a busy machine either may be late, and was asked again: then nothing can be said.
    if (ours.isLate || twin.isLate) {
      unheard += 1;
      continue;
    }
    const id = /"id":"(R1\.[^"]+)"/.exec(ours.text)?.[1];
    if (id) IDS.push(id);
    const code = `${ours.status} ${/"code":"([^"]+)"/.exec(ours.text)?.[1] ?? ""}`;
    statuses[code] = (statuses[code] ?? 0) + 1;
    if (essence(ours) === essence(twin)) continue;
    differences += 1;
    if (differences <= 20) console.log({ n, ...what, body: what.body.toString(), ours: essence(ours), twin: essence(twin) });
  }
} finally {
  children.forEach((child) => child.kill());
  kv.close();
  rmSync(storage, { recursive: true, force: true });
  AGENT.destroy();
}
console.log(statuses);
console.log(`${differences} of ${COUNT - unheard} answers differ`);
process.exitCode = differences === 0 ? 0 : 1;
