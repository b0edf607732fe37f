import { createLanceDbStore } from "@mem/longterm-lancedb";
import { ingestKnowledge } from "../../src/index.ts";
import { bigStateOf } from "../visible-knowledge.ts";

/*
 * Ingests one state after the other without end, and prints which. Dies during the second, when this part of the time
 * that the first took has passed: an observer would have to react too quickly.
 */

const [uri = "", from = "0", part = "0"] = process.argv.slice(2);
const store = createLanceDbStore({ uri });
await store.health();
const began = performance.now();
for (let state = Number(from); ; state++) {
  process.stdout.write(`${state}\n`);
  await ingestKnowledge({ store, documents: bigStateOf(`state${state}`, state) });
  if (state > Number(from)) continue;
  const tookMs = performance.now() - began;
  setTimeout(() => process.kill(process.pid, "SIGKILL"), Number(part) * tookMs);
}
