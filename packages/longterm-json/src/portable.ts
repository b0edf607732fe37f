import { type PortableEntry } from "@mem/core";
import type { Catalog } from "./catalog.ts";
import { copyEntry, type StoredEntry } from "./stored-entry.ts";
import type { VectorStore } from "./vector-store.ts";

const BATCH = 500;

/** Every entry of a tenant, or of all, as they are at the first step; what changes later is other objects. */
export function* portableBatches(
  catalog: Catalog,
  vectors: VectorStore | undefined,
  tenantId: string | undefined,
): Generator<PortableEntry[]> {
  const all = catalog
    .scopes()
    .filter((scope) => tenantId === undefined || scope.tenantId === tenantId)
    .flatMap((scope) => catalog.entries(scope))
    .map((stored) => ({ stored, vector: vectors?.of(stored.entry.text) }));
  for (let at = 0; at < all.length; at += BATCH) {
    yield all.slice(at, at + BATCH).map(({ stored, vector }) => toPortable(stored, vector));
  }
}

function toPortable(
  { scope, entry, opId }: StoredEntry,
  vector: Float32Array | undefined,
): PortableEntry {
  const { version: _, agentId: __, workflowId: ___, ...content } = copyEntry(entry);
  return {
    scope: { ...scope },
    entry: content,
    ...(opId !== undefined && { opId }),
    ...(vector !== undefined && { vector: vector.slice() }),
  };
}
