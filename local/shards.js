// Hands each call to the shard whose id is its path.
export default {
  async fetch(request, env) {
    const id = env.LEDGER.idFromString(new URL(request.url).pathname.slice(1));
    const answer = await env.LEDGER.get(id).handle(await request.text());
    return new Response(answer.slice(4), { status: Number(answer.slice(0, 3)) });
  },
};
