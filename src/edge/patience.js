// How long a request waits, all in all: one timer for everything that it waits for. A timer for each
// took 4 % of a redemption's CPU.

/** The patience of one request. */
export class Patience {
  #over;
  #timer;

  /** What the promise gives; rejects with what was `late` if the request's time is over before. */
  async within(milliseconds, late, promise) {
    this.#over ??= new Promise((resolve) => {
      this.#timer = setTimeout(resolve, milliseconds, Patience);
    });
    const first = await Promise.race([promise, this.#over]);
    if (first === Patience) throw late;
    return first;
  }

  /** The request is answered. */
  end() {
    clearTimeout(this.#timer);
  }
}
