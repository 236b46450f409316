// Verifies a receipt without a network: node verify_receipt.mjs JWKS-FILE RECEIPT
import { readFileSync } from "node:fs";
import { createLocalJWKSet, jwtVerify } from "jose";

const [file, receipt] = process.argv.slice(2);
const keys = createLocalJWKSet(JSON.parse(readFileSync(file, "utf8")));

const { payload } = await jwtVerify(receipt, keys, {
  algorithms: ["EdDSA"],
  typ: "coupon-receipt+jws",
  issuer: "coupon-edge",
});
console.log(payload.status, payload.id);
