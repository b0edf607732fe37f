// Closes a store whose flush waits for a lock that another process holds.
import { createLanceDbStore } from "../../src/index.ts";

const [uri = ""] = process.argv.slice(2);
const scope = { tenantId: "acme", agentId: "writer" };
const store = createLanceDbStore({ uri });
await store.save(scope, [{ key: "b", value: 1, text: "b", source: "agent" }]);
const flushing = store.flush().catch(() => undefined);
await store.close();
await flushing;
console.log("closed");
