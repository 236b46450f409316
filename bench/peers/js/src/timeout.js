// Waiting for something, but not for ever.

/** What the promise gives; rejects with what `late` gives when it takes longer. */
export function within(ms, promise, late) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    promise.then(
      (value) => { clearTimeout(timer); resolve(value); },
      (why) => { clearTimeout(timer); reject(why); },
    );
  });
}
