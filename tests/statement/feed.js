// Brings what is posted to /feed/NAME to the statement object of that name; all else is the edge's.
export default {
  async fetch(request, env) {
    const [, feed, name] = new URL(request.url).pathname.split("/");
    if (feed !== "feed") return env.EDGE.fetch(request);
    try {
      const statement = env.STATEMENT.get(env.STATEMENT.idFromName(name));
      return new Response(await statement.receive(await request.text()));
    } catch (why) {
      return new Response(String(why), { status: 500 });
    }
  },
};
