import { appendFileSync } from "node:fs";
import { createJsonlRecords } from "@mem/records-jsonl";
import { recordOf } from "./record-content.ts";

/*
 * The victim: writes records as fast as it can, 16 at a time, and notes each id in a file of its own once the store has
 * acknowledged it. It never ends by itself.
 */
const [dir = "", acknowledged = ""] = process.argv.slice(2);
const store = createJsonlRecords({ dir });
let next = 0;

async function write(): Promise<never> {
  for (;;) {
    const id = `${process.pid}-${next++}`;
    await store.append([{ ...recordOf(id), timestamp: new Date().toISOString() }]);
    appendFileSync(acknowledged, `${id}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, write));
