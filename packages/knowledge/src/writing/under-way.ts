import { MemoryError, type LongTermStore } from "@mem/core";
import { changeCollection, type Collection } from "../shelf/manifest.ts";
import type { Shelf } from "../shelf/shelf.ts";

/** One ingest at work on one collection. */
export interface Work {
  readonly store: LongTermStore;
  readonly shelf: Shelf;
  readonly collection: string;
  /** Its name: new with every ingest. */
  readonly ingest: string;
}

/*
 * No ingest waits for another one or locks anything, so that none that died has to be found out. Each enters itself in
 * the manifest before it stores anything: what it stores can be found and deleted by that. The first to publish strikes
 * out all others of its collection, which had compared with what is no longer so; they can't be published any more.
 */

/** `since`: what was published when it began to compare. Rejects with `MEM_CONFLICT` if that has changed. */
export function enter(
  { store, shelf, collection, ingest }: Work,
  since: string | undefined,
): Promise<void> {
  return changeCollection(store, shelf, collection, (state) => {
    if (state.published !== since) throw overtaken(collection);
    return { ...state, ingests: [...state.ingests, ingest] };
  });
}

/** Strikes out an ingest, unless it was published. */
export function strikeOut({ store, shelf, collection, ingest }: Work): Promise<void> {
  return changeCollection(store, shelf, collection, (state) =>
    state.ingests.includes(ingest) ? struckOut(state, [ingest]) : undefined,
  );
}

/** Strikes out every ingest of the collection, both killed ones and those at work. */
export function strikeOutAll({ store, shelf, collection }: Omit<Work, "ingest">): Promise<void> {
  return changeCollection(store, shelf, collection, (state) =>
    state.ingests.length > 0 ? struckOut(state, state.ingests) : undefined,
  );
}

export function withoutOthers(state: Collection, ingest: string): Collection {
  return struckOut(
    state,
    state.ingests.filter((other) => other !== ingest),
  );
}

/** Throws `MEM_CONFLICT` if the ingest has been struck out. */
export function requireEntered({ name, ingests }: Collection, ingest: string): void {
  if (!ingests.includes(ingest)) throw overtaken(name);
}

function overtaken(name: string): MemoryError {
  return new MemoryError(
    "MEM_CONFLICT",
    `the collection "${name}" was changed by another process meanwhile, and nothing of this call is visible; repeat it`,
  );
}

function struckOut(state: Collection, ingests: readonly string[]): Collection {
  return {
    ...state,
    ingests: state.ingests.filter((ingest) => !ingests.includes(ingest)),
    failed: [...state.failed, ...ingests],
  };
}
