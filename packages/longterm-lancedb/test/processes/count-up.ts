// Increments a shared number by compare-and-set, and saves entries of its own in between.
import { createLanceDbStore } from "../../src/index.ts";

const [uri = "", name = "", times = ""] = process.argv.slice(2);
const scope = { tenantId: "acme", agentId: "writer" };
const store = createLanceDbStore({ uri });

for (let done = 0; done < Number(times);) {
  const [entry] = await store.get(scope, ["total"]);
  const value = Number(entry?.value ?? 0) + 1;
  const condition = entry === undefined ? { ifAbsent: true } : { ifVersion: entry.version };
  const [counted] = await store.save(scope, [
    { key: "total", value, text: "total", source: "agent", ...condition },
    { key: `${name}-${done}`, value: done, text: "own", source: "agent" },
    { key: "contested", value: name, text: "contested", source: "agent" },
  ]);
  if (counted?.stored === true) done++;
  if (done % 4 === 1) await store.flush();
}
await store.close();
