import { join } from "node:path";
import { createRedisBackend } from "@mem/backend-redis";
import { MemoryManager } from "@mem/core";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import { createJsonlRecords } from "@mem/records-jsonl";

/** A memory that several processes share: short-term on Redis, the rest in a folder. */
export function openRedisMemory(
  url: string,
  folder: string,
  timeOffsetMs: () => number = () => 0,
): MemoryManager {
  return new MemoryManager({
    shortTerm: createRedisBackend({ url, timeOffsetMs }),
    longTerm: createLanceDbStore({ uri: join(folder, "agents") }),
    records: createJsonlRecords({ dir: join(folder, "records") }),
  });
}
