import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBackend } from "@mem/backend-memory";
import {
  MemoryManager,
  type ExecutionRecord,
  type MemoryManagerOptions,
  type RecordStore,
} from "@mem/core";
import { createJsonlRecords } from "@mem/records-jsonl";

/** A memory with an audit trail in a folder of its own, which is removed with it. */
export async function openMemory(
  change: (records: RecordStore) => RecordStore = (records) => records,
  options: Pick<MemoryManagerOptions, "redact"> = {},
): Promise<{
  readonly memory: MemoryManager;
  readonly trail: () => Promise<ExecutionRecord[]>;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "mem-agent-"));
  const memory = new MemoryManager({
    shortTerm: createMemoryBackend(),
    records: change(createJsonlRecords({ dir: folder })),
    ...options,
  });
  return {
    memory,
    trail: () => Array.fromAsync(memory.getExecutionRecords({ order: "oldest" })),
    async [Symbol.asyncDispose]() {
      await memory.close();
      await rm(folder, { recursive: true });
    },
  };
}
