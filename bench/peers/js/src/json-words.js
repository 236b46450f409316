// What is said of a JSON text that is not what it must be.

/** What is wrong with a text, for the integrator. */
export class Malformed {
  constructor(why) {
    this.why = why;
  }
}

/** A number that is no integer of JavaScript's, by the name that an error gives it. */
export class Other {
  constructor(text, isWhole) {
    this.name = isWhole && isIn64Bits(text) ? `integer \`${text}\`` : `floating point \`${decimals(Number(text))}\``;
  }
}

function isIn64Bits(text) {
  const value = BigInt(text);
  return value <= 0xffff_ffff_ffff_ffffn && value >= -0x8000_0000_0000_0000n && value !== 0n;
}

/** A fraction, also a large or a small one, as an error shows it. */
function decimals(value) {
  const exponent = Number(value.toExponential().split("e")[1]);
  if (exponent < -5 || exponent > 15) return value.toExponential();
  const text = Object.is(value, -0) ? "-0" : String(value);
  return Number.isInteger(value) ? `${text}.0` : text;
}

const SHOWN = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

/** A string as an error shows it. */
export const quoted = (text) =>
  `"${text.replace(/["\\\0-\x1f\x7f-\x9f]/g, (c) => SHOWN[c] ?? `\\u{${c.charCodeAt(0).toString(16)}}`)}"`;
