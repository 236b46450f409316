// Carries a call to the shard that this object stands for.
export class Away {
  constructor(state, env) {
    this.url = `http://ledger/${state.id}`;
    this.ledger = env.LEDGER;
  }

  async fetch(request) {
    const body = await request.text();
    const response = await this.ledger.fetch(this.url, { method: "POST", body });
    // What the platform throws in place of an answer when too much waits for an object.
    if (response.headers.has("Overloaded")) {
      const why = new Error("Durable Object is overloaded. Too many requests queued.");
      throw Object.assign(why, { overloaded: true });
    }
    return response;
  }
}
