// Hands each call to the shard whose id is its path.
export default {
  fetch(request, env) {
    const id = env.LEDGER.idFromString(new URL(request.url).pathname.slice(1));
    return env.LEDGER.get(id).fetch(request);
  },
};
