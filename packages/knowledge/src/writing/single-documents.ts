import { checkOptions, isMemoryError, type NamesOf } from "@mem/core";
import { requireStore } from "../knowledge-store.ts";
import { invalidArgument } from "../invalid-argument.ts";
import type { IngestResult } from "./ingest.ts";
import {
  checkDocument,
  checkDocumentId,
  requireNew,
  type SourceDocument,
} from "../sources/source-document.ts";
import {
  PUT_OPTIONS,
  WRITE_OPTIONS,
  writeDraft,
  type PutOptions,
  type WriteOptions,
} from "./operator-call.ts";

export interface PutDocumentsOptions extends PutOptions {
  readonly documents: readonly SourceDocument[];
}

const PUT_DOCUMENTS: NamesOf<PutDocumentsOptions> = { ...PUT_OPTIONS, documents: true };

export interface RemoveDocumentsOptions extends WriteOptions {
  readonly ids: readonly string[];
}

const REMOVE_DOCUMENTS: NamesOf<RemoveDocumentsOptions> = { ...WRITE_OPTIONS, ids: true };

/** How often a call is tried while other processes are quicker: each time, one of them got its work done. */
const ATTEMPTS = 50;

/**
 * Adds or replaces these documents and leaves the rest of the collection as it is. Readers see all of them or none.
 *
 * Meant for programs. Give such documents a collection of their own, because an ingest removes everything that its
 * source does not have. If another process changes the collection at the same time, the call is repeated. Rejects as
 * `ingestKnowledge` does.
 */
export async function putDocuments(
  options: PutDocumentsOptions,
): Promise<Omit<IngestResult, "removed">> {
  checkOptions(options, PUT_DOCUMENTS);
  requireStore(options.store);
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

/** Removes these documents from the collection, all at once. Resolves with how many were removed. */
export async function removeDocuments(options: RemoveDocumentsOptions): Promise<number> {
  checkOptions(options, REMOVE_DOCUMENTS);
  requireStore(options.store);
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
