// The bodies of requests: exactly the object that the call takes.

import { Malformed, Other } from "./json-words.js";
import { JsonReader } from "./json.js";
import { Refusal } from "./refusal.js";

const MAX_AMOUNT = 1_000_000_000_000;

export const parseKey = (text) => (/^[!-+\--~]{1,255}$/.test(text) ? text : null);

/** What `POST /v1/redemptions` takes. */
export function readRedemption(body) {
  const fields = readObject(body, { token: string, order_amount: amount, currency, order_ref: optional(orderRef) });
  return { token: fields.token, order: order(fields.order_amount, fields.currency, fields.order_ref) };
}

/** What `POST /v1/coupons/check` takes. */
export function readCheck(body) {
  const fields = readObject(body, { token: string, order_amount: optional(amount), currency: optional(currency) });
  const { token, order_amount: of, currency: money } = fields;
  if ((of === null) !== (money === null)) throw malformed("order_amount and currency go together");
  return { token, order: of === null ? null : order(of, money, null) };
}

/** What `POST /v1/redemptions/cancel` takes. */
export function readCancel(body) {
  const { token, redemption_key: key } = readObject(body, { token: string, redemption_key: string });
  if (parseKey(key) === null) {
    throw malformed("redemption_key is 1 to 255 visible ASCII characters without comma or space");
  }
  return { token, key };
}

/** What a reversal takes: nothing, or an empty object. */
export function readReversal(body) {
  if (body.length > 0) readObject(body, {});
}

/** At most 200 characters: an error may quote what it was given. */
function malformed(why) {
  const detail = why.length <= 200 ? why : [...why].slice(0, 200).join("");
  return new Refusal("malformed-request", { detail });
}

function order(amount, currency, ref) {
  if (amount === 0) throw malformed("order_amount must be at least 1: a coupon is not used on nothing");
  return { amount, currency, ref };
}

function readObject(body, types) {
  const first = body.findIndex((byte) => byte !== 0x20 && !(byte >= 0x09 && byte <= 0x0d && byte !== 0x0b));
  if (first < 0) throw malformed("the body is empty; it must be a JSON object");
  if (body[first] !== 0x7b) throw malformed("the body is not a JSON object");
  try {
    const reader = JsonReader.ofText(body);
    if (reader) return readFields(reader, types);
  } catch (wrong) {
    if (!(wrong instanceof Malformed)) throw wrong;
  }
  // What is wrong is read again byte by byte, because columns are counted in bytes.
  try {
    return readFields(JsonReader.ofBytes(body), types);
  } catch (wrong) {
    throw wrong instanceof Malformed ? malformed(wrong.why) : wrong;
  }
}

/** One object and nothing behind it, with these fields and no others. */
function readFields(reader, types) {
  const fields = {};
  if (reader.next() !== 0x7b) throw reader.unexpected("expected value");
  reader.at += 1;
  for (let isFirst = true; reader.nextField(isFirst); isFirst = false) {
    const name = reader.string();
    const read = Object.hasOwn(types, name) ? types[name] : null;
    if (!read) throw behind(reader, `unknown field \`${name}\`, ${expected(Object.keys(types))}`);
    if (fields[name] !== undefined) throw behind(reader, `duplicate field \`${name}\``);
    reader.colon();
    reader.next();
    fields[name] = read(reader);
  }
  for (const name of Object.keys(types)) {
    if (fields[name] !== undefined) continue;
    if (!types[name].isOptional) throw behind(reader, `missing field \`${name}\``);
    fields[name] = null;
  }
  reader.at += 1;
  reader.end();
  return fields;
}

function expected(names) {
  if (names.length === 0) return "there are no fields";
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length === 2 ? `expected ${quoted.join(" or ")}` : `expected one of ${quoted.join(", ")}`;
}

/** Wrong with what was read, and noticed at the end of the object if that comes next. */
function behind(reader, why) {
  if (reader.next() === 0x7d) reader.at += 1;
  return reader.error(why);
}

function string(reader) {
  if (reader.text[reader.at] === '"') return reader.string();
  throw reader.isAtEnd() ? reader.error("EOF while parsing a value") : reader.wrongType("a string");
}

function amount(reader) {
  const c = reader.text[reader.at];
  if (c === undefined) throw reader.error("EOF while parsing a value");
  if (!/[-0-9]/.test(c)) throw reader.wrongType("u64");
  const value = reader.number();
  if (value instanceof Other && value.name.startsWith("floating")) {
    throw reader.error(`invalid type: ${value.name}, expected u64`);
  }
  const name = value instanceof Other ? value.name : `integer \`${value}\``;
  if (name.startsWith("integer `-")) throw reader.error(`invalid value: ${name}, expected u64`);
  if (value <= MAX_AMOUNT) return value;
  throw behind(reader, "an amount is at most 1000000000000 minor units");
}

function currency(reader) {
  const text = string(reader);
  if (/^[A-Z]{3}$/.test(text)) return text;
  throw behind(reader, "a currency is three capital letters, like CNY");
}

function orderRef(reader) {
  const text = string(reader);
  if (/^\P{Cc}{1,64}$/u.test(text)) return text;
  throw behind(reader, "order_ref is 1 to 64 characters without control characters");
}

/** What may be left out, or be null. */
function optional(read) {
  const type = (reader) => {
    if (reader.text[reader.at] !== "n") return read(reader);
    reader.word("null");
    return null;
  };
  type.isOptional = true;
  return type;
}
