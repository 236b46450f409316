// Verifies a coupon of version 2 with nothing but Node and the campaign's public key.
import { createPublicKey, verify } from "node:crypto";

const [publicKey, token] = process.argv.slice(2);
const [, campaign, kid, x] = /^(\d+)\/(\d+)=ed25519:([\w-]{43})$/.exec(publicKey);
const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });

const bytes = Buffer.from(token.slice(3), "base64url");
// One spelling: a decoder that forgives would take several texts for one coupon.
const spelled = token === `C2.${bytes.toString("base64url")}` && bytes.length === 99;
const fields = bytes.subarray(0, 35);
const message = Buffer.concat([Buffer.from("C2."), fields]);
// Nothing of the fields is used before this, but the pair that names the key.
const genuine = spelled && fields.readUInt16BE(0) === Number(kid) &&
  fields.readUInt32BE(2) === Number(campaign) && verify(null, message, key, bytes.subarray(35));
if (!genuine) {
  console.error("not genuine");
  process.exit(1);
}
console.log(JSON.stringify({
  coupon: fields.subarray(6, 18).toString("base64url"),
  value: fields.readUInt32BE(18),
  not_before: fields.readUInt32BE(22),
  not_after: fields.readUInt32BE(26),
  scope: fields.readUInt32BE(30),
}));
