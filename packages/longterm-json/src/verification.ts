import {
  encodeParts,
  encodeScope,
  isMemoryError,
  type Verification,
  type VerificationProblem,
} from "@mem/core";
import type { Catalog } from "./catalog.ts";
import { decodeDocument } from "./document.ts";
import type { DocumentFile } from "./document-file.ts";
import { entryPlace, type StoredEntry } from "./stored-entry.ts";

/** Compares the file with what is in memory, which is what it held when it was last read or written. */
export async function compareDocument(file: DocumentFile, catalog: Catalog): Promise<Verification> {
  const problems: VerificationProblem[] = [];
  const content = await file.look();
  let inFile: readonly StoredEntry[] = [];
  try {
    if (content !== undefined) inFile = decodeDocument(file.path, content).entries;
  } catch (error) {
    return { entries: 0, problems: [asProblem(error)] };
  }
  const byPlace = new Map(inFile.map((stored) => [placeId(stored), stored]));
  for (const scope of catalog.scopes()) {
    for (const stored of catalog.entries(scope)) {
      const found = byPlace.get(placeId(stored));
      byPlace.delete(placeId(stored));
      if (found?.json === stored.json) continue;
      problems.push(problem(stored, found === undefined ? "is gone from" : "was changed in"));
    }
  }
  for (const stored of byPlace.values()) problems.push(problem(stored, "was put into"));
  return { entries: inFile.length, problems };
}

/** Damage is reported as a problem; whatever keeps the files from being read at all is thrown. */
export function asProblem(error: unknown): VerificationProblem {
  if (isMemoryError(error, "MEM_CORRUPT")) return { message: error.message };
  throw error;
}

function problem(stored: StoredEntry, what: string): VerificationProblem {
  return {
    place: { tenantId: stored.scope.tenantId, ...entryPlace(stored) },
    message: `the entry ${what} the file by something else than this store. Close the store and open it again to go on with what the file holds, or restore the file from a backup`,
  };
}

function placeId({ scope, entry }: StoredEntry): string {
  return encodeParts([encodeScope(scope), entry.key]);
}
