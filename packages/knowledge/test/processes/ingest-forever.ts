import { createLanceDbStore } from "@mem/longterm-lancedb";
import { ingestKnowledge } from "../../src/index.ts";
import { bigStateOf } from "../visible-knowledge.ts";

/* Brings a knowledge from one state to the next, on and on, and says which one it is at. */

const [uri = "", from = "0"] = process.argv.slice(2);
const store = createLanceDbStore({ uri });
await store.health();
for (let state = Number(from); ; state++) {
  process.stdout.write(`${state}\n`);
  await ingestKnowledge({ store, documents: bigStateOf(`state${state}`, state) });
}
