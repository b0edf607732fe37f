import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager } from "@mem/core";
import { createJsonlRecords } from "@mem/records-jsonl";

/** A process of its own: writes `count` records of one agent, every tenth about a person. */
const [dir = "", key = "", count = "", workflowId = ""] = process.argv.slice(2);

await using memory = new MemoryManager({
  shortTerm: createMemoryBackend(),
  records: createJsonlRecords({ dir, key, rotate: { bytes: 20_000 } }),
});
for (let n = 0; n < Number(count); n++) {
  await memory.saveExecutionRecord("writer", {
    status: "success",
    workflowId,
    durationMs: n,
    ...(n % 10 === 0 && { subject: "person:7", input: "likes marzipan" }),
  });
}
