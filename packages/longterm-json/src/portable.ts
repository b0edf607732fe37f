import { type PortableEntry } from "@mem/core";
import type { Catalog } from "./catalog.ts";
import { copyEntry, type StoredEntry } from "./stored-entry.ts";
import type { VectorStore } from "./vector-store.ts";

const BATCH = 500;

/** Every entry of a tenant, or of all tenants, as of the first step; later changes make new objects. */
export function* portableBatches(
  catalog: Catalog,
  vectors: VectorStore | undefined,
  tenantId: string | undefined,
): Generator<PortableEntry[]> {
  const all = catalog
    .scopes()
    .filter((scope) => tenantId === undefined || scope.tenantId === tenantId)
    .flatMap((scope) => catalog.entries(scope))
    .map((stored) => ({ stored, vector: wholeVector(vectors?.of(stored.entry.text)) }));
  for (let at = 0; at < all.length; at += BATCH) {
    yield all.slice(at, at + BATCH).map(({ stored, vector }) => toPortable(stored, vector));
  }
}

/** The vector of a whole text: a long text has several, which are made anew when it is restored. */
function wholeVector(vectors: readonly Float32Array[] | undefined): Float32Array | undefined {
  return vectors?.length === 1 ? vectors[0] : undefined;
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
