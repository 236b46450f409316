// Base64 in both alphabets, each value in one spelling where the contract wants one.

/** Base64url without padding. */
export const encodeUrl = (bytes) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });

/** Exactly `size` bytes of base64url without padding; null for anything else. */
export function decodeUrl(text, size) {
  if (text.length !== Math.ceil((size * 8) / 6)) return null;
  const bytes = decode(text, "base64url");
  // White space and padding are skipped by the decoder, and then a byte is missing.
  if (bytes?.length !== size) return null;
  // Where bits are left over they must be zero.
  return size % 3 === 0 || encodeUrl(bytes) === text ? bytes : null;
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
