// Base64 in both alphabets, each value in one spelling where the contract wants one.

/** Base64url without padding. */
export const encodeUrl = (bytes) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });

// A last character with bits to spare has them all zero; by how many bytes are over a multiple of 3.
const ENDS = [/[\w-]$/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/];

/** Whether the text is the one spelling of so many bytes. */
export const isUrl = (text, size) =>
  text.length === Math.ceil((size * 8) / 6) && ENDS[size % 3].test(text) && /^[\w-]+$/.test(text);

/** Exactly `size` bytes of base64url without padding; null for anything else. */
export function decodeUrl(text, size) {
  if (text.length !== Math.ceil((size * 8) / 6) || !ENDS[size % 3].test(text)) return null;
  const bytes = decode(text, "base64url");
  // White space and padding are skipped by the decoder, and then a byte is missing.
  return bytes?.length === size ? bytes : null;
}

/** Whether this is base64 as a structured field has it: the padding may be left out (RFC 9651). */
export function isStandard(text) {
  const bare = text.replace(/={1,2}$/, "");
  if (!/^[A-Za-z0-9+/]*$/.test(bare) || bare.length % 4 === 1) return false;
  return text.length <= Math.ceil(bare.length / 4) * 4;
}

/** The bytes of a text for which `isStandard` holds. */
export const decodeStandard = (text) => decode(text.replace(/=+$/, ""), "base64");

function decode(text, alphabet) {
  try {
    return Uint8Array.fromBase64(text, { alphabet });
  } catch {
    return null;
  }
}
