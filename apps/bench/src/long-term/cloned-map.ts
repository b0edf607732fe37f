import type { LongTermEntry } from "@mem/core";
import type { Contestant, Opening } from "./contestant.ts";
import { memoryAt, toId } from "./workload.ts";

/** The limit of a read by key: the entry is in memory, and the caller gets a copy. */
export async function clonedMap({ filled }: Opening): Promise<Contestant> {
  const entries = new Map<string, LongTermEntry>();
  const put = (place: number, revision: number): void => {
    const { scope, ...entry } = memoryAt(place, revision);
    const now = Date.now();
    entries.set(toId({ scope, key: entry.key }), {
      ...structuredClone(entry),
      agentId: scope.agentId,
      version: String(revision),
      createdAt: now,
      updatedAt: now,
      source: "agent",
    });
  };
  for (let place = 0; place < filled; place++) put(place, 0);
  return {
    save: put,
    get: async (place) => structuredClone(entries.get(toId(memoryAt(place, 0))))?.value,
  };
}
