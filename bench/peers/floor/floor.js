// The least that a Worker can do, step by step: what the platform takes, whoever writes the code.
const answer = () => new Response("ok");

/** The object that a request goes to: one of four, in turn. */
let turn = 0;
const object = (env) => env.OBJECTS.get(env.OBJECTS.idFromName(`floor/${(turn = (turn + 1) % 4)}`));

/** Answers. */
export const empty = { fetch: () => answer() };

/** Reads the body and answers. */
export const body = {
  async fetch(request) {
    await request.arrayBuffer();
    return answer();
  },
};

/** Asks an object that answers, and answers. */
export const hop = {
  async fetch(request, env) {
    await object(env).fetch("https://object/empty");
    return answer();
  },
};

/** Asks an object that inserts a row, and answers. */
export const insert = {
  async fetch(request, env) {
    await object(env).fetch("https://object/insert");
    return answer();
  },
};

/** Reads the body, and gives it to an object that reads it and inserts a row. */
export const carry = {
  async fetch(request, env) {
    const body = await request.arrayBuffer();
    await object(env).fetch("https://object/insert", { method: "POST", body });
    return answer();
  },
};

export class Floor {
  constructor(state) {
    this.sql = state.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS entry (seq INTEGER PRIMARY KEY, at INTEGER, shop INTEGER)");
  }

  async fetch(request) {
    if (request.body) await request.text();
    if (request.url.endsWith("insert")) {
      this.sql.exec("INSERT INTO entry (at, shop) VALUES (?1, ?2)", Date.now(), 17);
    }
    return new Response(null);
  }
}
