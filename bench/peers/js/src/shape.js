// What a policy document must look like: these fields of these types, and no others.

import { decodeUrl } from "./base64.js";
import { isCampaign } from "./campaign.js";
import { Malformed, Other } from "./json-words.js";
import { JsonReader } from "./json.js";
import { parseRfc3339 } from "./time.js";

/** Reads a document of this shape. */
export function readDocument(text, shape) {
  const reader = new JsonReader(text);
  const value = readValue(reader);
  reader.end();
  return shape(value);
}

/** Any JSON value, in which no object has a field twice. */
function readValue(reader) {
  const c = reader.next();
  switch (reader.text[reader.at]) {
    case "{": return readFields(reader);
    case "[": return readItems(reader);
    case '"': return reader.string();
    case "t": return reader.word("true"), true;
    case "f": return reader.word("false"), false;
    case "n": return reader.word("null"), null;
  }
  if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return reader.number();
  throw reader.unexpected("expected value", "EOF while parsing a value");
}

function readFields(reader) {
  const fields = new Map();
  reader.at += 1;
  for (let isFirst = true; reader.nextField(isFirst); isFirst = false) {
    const name = reader.string();
    if (fields.has(name)) throw reader.error(`duplicate field \`${name}\``);
    reader.colon();
    fields.set(name, readValue(reader));
  }
  reader.at += 1;
  return fields;
}

function readItems(reader) {
  const items = [];
  reader.at += 1;
  for (reader.next(); reader.text[reader.at] !== "]"; reader.next()) {
    if (items.length > 0) {
      if (reader.text[reader.at] !== ",") throw reader.unexpected("expected `,` or `]`", "EOF while parsing a list");
      reader.at += 1;
    }
    items.push(readValue(reader));
  }
  reader.at += 1;
  return items;
}

const wrong = (why) => new Malformed(why);

/** An object with these fields; one that may be left out says what it then is. */
export const object = (types) => (value) => {
  if (!(value instanceof Map)) throw wrong("expected an object");
  for (const name of value.keys()) {
    if (!Object.hasOwn(types, name)) throw wrong(`unknown field \`${name}\``);
  }
  return Object.fromEntries(Object.entries(types).map(([name, type]) => {
    if (value.has(name)) return [name, type(value.get(name))];
    if (type.otherwise === undefined) throw wrong(`missing field \`${name}\``);
    return [name, type.otherwise()];
  }));
};

/** What may be left out. */
export const or = (type, otherwise) => Object.assign((value) => type(value), { otherwise });

/** What may be left out or null, and then is null. */
export const nullable = (type) => or((value) => (value === null ? null : type(value)), () => null);

export const list = (type) => (value) => {
  if (!Array.isArray(value)) throw wrong("expected a list");
  return value.map(type);
};

export const integer = (least, most) => (value) => {
  if (value instanceof Other) throw wrong(`invalid type: ${value.name}`);
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw wrong(`expected an integer from ${least} to ${most}`);
};

export const matching = (what, test) => (value) => {
  if (typeof value === "string" && test(value)) return value;
  throw wrong(`expected ${what}`);
};

export const u8 = integer(0, 0xff);
export const u16 = integer(0, 0xffff);
export const u32 = integer(0, 0xffff_ffff);
export const amount = integer(0, 1_000_000_000_000);

export const boolean = (value) => {
  if (typeof value === "boolean") return value;
  throw wrong("expected true or false");
};

export const campaign = (value) => {
  if (isCampaign(value)) return value;
  throw wrong("a campaign id has at most 2^16 shards in its top 5 bits");
};

/** A point in time, in milliseconds. */
export const time = (value) => {
  const at = typeof value === "string" ? parseRfc3339(value) : null;
  if (at !== null) return at;
  throw wrong("a time is RFC 3339 in UTC, like 2026-02-06T04:00:00Z");
};

/** A serial in hexadecimal, which is in the order of the numbers. */
export const serial = (value) => {
  const bytes = typeof value === "string" ? decodeUrl(value, 12) : null;
  if (bytes) return bytes.toHex();
  throw wrong("Serial is base64url of 12 bytes");
};
