import { appendFileSync } from "node:fs";
import { createJsonlRecords } from "@mem/records-jsonl";

/*
 * The victim: writes records as fast as it can, 16 at a time, and notes each id in a file of its own once the store has
 * acknowledged it. It never ends by itself.
 */
const [dir = "", acknowledged = ""] = process.argv.slice(2);
const store = createJsonlRecords({ dir });
let next = 0;

async function write(writer: number): Promise<never> {
  for (;;) {
    const id = `${process.pid}-${next++}`;
    await store.append([
      {
        id,
        timestamp: new Date().toISOString(),
        agentId: `agent-${writer % 2}`,
        tenantId: "default",
        status: "success",
        output: { text: "x".repeat(next % 2000) },
      },
    ]);
    appendFileSync(acknowledged, `${id}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
