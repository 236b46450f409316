// The published documents, as texts; what they say about refusals is also read from them.

import docs from "../../../../public/docs.html" with { type: "text" };
import openapi from "../../../../public/openapi.json" with { type: "text" };

export { docs, openapi };

/** The contract, to look things up in. */
export const contract = JSON.parse(openapi);

export const version = contract.info.version;
