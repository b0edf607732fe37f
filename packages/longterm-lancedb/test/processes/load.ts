// Prints whether LanceDB's native part is loaded after each step, and ends by itself.
import { createLanceDbStore } from "../../src/index.ts";

const [uri = ""] = process.argv.slice(2);
const scope = { tenantId: "acme", agentId: "writer" };

function isNativeLoaded(): boolean {
  const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
  return sharedObjects.some((path) => /lancedb.*\.node$/.test(path));
}

console.log(isNativeLoaded());
const store = createLanceDbStore({ uri });
await store.health();
console.log(isNativeLoaded());
await store.save(scope, [{ key: "a", value: 1, text: "a", source: "agent" }]);
console.log(isNativeLoaded());
