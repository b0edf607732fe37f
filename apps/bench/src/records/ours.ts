import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager } from "@mem/core";
import { createJsonlRecords, type JsonlRecordsOptions } from "@mem/records-jsonl";
import type { Contestant } from "./contestant.ts";
import { recordAt } from "./workload.ts";

const COUNT = 1_000_000;

/** Larger than any file: it is never rotated. */
export const NEVER: NonNullable<JsonlRecordsOptions["rotate"]> = {
  bytes: Number.MAX_SAFE_INTEGER,
};

/** Our store, with only the given options set. */
export async function ours(
  dir: string,
  options: Omit<JsonlRecordsOptions, "dir"> = {},
): Promise<Contestant> {
  const store = createJsonlRecords({ dir, ...options });
  return {
    append: (place) => store.append([recordAt(place, COUNT)]),
    settle: () => store.flush(),
  };
}

/** The same through the manager, which makes the id and the time, and checks and copies what it is given. */
export async function oursByManager(dir: string): Promise<Contestant> {
  const memory = new MemoryManager({
    shortTerm: createMemoryBackend(),
    records: createJsonlRecords({ dir }),
  });
  return {
    append: (place) => {
      const { agentId, workflowId, status, output, durationMs } = recordAt(place, COUNT);
      return memory.saveExecutionRecord(agentId, {
        status,
        ...(workflowId !== undefined && { workflowId }),
        ...(output !== undefined && { output }),
        ...(durationMs !== undefined && { durationMs }),
      });
    },
    settle: () => memory.flush(),
  };
}
