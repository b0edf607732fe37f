import { isMemoryError } from "@mem/core";
import { invalidArgument } from "../invalid-argument.ts";
import type { IngestResult } from "./ingest.ts";
import {
  checkDocument,
  checkDocumentId,
  requireNew,
  type SourceDocument,
} from "../sources/source-document.ts";
import { writeDraft, type PutOptions, type WriteOptions } from "./operator-call.ts";

export interface PutDocumentsOptions extends PutOptions {
  readonly documents: readonly SourceDocument[];
}

export interface RemoveDocumentsOptions extends WriteOptions {
  readonly ids: readonly string[];
}

/** How often a call is repeated that other processes were quicker than: each time, one of them got its work done. */
const ATTEMPTS = 50;

/**
 * Adds or replaces these documents and leaves the rest of the collection as it is; readers see all of them or none.
 *
 * For programs; give such documents a collection of their own, since an ingest removes what its source does not have.
 * Where another process changes the collection at the same time, it is repeated. Rejects as `ingestKnowledge` does.
 */
export async function putDocuments(
  options: PutDocumentsOptions,
): Promise<Omit<IngestResult, "removed">> {
  requireArray(options.documents, "documents");
  const seen = new Set<string>();
  const documents = options.documents.map((source, i) => {
    const document = checkDocument(source, i);
    requireNew(document, i, seen);
    seen.add(document.id);
    return document;
  });
  return repeated(() => writeDraft(options, (draft) => draft.put(documents, 0)));
}

/** Removes these documents of the collection, all at once; how many there were. */
export async function removeDocuments(options: RemoveDocumentsOptions): Promise<number> {
  requireArray(options.ids, "ids");
  const ids = [...new Set(options.ids.map((id, i) => checkDocumentId(id, `ids[${i}]`)))];
  return repeated(() => writeDraft(options, (draft) => draft.remove(ids)));
}

function requireArray(value: readonly unknown[], path: string): void {
  if (!Array.isArray(value)) throw invalidArgument(path, "has to be an array");
}

async function repeated<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      const isOvertaken = isMemoryError(error, "MEM_CONFLICT") && error.retryable;
      if (!isOvertaken || attempt === ATTEMPTS) throw error;
    }
  }
}
