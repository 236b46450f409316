// Points in time, in milliseconds since 1970: how people and machines read them.

const LAST = 253_402_300_799_999; // The last millisecond of the year 9999.

export const rfc3339 = (ms) => new Date(ms).toISOString();

/** As a cashier reads it, in the campaign's local time: `2026-02-06 12:04`. */
export function local(ms, offsetMinutes) {
  const shifted = Math.min(Math.max(ms + offsetMinutes * 60_000, 0), LAST);
  return rfc3339(shifted).slice(0, 16).replace("T", " ");
}

const FORM = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/;

/** Reads RFC 3339 in UTC; null if the text is anything else. */
export function parseRfc3339(text) {
  const match = FORM.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(at);
  // `Date` carries what is over into the next unit: the 30th of February is no day.
  const carried = date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day;
  if (carried || hour > 23 || minute > 59 || second > 59 || year < 1970) return null;
  return at + Number((match[7] ?? "").slice(0, 3).padEnd(3, "0"));
}
