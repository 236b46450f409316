// Places that are lent for a time: one that is never given back comes back by itself.

/** The leases of one kind of place. */
export class Leases {
  #term;
  #live = new Set();

  constructor(term) {
    this.#term = term;
  }

  /** A place, unless `limit` of them are taken; then null. */
  take(now, limit) {
    if (this.live(now) >= limit) return null;
    const lease = { since: now };
    this.#live.add(lease);
    return lease;
  }

  end(lease) {
    this.#live.delete(lease);
  }

  /** How many places are taken. A lease from the future is from before the clock was set back. */
  live(now) {
    for (const lease of this.#live) {
      if (lease.since > now || now - lease.since >= this.#term) this.#live.delete(lease);
    }
    return this.#live.size;
  }

  /** How many of them were taken less than this long ago. */
  younger(now, age) {
    this.live(now);
    let count = 0;
    for (const lease of this.#live) count += now - lease.since < age ? 1 : 0;
    return count;
  }
}
