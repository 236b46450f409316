// Carries a call to the shard that this object stands for.
import { DurableObject } from "cloudflare:workers";

export class Away extends DurableObject {
  async handle(call) {
    const response = await this.env.LEDGER.fetch(`http://ledger/${this.ctx.id}`, { method: "POST", body: call });
    // What the platform throws in place of an answer when too much waits for an object.
    if (response.headers.has("Overloaded")) {
      const why = new Error("Durable Object is overloaded. Too many requests queued.");
      throw Object.assign(why, { overloaded: true });
    }
    return `${response.status} ${await response.text()}`;
  }
}
