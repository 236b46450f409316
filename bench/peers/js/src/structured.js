// Structured fields (RFC 9651): a strict reader of dictionaries, and the one way to write a list back.

import { isStandard } from "./base64.js";

/**
 * A bare item of a type that JavaScript has no value for. Strings are strings, integers numbers,
 * booleans booleans; `1.0` is no integer, so decimals are here too.
 */
export class Bare {
  constructor(type, text) {
    this.type = type;
    this.text = text;
  }
}

/** A dictionary: by key `{ list, params }` or `{ item, params }`. Null if the text is none. */
export function parseDictionary(text) {
  const reader = new Reader(text);
  try {
    return reader.dictionary();
  } catch (why) {
    if (why === WRONG) return null;
    throw why;
  }
}

/** An inner list of strings, whose parameters are strings and integers. */
export function writeList(names, params) {
  let text = "(";
  for (const name of names) text += (text === "(" ? "" : " ") + writeBare(name);
  text += ")";
  for (const [name, value] of params) text += `;${name}=${writeBare(value)}`;
  return text;
}

const writeBare = (value) =>
  typeof value === "number" ? String(value) : `"${value.replace(/["\\]/g, "\\$&")}"`;

const WRONG = Symbol("not a structured field");
const [TAB, SP, QUOTE, OPEN, CLOSE, COMMA, DOT, COLON, SEMICOLON, EQUALS] =
  [..."\t \"(),.:;="].map((char) => char.charCodeAt(0));

const KEY_START = charset("abcdefghijklmnopqrstuvwxyz*");
const KEY = charset("abcdefghijklmnopqrstuvwxyz0123456789_-.*");
const TOKEN_START = charset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*");
const TOKEN = charset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~:/");
const DIGIT = charset("0123456789");

function charset(chars) {
  const set = new Uint8Array(128);
  for (const char of chars) set[char.charCodeAt(0)] = 1;
  return set;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  peek() {
    return this.text.charCodeAt(this.at);
  }

  isAtEnd() {
    return this.at >= this.text.length;
  }

  skip(a, b = a) {
    for (let c = this.peek(); c === a || c === b; c = this.peek()) this.at += 1;
  }

  /** The longest run of these characters. */
  run(set) {
    const start = this.at;
    while (set[this.peek()] === 1) this.at += 1;
    return this.text.slice(start, this.at);
  }

  dictionary() {
    const members = new Map();
    this.skip(SP);
    while (!this.isAtEnd()) {
      const key = this.key();
      if (this.peek() === EQUALS) {
        this.at += 1;
        members.set(key, this.peek() === OPEN ? this.innerList() : this.item());
      } else {
        members.set(key, { item: true, params: this.params() });
      }
      this.skip(SP, TAB);
      if (this.isAtEnd()) break;
      this.expect(COMMA);
      this.skip(SP, TAB);
      if (this.isAtEnd()) throw WRONG;
    }
    return members;
  }

  innerList() {
    const list = [];
    this.expect(OPEN);
    for (;;) {
      this.skip(SP);
      if (this.peek() === CLOSE) {
        this.at += 1;
        return { list, params: this.params() };
      }
      list.push(this.item());
      const next = this.peek();
      if (next !== SP && next !== CLOSE) throw WRONG;
    }
  }

  item() {
    return { item: this.bareItem(), params: this.params() };
  }

  params() {
    if (this.peek() !== SEMICOLON) return NONE;
    const params = new Map();
    while (this.peek() === SEMICOLON) {
      this.at += 1;
      this.skip(SP);
      const key = this.key();
      let value = true;
      if (this.peek() === EQUALS) {
        this.at += 1;
        value = this.bareItem();
      }
      params.set(key, value);
    }
    return params;
  }

  key() {
    if (KEY_START[this.peek()] !== 1) throw WRONG;
    return this.run(KEY);
  }

  bareItem() {
    const first = this.peek();
    if (first === QUOTE) return this.string();
    if (DIGIT[first] === 1 || first === 0x2d) return this.number();
    if (TOKEN_START[first] === 1) return new Bare("token", this.run(TOKEN));
    if (first === COLON) return this.bytes();
    return this.rare(this.text[this.at]);
  }

  string() {
    const start = ++this.at;
    for (; ; this.at += 1) {
      const c = this.peek();
      if (c === QUOTE) break;
      if (c === 0x5c) {
        this.at += 1;
        if (this.peek() !== QUOTE && this.peek() !== 0x5c) throw WRONG;
      } else if (!(c >= 0x20 && c < 0x7f)) {
        throw WRONG; // Also at the end, where there is no character.
      }
    }
    const text = this.text.slice(start, this.at++);
    return text.includes("\\") ? text.replace(/\\(.)/g, "$1") : text;
  }

  number() {
    const start = this.at;
    if (this.peek() === 0x2d) this.at += 1;
    const whole = this.run(DIGIT);
    if (whole === "" || whole.length > 15) throw WRONG;
    if (this.peek() !== DOT) return Number(this.text.slice(start, this.at)) + 0;
    this.at += 1;
    const fraction = this.run(DIGIT);
    if (whole.length > 12 || fraction === "" || fraction.length > 3) throw WRONG;
    return new Bare("decimal", this.text.slice(start, this.at));
  }

  bytes() {
    const end = this.text.indexOf(":", this.at + 1);
    const text = this.text.slice(this.at + 1, end);
    if (end < 0 || !isStandard(text)) throw WRONG;
    this.at = end + 1;
    return new Bare("bytes", text);
  }

  /** Booleans, dates and texts of all scripts: nobody signs with them, but they may stand beside. */
  rare(first) {
    this.at += 1;
    if (first === "?") {
      const value = this.text[this.at++];
      if (value !== "0" && value !== "1") throw WRONG;
      return value === "1";
    }
    if (first === "@") {
      const c = this.peek();
      const seconds = DIGIT[c] === 1 || c === 0x2d ? this.number() : null;
      if (typeof seconds !== "number") throw WRONG;
      return new Bare("date", String(seconds));
    }
    if (first !== "%") throw WRONG;
    const [whole, text] = /^"((?:[ !#$&-~]|%[0-9a-f]{2})*)"/.exec(this.text.slice(this.at)) ?? [];
    if (whole === undefined) throw WRONG;
    this.at += whole.length;
    try {
      return new Bare("display", decodeURIComponent(text));
    } catch {
      throw WRONG;
    }
  }

  expect(char) {
    if (this.peek() !== char) throw WRONG;
    this.at += 1;
  }
}

const NONE = new Map();
