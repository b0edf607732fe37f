import { isMemoryError, MemoryError } from "@mem/core";
import { announce, type Change } from "./announcing.ts";
import { changeCollection, collectionIn, readManifest } from "../shelf/manifest.ts";
import type { Shelved } from "../shelf/shelved-documents.ts";
import { requireEntered, withoutOthers, type Work } from "./under-way.ts";

/**
 * Makes changes visible, all at once: they are announced in the documents' entries, then one write of the manifest
 * names the ingest. Returns what was announced.
 */
export async function publish(work: Work, changes: readonly Change[]): Promise<Shelved[]> {
  const { store, shelf, collection, ingest } = work;
  await changeCollection(store, shelf, collection, (state) => {
    requireEntered(state, ingest);
    return withoutOthers(state, ingest);
  });
  const announced = await announce(work, changes);
  try {
    await nameInManifest(work, changes);
  } catch (error) {
    if (!isMemoryError(error) || error.outcome !== "unknown") throw error;
    const manifest = await readManifest(store, shelf);
    if (collectionIn(manifest, collection).published !== ingest) throw error;
  }
  return announced;
}

function nameInManifest(
  { store, shelf, collection, ingest }: Work,
  changes: readonly Change[],
): Promise<void> {
  const added = changes.reduce((sum, { adds }) => sum + adds, 0);
  return changeCollection(store, shelf, collection, (state) => {
    requireEntered(state, ingest);
    return {
      ...withoutOthers(state, ingest),
      ingests: [],
      documents: state.documents + added,
      published: ingest,
      isUnsettled: true,
    };
  });
}

/** The error for a failure after publishing. */
export function publishedDespite(cause: unknown): unknown {
  if (!isMemoryError(cause)) return cause;
  const problem = `what it replaces is not all deleted: ${cause.message}`;
  return new MemoryError(cause.code, `the knowledge is published, but ${problem}`, {
    cause,
    outcome: "applied",
  });
}
