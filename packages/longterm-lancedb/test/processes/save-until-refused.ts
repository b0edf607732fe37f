// Saves until the log's file can't grow any more.
import { isMemoryError } from "@mem/core";
import { createLanceDbStore } from "../../src/index.ts";

const [uri = ""] = process.argv.slice(2);
const scope = { tenantId: "acme", agentId: "writer" };
const store = createLanceDbStore({ uri });
process.on("SIGXFSZ", () => undefined);

for (let i = 0; ; i++) {
  try {
    const value = "x".repeat(9_000);
    await store.save(scope, [{ key: `key-${i}`, value, text: "", source: "agent" }]);
    console.log(`saved ${i}`);
  } catch (error) {
    if (!isMemoryError(error)) throw error;
    console.log(`${error.code} ${error.outcome}`);
    break;
  }
}
await store.close();
