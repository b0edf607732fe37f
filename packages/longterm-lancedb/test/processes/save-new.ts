// Saves the same contents as other processes, each under keys of its own, and prints which were new.
import { createLanceDbStore } from "../../src/index.ts";
import { openObjectStore } from "../object-harness.ts";

const [place = "", name = "", times = ""] = process.argv.slice(2);
const scope = { tenantId: "acme", agentId: "writer" };
const store = place.startsWith("{")
  ? openObjectStore(JSON.parse(place) as Parameters<typeof openObjectStore>[0])
  : createLanceDbStore({ uri: place });

for (let i = 0; i < Number(times); i++) {
  const text = `content ${i}`;
  const [saved] = await store.save(scope, [
    { key: `${name}-${i}`, value: text, text, source: "agent", ifNew: true },
    { key: `${name}-own`, value: i, text: "own", source: "agent" },
  ]);
  if (saved?.stored === true) console.log(`${name}-${i}`);
  if (i % 7 === 3) await store.flush();
}
await store.close();
