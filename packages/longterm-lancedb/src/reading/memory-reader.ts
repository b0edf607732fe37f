import type { LongTermEntry, Scope } from "@mem/core";
import type { Base } from "../table/base.ts";
import type { Clearing, ClearingWorkflow } from "../log/change.ts";
import type { ChangeLog } from "../log/change-log.ts";
import type { EntryCache } from "./entry-cache.ts";
import type { Overlay } from "../log/overlay.ts";
import type { Replica } from "../log/replica.ts";
import { getEntries, getKnown } from "./retrieval.ts";
import { countEntries, countScope } from "./scope-count.ts";
import { all, inWorkflow, notCleared } from "../table/sql.ts";
import { isVanishedVersion, overtaken, readError } from "../store/storage-error.ts";
import { foreignEmbedder } from "../store/store-description.ts";
import type { View } from "./view.ts";

const READ_ATTEMPTS = 5;

export interface MemoryReaderParts {
  readonly folder: string;
  readonly log: ChangeLog;
  readonly replica: Replica;
  readonly base: Base;
  readonly cache: EntryCache;
}

/** Reads what any process has acknowledged. */
export class MemoryReader {
  readonly #parts: MemoryReaderParts;

  constructor(parts: MemoryReaderParts) {
    this.#parts = parts;
  }

  /**
   * Runs a read on the current state. If the version of the table that it reads is cleaned up meanwhile, it starts
   * again on the next one. Rejects with `MEM_CORRUPT` or `MEM_UNAVAILABLE`.
   */
  async read<T>(query: (view: View) => Promise<T>): Promise<T> {
    const { folder, base } = this.#parts;
    for (let attempt = 1; ; attempt++) {
      await this.catchUp();
      const { version } = base;
      try {
        return await this.#use(query);
      } catch (error) {
        if (!isVanishedVersion(error)) throw readError(error, folder);
        await this.catchUp();
        // A file that is missing twice from the same version is lost.
        if (base.version === version && attempt > 1) throw readError(error, folder);
        if (attempt === READ_ATTEMPTS) throw overtaken(error, folder);
      }
    }
  }

  async get(scope: Scope, keys: readonly string[]): Promise<(LongTermEntry | undefined)[]> {
    await this.catchUp();
    const { replica, cache, base } = this.#parts;
    const { overlay } = replica;
    const known = getKnown({ overlay, cache, version: base.version }, scope, keys);
    return known ?? this.read((view) => getEntries(view, scope, keys));
  }

  /** Resolves when everything that any process has acknowledged has been read. */
  async catchUp(): Promise<void> {
    const { log, replica } = this.#parts;
    await log.catchUp();
    if (!replica.isSettled) await replica.settled();
  }

  #use<T>(query: (view: View) => Promise<T>): Promise<T> {
    const { base, replica, cache } = this.#parts;
    return useView(base, replica.overlay, cache, query);
  }
}

/** Runs a query on the state that this process has read. */
export function useView<T>(
  base: Base,
  overlay: Overlay,
  cache: EntryCache,
  query: (view: View) => Promise<T>,
): Promise<T> {
  return base.use((table, version) => {
    const { embedder } = base.state;
    return query({
      table,
      version,
      overlay,
      cache,
      refusalOf: async (given) => foreignEmbedder(embedder, given),
      learn: (changes) => base.learnOf(table, version, changes),
    });
  });
}

/** How many entries a clearing would remove. */
export async function countCleared(
  view: View,
  clearing: Clearing | ClearingWorkflow,
): Promise<number> {
  if (clearing.kind === "clear") return countScope(view, clearing.scope);
  const { workflow } = clearing;
  const slice = view.overlay.inTenant(workflow.tenantId);
  const changes = [...slice.entries.values()].filter(
    ({ changed }) => changed.scope.workflowId === workflow.workflowId,
  );
  const rows = await view.table.countRows(all(inWorkflow(workflow), notCleared(slice)));
  return countEntries(view, rows, changes);
}
