// Replaces the platform's function of this name in what wasm-bindgen makes (scripts/build). That one
// wraps each callback in an object of its own: a promise does not, and several are needed for a request.
export const queueMicrotask = (work) => void Promise.resolve().then(work);
