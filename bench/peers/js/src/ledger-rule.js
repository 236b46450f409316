// Why a statement appended nothing, and what the same request was answered before. It never decides.

const MAX_ENTRIES = 20;

/** That nothing is against it, although the statement appended nothing. */
export const CONTRADICTION = Symbol("contradiction");

export const refused = (why) => ({ refused: why });

/** What redeeming finds in the coupon's chain of entries. */
export const redeem = (chain, by, fingerprint) => recall(chain, by, fingerprint) ?? taken(chain, 2) ?? CONTRADICTION;

/** What this request was answered before; null if its key was never used for the coupon. */
export function recall(chain, by, fingerprint) {
  const redemption = own(chain, by, "redemption");
  if (redemption) {
    const reversal = after(chain, redemption);
    if (reversal) return refused({ "redemption-reversed": { at: reversal.at } });
    if (redemption.fingerprint !== fingerprint) return refused("idempotency-key-reused");
    return { redeemed: { entry: redemption, replayed: true } };
  }
  const spent = own(chain, by, "void");
  if (spent) return refused({ "redemption-reversed": { at: spent.at } });
  // The key was used to reverse: another request.
  return own(chain, by, "reversal") ? refused("idempotency-key-reused") : null;
}

/** What cancelling finds; `by` has the key of the redemption to be undone. */
export function cancel(chain, by, now) {
  const redemption = own(chain, by, "redemption");
  if (redemption) return reverse(redemption, after(chain, redemption), now);
  const spent = own(chain, by, "void");
  if (spent) return { voided: { entry: spent, replayed: true } };
  if (own(chain, by, "reversal")) return refused("idempotency-key-reused");
  return taken(chain, 1) ?? CONTRADICTION;
}

/** What reversing finds, given the redemption and its reversal, if it has one. */
export function reverse(redemption, reversal, now) {
  if (reversal) return { reversed: { redemption, reversal, replayed: true } };
  const { reversible_until: until } = redemption;
  return now > until ? refused({ "reversal-too-late": { until } }) : CONTRADICTION;
}

/** Whether a new request would redeem. */
export const look = (chain) => taken(chain, 2) ?? "free";

/** Why a coupon is not free, or has no room for so many more entries. */
function taken(chain, room) {
  const last = chain.at(-1);
  if (last?.kind === "redemption") {
    const { at, by: { shop, till } } = last;
    return refused({ "already-redeemed": { at, shop, till } });
  }
  return MAX_ENTRIES - chain.length < room ? refused("limit-reached") : null;
}

const own = (chain, by, kind) => chain.find((entry) => entry.kind === kind && entry.by.key === by.key
  && entry.by.till === by.till && entry.by.shop === by.shop);

/** The entry after a redemption is its reversal: nothing else may follow one. */
const after = (chain, redemption) => chain.find((entry) => entry.n === redemption.n + 1);
