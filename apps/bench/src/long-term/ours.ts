import type { JsonObject, JsonValue, LongTermStore, LongTermWrite } from "@mem/core";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import type { Backlog, Contestant, Opening } from "./contestant.ts";
import { memoryAt } from "./workload.ts";

const FILLING = 1000;
// The workload's agents take turns: their saves are filled in one agent at a time.
const AGENTS = 100;

/** Our store with its defaults; only the folder is set. */
export async function ours({ folder, filled }: Opening): Promise<Contestant> {
  return toContestant(createLanceDbStore({ uri: folder }), filled);
}

export async function toContestant(store: LongTermStore, filled: number): Promise<Contestant> {
  await fill(store, filled);
  return {
    save: (place, revision) => {
      const { scope, ...write } = memoryAt(place, revision);
      return store.save(scope, [{ ...write, source: "agent" }]);
    },
    get: async (place) => {
      const { scope, key } = memoryAt(place, 0);
      const [entry] = await store.get(scope, [key]);
      return entry?.value;
    },
    settle: () => store.flush(),
    backlog: async () => toBacklog((await store.health()).details),
  };
}

async function fill(store: LongTermStore, filled: number): Promise<void> {
  for (let agent = 0; agent < Math.min(AGENTS, filled); agent++) {
    const { scope } = memoryAt(agent, 0);
    let writes: LongTermWrite[] = [];
    for (let place = agent; place < filled; place += AGENTS) {
      const { scope: _, ...write } = memoryAt(place, 0);
      writes.push({ ...write, source: "agent" });
      if (writes.length < FILLING) continue;
      await store.save(scope, writes);
      writes = [];
    }
    if (writes.length > 0) await store.save(scope, writes);
  }
  await store.flush();
}

/** What health reports as not in the table yet; not a number if it reports nothing. */
export function toBacklog({ unflushedEntries, unflushedBytes }: JsonObject): Backlog {
  return { entries: toCount(unflushedEntries), bytes: toCount(unflushedBytes) };
}

function toCount(value: JsonValue | undefined): number {
  return typeof value === "number" ? value : Number.NaN;
}
