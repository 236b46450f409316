// Strict JSON: no field twice, no number that JavaScript would round, and errors that say where.

import { Malformed, Other, quoted } from "./json-words.js";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const [QUOTE, BACKSLASH, COMMA, COLON, CLOSE] = [..."\"\\,:}"].map((char) => char.charCodeAt(0));
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Reads a text from its first character to its last. */
export class JsonReader {
  /** Reads characters, which is quick; null if the bytes are no UTF-8. */
  static ofText(bytes) {
    try {
      return new JsonReader(decoder.decode(bytes));
    } catch {
      return null;
    }
  }

  /** Reads bytes, which says where something is wrong, also where it is that they are no UTF-8. */
  static ofBytes(bytes) {
    return new JsonReader(Buffer.from(bytes).toString("latin1"), true);
  }

  constructor(text, isBytes = false) {
    this.text = text;
    this.isBytes = isBytes;
    this.at = 0;
  }

  /** The next character but white space; NaN at the end. */
  next() {
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return c;
      this.at += 1;
    }
  }

  /** Wrong with what was read. */
  error(why, at = this.at) {
    const before = this.text.slice(0, at);
    const column = at - (before.lastIndexOf("\n") + 1);
    return new Malformed(`${why} at line ${before.split("\n").length} column ${Math.max(0, column)}`);
  }

  /** Wrong with what comes next; at the end with what `atEnd` was to come. */
  unexpected(why, atEnd = why) {
    return this.isAtEnd() ? this.error(atEnd, this.text.length) : this.error(why, this.at + 1);
  }

  isAtEnd() {
    return this.at >= this.text.length;
  }

  /** Moves on to the next field of an object; false at its end. */
  nextField(isFirst) {
    const c = this.next();
    if (c === CLOSE) return false;
    if (!isFirst) {
      if (c !== COMMA) throw this.unexpected("expected `,` or `}`", "EOF while parsing an object");
      this.at += 1;
      const after = this.next();
      if (after === CLOSE) throw this.unexpected("trailing comma");
      if (after !== QUOTE) throw this.unexpected("key must be a string", "EOF while parsing a value");
    } else if (c !== QUOTE) {
      throw this.unexpected("key must be a string", "EOF while parsing an object");
    }
    return true;
  }

  colon() {
    if (this.next() !== COLON) throw this.unexpected("expected `:`", "EOF while parsing an object");
    this.at += 1;
  }

  /** A string, at whose quotation mark the reader stands. */
  string() {
    const { text } = this;
    const start = this.at + 1;
    let end = start;
    for (; ; end += 1) {
      const c = text.charCodeAt(end);
      if (c === QUOTE) break;
      if (!(c >= 0x20) || c === BACKSLASH) return this.stringWithEscapes(start, end);
    }
    this.at = end + 1;
    return this.checked(text.slice(start, end));
  }

  stringWithEscapes(start, at) {
    let value = this.text.slice(start, at);
    for (this.at = at; ;) {
      const char = this.text[this.at];
      if (char === undefined) throw this.error("EOF while parsing a string");
      this.at += 1;
      if (char === '"') return this.checked(value);
      if (char < " ") throw this.error("control character (\\u0000-\\u001F) found while parsing a string");
      value += char === "\\" ? this.encoded(this.escape()) : char;
    }
  }

  escape() {
    const char = this.text[this.at++];
    if (char !== "u") {
      if (char === undefined) this.eofInString();
      if (ESCAPES[char] === undefined) throw this.error("invalid escape");
      return ESCAPES[char];
    }
    const high = this.hex();
    if (high < 0xd800 || high > 0xdfff) return String.fromCharCode(high);
    if (high >= 0xdc00) throw this.error("lone leading surrogate in hex escape");
    for (const wanted of "\\u") {
      const next = this.text[this.at++];
      if (next === undefined) this.eofInString();
      if (next !== wanted) throw this.error("unexpected end of hex escape");
    }
    const low = this.hex();
    if (low < 0xdc00 || low > 0xdfff) throw this.error("lone leading surrogate in hex escape");
    return String.fromCharCode(high, low);
  }

  hex() {
    const digits = this.text.slice(this.at, this.at + 4);
    this.at += digits.length;
    if (digits.length < 4) throw this.error("EOF while parsing a string");
    if (!/^[0-9A-Fa-f]{4}$/.test(digits)) throw this.error("invalid escape");
    return parseInt(digits, 16);
  }

  eofInString() {
    this.at = this.text.length;
    throw this.error("EOF while parsing a string");
  }

  /** A character as it stands among others: as its bytes where bytes are read. */
  encoded(char) {
    return this.isBytes ? Buffer.from(char).toString("latin1") : char;
  }

  /** The text that a string is; where bytes are read they may be none. */
  checked(value) {
    if (!this.isBytes) return value;
    const bytes = Buffer.from(value, "latin1");
    const text = bytes.toString();
    if (bytes.equals(Buffer.from(text))) return text;
    // The first that was replaced, and is not a character that means just that.
    let wrong = 0;
    for (const part of text.split("\ufffd")) {
      wrong += Buffer.byteLength(part);
      if (bytes[wrong] !== 0xef || bytes[wrong + 1] !== 0xbf || bytes[wrong + 2] !== 0xbd) break;
      wrong += 3;
    }
    throw this.error("invalid unicode code point", this.at - (bytes.length - wrong));
  }

  /** A number: an integer below 2⁵³ as it is, any other as what it is called. */
  number() {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (!match) throw this.noDigit(1);
    this.at = NUMBER.lastIndex;
    const [text, fraction, exponent] = match;
    const next = this.text[this.at] ?? "";
    if (/[eE]/.test(next) && !exponent) throw this.noDigit(/[+-]/.test(this.text[this.at + 1]) ? 2 : 1);
    if (next === "." && !fraction && !exponent) {
      this.at += 1;
      throw this.unexpected("invalid number", "EOF while parsing a value");
    }
    if (isDigit(this.text.charCodeAt(this.at))) throw this.unexpected("invalid number"); // After a zero.
    if (!Number.isFinite(Number(text))) throw this.error("number out of range");
    const isWhole = !fraction && !exponent;
    const value = Number(text);
    return isWhole && Number.isSafeInteger(value) && !Object.is(value, -0) ? value : new Other(text, isWhole);
  }

  /** After so many characters there is no digit. */
  noDigit(after) {
    this.at = Math.min(this.at + after + 1, this.text.length + 1);
    const isEnd = this.at > this.text.length;
    return isEnd ? this.error("EOF while parsing a value", this.text.length) : this.error("invalid number");
  }

  word(word) {
    for (const wanted of word) {
      if (this.isAtEnd()) throw this.error("EOF while parsing a value");
      if (this.text[this.at++] !== wanted) throw this.error("expected ident");
    }
  }

  /** What stands here is of another type than the one that was expected. */
  wrongType(expected) {
    const say = (what) => this.error(`invalid type: ${what}, expected ${expected}`);
    const c = this.text[this.at];
    switch (c) {
      case "n": this.word("null"); return say("null");
      case "t": this.word("true"); return say("boolean `true`");
      case "f": this.word("false"); return say("boolean `false`");
      case '"': return say(`string ${quoted(this.string())}`);
      case "[": return say("sequence");
      case "{": return say("map");
    }
    if (c !== "-" && !isDigit(this.text.charCodeAt(this.at))) return this.unexpected("expected value");
    const number = this.number();
    return say(typeof number === "number" ? `integer \`${number}\`` : number.name);
  }

  end() {
    this.next();
    if (!this.isAtEnd()) throw this.unexpected("trailing characters");
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;

const isDigit = (c) => c >= 0x30 && c <= 0x39;
